import { epochSeconds, type Row } from "./row.ts";

/** How a list is sorted, and how its cursors spell a place in it. */
export interface RowOrder {
  /** The order's name inside a cursor, such as `name,id`. */
  readonly name: string;
  readonly keys: readonly OrderKey[];
}

interface OrderKey {
  readonly field: string;
  readonly kind: "integer" | "string" | "time";
  readonly descending?: boolean;
}

/** A place in an order: one value per key. */
export type Place = readonly (number | string)[];

const idKey: OrderKey = { field: "id", kind: "integer" };

export const byId: RowOrder = { name: "id", keys: [idKey] };
export const byNiceId: RowOrder = { name: "nice_id", keys: [idKey] };
export const byName: RowOrder = { name: "name,id", keys: [{ field: "name", kind: "string" }, idKey] };
export const byTitle: RowOrder = { name: "title,id", keys: [{ field: "title", kind: "string" }, idKey] };
export const byCount: RowOrder = {
  name: "-score,id",
  keys: [{ field: "count", kind: "integer", descending: true }, idKey],
};
export const byPosition: RowOrder = {
  name: "position,id",
  keys: [{ field: "position", kind: "integer" }, idKey],
};
/** Triggers stand by the place of their category first. */
export const byCategory: RowOrder = {
  name: "position,position,title,id",
  keys: [
    { field: "category_position", kind: "integer" },
    { field: "position", kind: "integer" },
    { field: "title", kind: "string" },
    idKey,
  ],
};
export const byLatestCreation: RowOrder = {
  name: "-created_at,id",
  keys: [{ field: "created_at", kind: "time", descending: true }, idKey],
};
export const byDeletion: RowOrder = {
  name: "deleted_at,id",
  keys: [{ field: "deleted_at", kind: "time" }, idKey],
};
export const byTime: RowOrder = {
  name: "time,id",
  keys: [{ field: "time", kind: "time" }, idKey],
};
/** Help Center's lists by position: of equal positions the newest first. */
export const byGuidePosition: RowOrder = {
  name: "position,-created_at,id",
  keys: [
    { field: "position", kind: "integer" },
    { field: "created_at", kind: "time", descending: true },
    idKey,
  ],
};
export const byCreation: RowOrder = {
  name: "created_at,id",
  keys: [{ field: "created_at", kind: "time" }, idKey],
};
export const byUpdate: RowOrder = {
  name: "updated_at,id",
  keys: [{ field: "updated_at", kind: "time" }, idKey],
};
export const byLatestUpdate: RowOrder = {
  name: "-updated_at,id",
  keys: [{ field: "updated_at", kind: "time", descending: true }, idKey],
};

/** Tells whether an order is that of the ids, in which rows can be made one by one. */
export function isIdOrder(order: RowOrder): boolean {
  return order.keys.length === 1;
}

/** Tells whether an order is that of a key's times, oldest first. */
export function isTimeOrder({ keys }: RowOrder, field: string): boolean {
  const [time] = keys;
  return keys.length === 2 && time?.field === field && time.descending !== true;
}

/** The place of a row in an order. */
export function placeOf(row: Row, order: RowOrder): Place {
  return order.keys.map(({ field, kind }) => {
    const value = row[field];
    if (kind === "time") return epochSeconds(value);
    if (kind === "string") return typeof value === "string" ? value : "";
    return typeof value === "number" ? value : 0;
  });
}

/** Compares two places of one order: negative when the left one comes first. */
export function comparePlaces(left: Place, right: Place, order: RowOrder): number {
  for (const [index, { descending }] of order.keys.entries()) {
    const leftValue = left[index] ?? 0;
    const rightValue = right[index] ?? 0;
    if (leftValue === rightValue) continue;
    return leftValue < rightValue === (descending === true) ? 1 : -1;
  }
  return 0;
}

/** Spells a place as its typed values in base64, which is a whole cursor in the Help Center. */
export function encodeValues(place: Place, order: RowOrder): string {
  const parts = order.keys.map(({ kind }, index) => encodeValue(kind, place[index] ?? 0));
  return Buffer.concat(parts).toString("base64");
}

/** Spells a place as a cursor: the order's name, and the typed values in base64. */
export function encodeCursor(place: Place, order: RowOrder): string {
  const cursor = { o: order.name, v: encodeValues(place, order) };
  return Buffer.from(JSON.stringify(cursor)).toString("base64");
}

function encodeValue(kind: OrderKey["kind"], value: number | string): Buffer {
  if (kind === "string") {
    const text = Buffer.from(String(value));
    const length = Buffer.alloc(4);
    // The vendor counts characters here, not bytes.
    length.writeUInt32LE([...String(value)].length);
    return Buffer.concat([Buffer.from("s"), length, text]);
  }
  const number = Buffer.alloc(9);
  number.write(kind === "time" ? "d" : "i");
  number.writeBigInt64LE(BigInt(value), 1);
  return number;
}

/** Reads a cursor of this order; undefined for anything else. */
export function decodeCursor(cursor: string, order: RowOrder): Place | undefined {
  const match = /^\{"o":"([^"]*)","v":"([A-Za-z0-9+/=]*)"\}$/u.exec(Buffer.from(cursor, "base64").toString());
  return match === null || match[1] !== order.name ? undefined : decodeValues(match[2] ?? "", order);
}

/** Reads the typed values of a place of this order; undefined for anything else. */
export function decodeValues(values: string, order: RowOrder): Place | undefined {
  const bytes = Buffer.from(values, "base64");
  const place: (number | string)[] = [];
  let offset = 0;
  for (const { kind } of order.keys) {
    const decoded = decodeValue(bytes.subarray(offset), kind);
    if (decoded === undefined) return undefined;
    place.push(decoded.value);
    offset += decoded.length;
  }
  return offset === bytes.length ? place : undefined;
}

function decodeValue(
  bytes: Buffer,
  kind: OrderKey["kind"],
): { value: number | string; length: number } | undefined {
  const tag = String.fromCharCode(bytes[0] ?? 0);
  if (kind === "string") {
    if (tag !== "s" || bytes.length < 5) return undefined;
    const characters = [...bytes.toString("utf8", 5)];
    const length = bytes.readUInt32LE(1);
    if (length > characters.length) return undefined;
    const value = characters.slice(0, length).join("");
    return { value, length: 5 + Buffer.byteLength(value) };
  }
  if (tag !== (kind === "time" ? "d" : "i") || bytes.length < 9) return undefined;
  return { value: Number(bytes.readBigInt64LE(1)), length: 9 };
}
