import type { AnyRecord } from "@chorale/tap-sdk";

/**
 * Answers the record with something that its children read and that it does not emit: a property that is not
 * enumerable.
 */
export function withHidden(record: AnyRecord, name: string, value: unknown): AnyRecord {
  const { [name]: _shown, ...rest } = record;
  return Object.defineProperty(rest, name, { value, enumerable: false });
}

/** Marks a record that stands outside of its stream's order, so that it does not move the bookmark. */
export function outOfOrder(record: AnyRecord | undefined): AnyRecord | undefined {
  return record && Object.defineProperty(record, "is_out_of_order", { value: true, enumerable: false });
}

/** Tells whether {@link outOfOrder} marked a record. */
export function isOutOfOrder(record: AnyRecord): boolean {
  return record["is_out_of_order"] === true;
}

/** The objects of a list; none when it is something else. */
export function objectsIn(value: unknown): readonly AnyRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function isRecord(value: unknown): value is AnyRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
