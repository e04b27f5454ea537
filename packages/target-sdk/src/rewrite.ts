import { isUtf8 } from "node:buffer";
import { isObject, ProtocolError, parseSource, SchemaError } from "@chorale/singer";
import { createConverter, type InvalidValue, type ValueConverter, withoutLoneSurrogates } from "./values.ts";
import type { TableShape } from "./warehouse.ts";

/** What a rewriter is made for. */
export interface RewriterOptions {
  readonly shape: TableShape;
  /** Where the record is in each line: under `record`, or the line itself (files of a BATCH message). */
  readonly root: "record" | "line";
  /** What becomes of a value that its column cannot hold. */
  readonly onInvalidValue: "error" | "null";
}

/** A line in the form that every load accepts. */
export interface RewrittenLine {
  /** One line of JSON, without its line break. */
  readonly line: string;
  /** Properties whose value was set to null because their column cannot hold it. */
  readonly nulled: readonly string[];
  /** Keys of the record that have no column. */
  readonly dropped: readonly string[];
  /** Whether characters that are no text (invalid UTF-8, halves of surrogate pairs) became U+FFFD. */
  readonly replaced: boolean;
}

/** Writes records of one table anew. */
export interface Rewriter {
  /**
   * Rewrites a RECORD line, or a bare record. Rewriting the answer again changes nothing. Throws
   * `SchemaError` or `ProtocolError`. Properties in `nulls` become null, whatever they hold.
   */
  rewrite(line: Uint8Array | string, options?: { readonly nulls?: readonly string[] }): RewrittenLine;
}

interface RewrittenColumn {
  /** The property as a JSON key, with its colon. */
  readonly prefix: string;
  readonly isKey: boolean;
  readonly convert: ValueConverter;
}

interface Context extends RewriterOptions {
  readonly columns: ReadonlyMap<string, RewrittenColumn>;
}

interface Findings {
  readonly nulls: readonly string[];
  readonly nulled: string[];
  readonly dropped: string[];
}

/**
 * A number, or a text that looks like one, whose source `String` of the parsed number may not give back: many
 * digits, an exponent, outer zeros. Lines without one are parsed several times faster.
 */
