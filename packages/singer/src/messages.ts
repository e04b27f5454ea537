import { ProtocolError } from "./errors.ts";
import { parseExact } from "./exact-json.ts";
import { isObject } from "./json.ts";
import type { JsonSchema } from "./json-schema.ts";

/** Says what the records of a stream look like. Comes before the stream's first RECORD, and again when it changes. */
export interface SchemaMessage {
  readonly type: "SCHEMA";
  readonly stream: string;
  readonly schema: JsonSchema;
  /** The properties that identify a record; empty when none do. */
  readonly key_properties: readonly string[];
  readonly bookmark_properties?: readonly string[];
}

/** One record of a stream. */
export interface RecordMessage {
  readonly type: "RECORD";
  readonly stream: string;
  readonly record: Readonly<Record<string, unknown>>;
  /** The version of the table that the record belongs to. */
  readonly version?: number;
  /** When the tap saw the record: RFC 3339 with an offset. */
  readonly time_extracted?: string;
}

/** A point that the tap can resume from, once every record before it is durable. Opaque to a target. */
export interface StateMessage {
  readonly type: "STATE";
  readonly value: unknown;
}

/** Says that records of other versions of the stream's table are obsolete. */
export interface ActivateVersionMessage {
  readonly type: "ACTIVATE_VERSION";
  readonly stream: string;
  readonly version: number;
}

/** Names files that hold bare records, one a line (an extension of the Meltano SDK). */
export interface BatchMessage {
  readonly type: "BATCH";
  readonly stream: string;
  readonly encoding: { readonly format: string; readonly compression?: string };
  readonly manifest: readonly string[];
  readonly version?: number;
}

/** A message of a type that the protocol does not know. The specification allows it: warn once and go on. */
export interface UnknownMessage {
  readonly type: "UNKNOWN";
  /** The type as the message spells it. */
  readonly name: string;
}

/** Every message that the protocol knows. */
export type Message = SchemaMessage | RecordMessage | StateMessage | ActivateVersionMessage | BatchMessage;

/**
 * Parses one line of Singer's protocol. `type` is taken in any case; numbers that a double cannot hold
 * are kept as they were written; `key_properties` may be absent, null or a single text, as some taps
 * write it. Throws {@link ProtocolError} with the line's number, the stream where it is known and an excerpt.
 *
 * @example
 * ```ts
 * const message = parseMessage('{"type":"STATE","value":{"bookmarks":{}}}', { lineNumber: 1 });
 * ```
 */
export function parseMessage(
  line: string | Uint8Array,
  options: { lineNumber?: number } = {},
): Message | UnknownMessage {
  const text =
    typeof line === "string" ? line : Buffer.from(line.buffer, line.byteOffset, line.length).toString();
  try {
    return toMessage(parseExact(text));
  } catch (error) {
    const where = options.lineNumber === undefined ? "message" : `line ${options.lineNumber}`;
    const excerpt = text.length > 120 ? `${text.slice(0, 120)}…` : text;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ProtocolError(`${where}: not a Singer message: ${reason}. Look at what wrote it: ${excerpt}`, {
      cause: error,
      excerpt,
      ...(options.lineNumber === undefined ? {} : { lineNumber: options.lineNumber }),
    });
  }
}

/**
 * Reads a parsed value as a Singer message. Throws {@link ProtocolError} when a required key is missing
 * or of the wrong type.
 *
 * @example
 * ```ts
 * toMessage({ type: "record", stream: "users", record: { id: 1 } }).type; // "RECORD"
 * ```
 */
export function toMessage(value: unknown): Message | UnknownMessage {
  if (!isObject(value)) throw new ProtocolError("it is no JSON object");
  const name = value["type"];
  if (typeof name !== "string") throw new ProtocolError('it has no "type"');
  switch (name.toUpperCase()) {
    case "SCHEMA":
      return schemaMessage(value);
    case "RECORD":
      return recordMessage(value);
    case "STATE":
      if (!("value" in value)) throw new ProtocolError('a STATE has no "value"');
      return { type: "STATE", value: value["value"] };
    case "ACTIVATE_VERSION":
      return activateVersionMessage(value);
    case "BATCH":
      return batchMessage(value);
    default:
      return { type: "UNKNOWN", name };
  }
}

function schemaMessage(value: Record<string, unknown>): SchemaMessage {
  const stream = streamOf(value);
  const schema = value["schema"];
  if (!isObject(schema)) throw new ProtocolError(`${stream}: a SCHEMA has no object "schema"`);
  const bookmarks = value["bookmark_properties"];
  return {
    type: "SCHEMA",
    stream,
    schema,
    key_properties: textList(value["key_properties"], { stream, key: "key_properties" }),
    ...(bookmarks === undefined || bookmarks === null
      ? {}
      : { bookmark_properties: textList(bookmarks, { stream, key: "bookmark_properties" }) }),
  };
}

function recordMessage(value: Record<string, unknown>): RecordMessage {
  const stream = streamOf(value);
  const { record, version, time_extracted: extracted } = value;
  if (!isObject(record)) throw new ProtocolError(`${stream}: a RECORD has no object "record"`);
  return {
    type: "RECORD",
    stream,
    record,
    ...versionOf(version, stream),
    ...(typeof extracted === "string" ? { time_extracted: extracted } : {}),
  };
}

function activateVersionMessage(value: Record<string, unknown>): ActivateVersionMessage {
  const stream = streamOf(value);
  const { version } = value;
  if (!isVersion(version)) throw new ProtocolError(`${stream}: an ACTIVATE_VERSION has no integer "version"`);
  return { type: "ACTIVATE_VERSION", stream, version };
}

function batchMessage(value: Record<string, unknown>): BatchMessage {
  const stream = streamOf(value);
  const { encoding, version } = value;
  if (!isObject(encoding) || typeof encoding["format"] !== "string") {
    throw new ProtocolError(`${stream}: a BATCH has no "encoding" with a "format"`);
  }
  const { format, compression } = encoding;
  return {
    type: "BATCH",
    stream,
    encoding: typeof compression === "string" ? { format, compression } : { format },
    manifest: textList(value["manifest"], { stream, key: "manifest" }),
    ...versionOf(version, stream),
  };
}

/** A version that a double would change must not be compared: it decides which rows are deleted. */
function isVersion(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function versionOf(value: unknown, stream: string): { version?: number } {
  if (value === undefined || value === null) return {};
  if (isVersion(value)) return { version: value };
  throw new ProtocolError(`${stream}: "version" is no integer below 2^53`);
}

function streamOf(value: Record<string, unknown>): string {
  const { stream } = value;
  if (typeof stream !== "string" || stream === "") throw new ProtocolError('it has no "stream"');
  return stream;
}

function textList(value: unknown, { stream, key }: { stream: string; key: string }): readonly string[] {
  if (value === undefined || value === null) return [];
  if (typeof value === "string") return [value];
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  throw new ProtocolError(`${stream}: "${key}" is no list of texts`);
}
