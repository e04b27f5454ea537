import { parseExact } from "@chorale/singer";
import type { Token } from "stream-json/parser.js";

/** Something that a body holds: an object or a list that is being built. */
interface Frame {
  readonly object: Record<string, unknown> | undefined;
  readonly list: unknown[] | undefined;
  /** Whether the frame is the list of records, whose items are handed out. */
  readonly isRecords: boolean;
  key: string;
}

/** Builds the records of a page, and all of its body but them, from the tokens of a parser. */
export interface PageBuilder {
  accept(token: Token): void;
  /** The items of the list that were finished since the last call. */
  takeRecords(): readonly unknown[];
  /** Whether the list of records was met. */
  readonly found: boolean;
  /** Whether everything that was opened was closed. */
  readonly complete: boolean;
  /** The body without its records. */
  readonly body: unknown;
}

/** Makes a builder; `path` are the names that lead to the list of records, none when the body is the list. */
export function createPageBuilder(options: { path: readonly string[]; exactNumbers: boolean }): PageBuilder {
  const frames: Frame[] = [];
  let records: unknown[] = [];
  let found = false;
  let started = false;
  let body: unknown;

  const isRecordsHere = (): boolean =>
    frames.length === options.path.length &&
    frames.every((frame, depth) => frame.object !== undefined && frame.key === options.path[depth]);
  const attach = (value: unknown): void => {
    const parent = frames.at(-1);
    if (parent === undefined) body = value;
    else if (parent.isRecords) records.push(value);
    else if (parent.list !== undefined) parent.list.push(value);
    else if (parent.object !== undefined) setOwn(parent.object, parent.key, value);
  };
  const scalar = (value: unknown): void => {
    // A `null` in place of the list stands for no records, as it does in a body that is parsed at once.
    if (value === null && isRecordsHere()) found = true;
    attach(value);
  };
  const open = (kind: "object" | "list"): void => {
    const isRecords = kind === "list" && isRecordsHere();
    found ||= isRecords;
    frames.push({
      object: kind === "object" ? {} : undefined,
      list: kind === "list" ? [] : undefined,
      isRecords,
      key: "",
    });
  };
  const close = (): void => {
    const { object, list } = frames.pop() ?? {};
    if (object === undefined || !isRecordsHere()) return attach(object ?? list);
    // A single object in place of the list is a list of one.
    found = true;
    records.push(object);
  };
  const accept: PageBuilder["accept"] = (token) => {
    started = true;
    if (token.name === "startObject") open("object");
    else if (token.name === "startArray") open("list");
    else if (token.name === "endObject" || token.name === "endArray") close();
    else if (token.name === "keyValue") setKey(frames.at(-1), token.value);
    else if (token.name === "numberValue") scalar(numberOf(token.value, options.exactNumbers));
    else if ("value" in token) scalar(token.value);
  };

  return {
    accept,
    takeRecords() {
      const taken = records;
      records = [];
      return taken;
    },
    get found() {
      return found;
    },
    get complete() {
      return started && frames.length === 0;
    },
    get body() {
      return body;
    },
  };
}

function setKey(frame: Frame | undefined, key: string): void {
  if (frame !== undefined) frame.key = key;
}

/** A key named `__proto__` is a property like any other, as it is for `JSON.parse`. */
function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== "__proto__") object[key] = value;
  else Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

function numberOf(text: string, exactNumbers: boolean): unknown {
  return exactNumbers ? parseExact(text) : Number(text);
}
