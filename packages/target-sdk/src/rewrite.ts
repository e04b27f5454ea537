import { isUtf8 } from "node:buffer";
import { isObject, ProtocolError, parseSource, SchemaError } from "@chorale/singer";
import { createRecordForm, type Findings, type RecordForm, recordText, unstorable } from "./record-text.ts";
import type { SizeRules } from "./sizes.ts";
import { createConverter, withoutLoneSurrogates } from "./values.ts";
import type { TableShape } from "./warehouse.ts";

/** What a rewriter is made for. */
export interface RewriterOptions {
  readonly shape: TableShape;
  /** Where the record is in each line: under `record`, or the line itself (files of a BATCH message). */
  readonly root: "record" | "line";
  /** What becomes of a value that its column cannot hold. */
  readonly onInvalidValue: "error" | "null";
  /** How long values may be. @default as long as they are */
  readonly sizes?: SizeRules;
}

/** A line in the form that every load accepts. */
export interface RewrittenLine {
  /** One line of JSON, without its line break. */
  readonly line: string;
  /** Properties whose value was set to null because their column cannot hold it. */
  readonly nulled: readonly string[];
  /** Properties whose text was cut because it was too long. */
  readonly truncated: readonly string[];
  /** Keys of the record that have no column, those within flattened objects with their parents: `address.note`. */
  readonly dropped: readonly string[];
  /** Whether characters that are no text (invalid UTF-8, halves of surrogate pairs) became U+FFFD. */
  readonly replaced: boolean;
}

/** Writes records of one table anew. */
export interface Rewriter {
  /**
   * Rewrites a RECORD line, or a bare record. Rewriting the answer again changes nothing, except where objects are
   * flattened: such an answer is not to be rewritten. Throws
   * `SchemaError` or `ProtocolError`. Properties in `nulls` become null, whatever they hold.
   */
  rewrite(line: Uint8Array | string, options?: { readonly nulls?: readonly string[] }): RewrittenLine;
}

interface Context {
  readonly options: RewriterOptions;
  readonly form: RecordForm;
  readonly findings: Findings;
}

/**
 * A number, or a text that looks like one, whose source `String` of the parsed number may not give back: many
 * digits, an exponent, outer zeros. Lines without one are parsed several times faster.
 */
const numberWithSource =
  /[[:,\s]-?[0-9](?:[0-9.]{15}|[0-9.]*[eE]|[0-9]*\.[0-9]*0\s*[,}\]])|[:,[]\s*-?0\.000000|[:,[]\s*-0/;
const excerptLength = 60;
const convertTimestamp = createConverter({ kind: "timestamp" });
const convertVersion = createConverter({ kind: "integer", wide: false });

/**
 * Makes the function that rewrites lines of one table to normal form: every value as the exact text that its
 * column is loaded from, keys without a column left out, the last of a duplicate key kept. Properties of flattened
 * objects are written at the top, under the names of their columns.
 *
 * A value that its column cannot hold, or a missing or null key, is a {@link SchemaError} that names stream and key;
 * with `onInvalidValue: "null"` the value becomes null unless it belongs to a key. So is a value that is too long for
 * `sizes`, unless they let it be cut or become null. A line that is not JSON is a {@link ProtocolError}.
 *
 * @example
 * ```ts
 * const rewriter = createRewriter({ shape, root: "record", onInvalidValue: "error" });
 * rewriter.rewrite('{"type":"RECORD","stream":"users","record":{"id":1e3}}').line; // {"record":{"id":"1000"}}
 * ```
 */
export function createRewriter(options: RewriterOptions): Rewriter {
  const { shape, onInvalidValue, sizes } = options;
  const form = createRecordForm(shape, { onInvalidValue, sizes });
  return {
    rewrite(line, { nulls = [] } = {}) {
      const text = typeof line === "string" ? line : textOf(line);
      const findings: Findings = { nulls, nulled: [], truncated: [], dropped: [] };
      const written = rewriteText(text, { options, form, findings });
      const clean = withoutLoneSurrogates(written);
      const replaced = clean !== written || (typeof line !== "string" && !isUtf8(line));
      const { nulled, truncated, dropped } = findings;
      return { line: clean, nulled, truncated, dropped, replaced };
    },
  };
}

function textOf(line: Uint8Array): string {
  return Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString();
}

function rewriteText(text: string, context: Context): string {
  const { stream } = context.form;
  try {
    const message = parseLine(text, stream);
    if (context.options.root === "line") return recordText(message, context);
    const record = recordText(message["record"], context);
    return `{"record":${record}${versionText(message, stream)}${extractedText(message, context)}}`;
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

function versionText(message: Readonly<Record<string, unknown>>, stream: string): string {
  const { version } = message;
  if (version === undefined || version === null) return "";
  const converted = convertVersion(version);
  // A number, as taps write it, and not the quoted digits of an integer column.
  if (typeof converted === "string") return `,"version":${converted.slice(1, -1)}`;
  throw unstorable(converted.invalid, {
    stream,
    property: "version",
    advice: "Correct the tap: a version is an integer.",
  });
}

function extractedText(
  { time_extracted: extracted }: Readonly<Record<string, unknown>>,
  { form, findings }: Context,
): string {
  if (extracted === undefined || extracted === null) return "";
  const converted = convertTimestamp(extracted);
  if (typeof converted === "string") return `,"time_extracted":${converted}`;
  if (form.onInvalidValue === "null") {
    findings.nulled.push("time_extracted");
    return "";
  }
  throw unstorable(converted.invalid, {
    stream: form.stream,
    property: "time_extracted",
    advice: "Correct the tap: it is a date-time with an offset.",
  });
}

function cut(text: string): string {
  return text.length > excerptLength ? `${text.slice(0, excerptLength)}…` : text;
}