const numberWithSource =
  /[[:,\s]-?[0-9](?:[0-9.]{15}|[0-9.]*[eE]|[0-9]*\.[0-9]*0\s*[,}\]])|[:,[]\s*-?0\.000000|[:,[]\s*-0/;
/** The source's own mark of a deleted row is read from the line, whether its schema names it or not. */
const deletedAt = "_sdc_deleted_at";
const excerptLength = 60;
const convertTimestamp = createConverter({ kind: "timestamp" });
const convertVersion = createConverter({ kind: "integer", wide: false });

/**
 * Makes the function that rewrites lines of one table to normal form: every value as the exact text that its
 * column is loaded from, keys without a column left out, the last of a duplicate key kept.
 *
 * A value that its column cannot hold, or a missing or null key, is a {@link SchemaError} that names stream and key;
 * with `onInvalidValue: "null"` the value becomes null unless it belongs to a key. A line that is not JSON is
 * a {@link ProtocolError}.
 *
 * @example
 * ```ts
 * const rewriter = createRewriter({ shape, root: "record", onInvalidValue: "error" });
 * rewriter.rewrite('{"type":"RECORD","stream":"users","record":{"id":1e3}}').line; // {"record":{"id":"1000"}}
 * ```
 */
export function createRewriter(options: RewriterOptions): Rewriter {
  const context: Context = { ...options, columns: rewrittenColumns(options.shape) };
  return {
    rewrite(line, { nulls = [] } = {}) {
      const text = typeof line === "string" ? line : textOf(line);
      const findings: Findings = { nulls, nulled: [], dropped: [] };
      const written = rewriteText(text, { context, findings });
      const clean = withoutLoneSurrogates(written);
      const replaced = clean !== written || (typeof line !== "string" && !isUtf8(line));
      return { line: clean, nulled: findings.nulled, dropped: findings.dropped, replaced };
    },
  };
}

function rewrittenColumns({ spec, columns }: TableShape): ReadonlyMap<string, RewrittenColumn> {
  const keys = new Set(spec.keyProperties);
  const declared = new Map(spec.columns.map((column) => [column.property, column.type]));
  const entries = columns.map(({ property, type }): [string, RewrittenColumn] => [
    property,
    {
      prefix: `${JSON.stringify(property)}:`,
      isKey: keys.has(property),
      convert: createConverter(type, declared.get(property)),
    },
  ]);
  return new Map([
    [deletedAt, { prefix: `"${deletedAt}":`, isKey: false, convert: convertTimestamp }],
    ...entries,
  ]);
}

function textOf(line: Uint8Array): string {
  return Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString();
}

function rewriteText(text: string, { context, findings }: { context: Context; findings: Findings }): string {
  const { stream } = context.shape.spec;
  try {
    const message = parseLine(text, stream);
    if (context.root === "line") return recordText(message, { context, findings });
    const record = recordText(message["record"], { context, findings });
    return `{"record":${record}${versionText(message, stream)}${extractedText(message, { context, findings })}}`;
  } catch (error) {
    // Engines throw it when a recursion or a text has no room left.
    if (!(error instanceof RangeError)) throw error;
    throw new SchemaError(
      `${stream}: a record cannot be written: it is nested too deeply or too large. Leave that property out of the selection.`,
      { stream, cause: error },
    );
  }
}

function parseLine(text: string, stream: string): Record<string, unknown> {
  const value = parseOrThrow(text.startsWith("\uFEFF") ? text.slice(1) : text, stream);
  if (isObject(value)) return value;
  throw new ProtocolError(`${stream}: a line is no JSON object: ${cut(text)}. Look at what wrote it.`, {
    excerpt: cut(text),
  });
}

function parseOrThrow(text: string, stream: string): unknown {
  try {
    return numberWithSource.test(text) ? parseSource(text) : JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ProtocolError(`${stream}: a line is not JSON: ${cut(text)}. Look at what wrote it.`, {
      cause: error,
      excerpt: cut(text),
    });
  }
}

function recordText(
  record: unknown,
  { context, findings }: { context: Context; findings: Findings },
): string {
  const { stream, keyProperties } = context.shape.spec;
  if (!isObject(record)) {
    throw new SchemaError(`${stream}: a RECORD has no object "record". Look at the tap that wrote it.`, {
      stream,
    });
  }
  for (const key of keyProperties) requireKey(record, { key, stream });
  let text = "";
  for (const property of Object.keys(record)) {
    const column = context.columns.get(property);
    if (column === undefined) {
      findings.dropped.push(property);
      continue;
    }
    const value = record[property];
    const converted = convertColumn(value, { property, column, findings });
    const json =
      typeof converted === "string" ? converted : nullFor(converted, { property, column, context, findings });
    text += text === "" ? column.prefix + json : `,${column.prefix}${json}`;
  }
  return `{${text}}`;
}

function convertColumn(
  value: unknown,
  { property, column, findings }: { property: string; column: RewrittenColumn; findings: Findings },
): string | InvalidValue {
  if (value === null) return "null";
  if (findings.nulls.length === 0 || !findings.nulls.includes(property)) return column.convert(value);
  findings.nulled.push(property);
  return "null";
}

function requireKey(
  record: Readonly<Record<string, unknown>>,
  { key, stream }: { key: string; stream: string },
): void {
  if (Object.hasOwn(record, key) && record[key] !== null) return;
  const what = Object.hasOwn(record, key) ? "is null" : "is missing";
  throw new SchemaError(
    `${stream}: the key property "${key}" ${what} in a record. A key identifies its row: correct the tap's key_properties or its data.`,
    { stream, key },
  );
}

function nullFor(
  { invalid }: InvalidValue,
  {
    property,
    column,
    context,
    findings,
  }: { property: string; column: RewrittenColumn; context: Context; findings: Findings },
): "null" {
  if (context.onInvalidValue === "null" && !column.isKey) {
    findings.nulled.push(property);
    return "null";
  }
  throw invalidValue(invalid, {
    stream: context.shape.spec.stream,
    property,
    advice: column.isKey
      ? "A key is never set to null: correct the tap's data or its schema."
      : 'Correct the tap\'s schema, or set on_invalid_value to "null".',
  });
}

function invalidValue(
  invalid: string,
  { stream, property, advice }: { stream: string; property: string; advice: string },
): SchemaError {
  return new SchemaError(`${stream}: "${property}" cannot be stored: ${invalid}. ${advice}`, {
    stream,
    key: property,
    violations: [{ path: `/${property.replaceAll("~", "~0").replaceAll("/", "~1")}`, message: invalid }],
  });
}

function versionText(message: Readonly<Record<string, unknown>>, stream: string): string {
  const { version } = message;
  if (version === undefined || version === null) return "";
  const converted = convertVersion(version);
  // A number, as taps write it, and not the quoted digits of an integer column.
  if (typeof converted === "string") return `,"version":${converted.slice(1, -1)}`;
  throw invalidValue(converted.invalid, {
    stream,
    property: "version",
    advice: "Correct the tap: a version is an integer.",
  });
}

function extractedText(
  message: Readonly<Record<string, unknown>>,
  { context, findings }: { context: Context; findings: Findings },
): string {
  const { time_extracted: extracted } = message;
  if (extracted === undefined || extracted === null) return "";
  const converted = convertTimestamp(extracted);
  if (typeof converted === "string") return `,"time_extracted":${converted}`;
  if (context.onInvalidValue === "null") {
    findings.nulled.push("time_extracted");
    return "";
  }
  throw invalidValue(converted.invalid, {
    stream: context.shape.spec.stream,
    property: "time_extracted",
    advice: "Correct the tap: it is a date-time with an offset.",
  });
}

function cut(text: string): string {
  return text.length > excerptLength ? `${text.slice(0, excerptLength)}…` : text;
}
