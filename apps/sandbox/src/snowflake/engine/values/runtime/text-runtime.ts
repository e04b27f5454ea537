import { createHash, randomUUID } from "node:crypto";
import { BLOB, BOOLEAN, DuckDBBlobValue, INTEGER, VARCHAR } from "@duckdb/node-api";
import { EngineError, internalError } from "../problem.ts";
import { Patterns, replacedMatches } from "./regular-expressions.ts";
import { type RuntimeFunction, text } from "./runtime-function.ts";

const tooLongBytes = 16_777_216;

/** Throws 100078 for a text of more characters than its column holds. */
function fittingText(value: string, length: number): string {
  if (value.length <= length && value.length * 3 <= tooLongBytes) return value;
  const characters = value.length <= length ? value.length : [...value].length;
  if (characters <= length && Buffer.byteLength(value) <= tooLongBytes) return value;
  const message = `String '${value.slice(0, 100)}' is too long and would be truncated`;
  throw new EngineError({ code: "100078", sqlState: "22000", message });
}

function bytesOf(value: string, form: string): DuckDBBlobValue | null {
  const isTry = form.startsWith("TRY_");
  const format = form.replace("TRY_", "");
  if (format === "UTF8" || format === "UTF-8") return new DuckDBBlobValue(Buffer.from(value, "utf8"));
  const isHex = format === "HEX";
  const isValid = isHex ? /^(?:[0-9A-Fa-f]{2})*$/.test(value) : isBase64(value);
  if (isValid) return new DuckDBBlobValue(Buffer.from(value, isHex ? "hex" : "base64"));
  if (isTry) return null;
  const message = `The following string is not a legal ${isHex ? "hex-encoded" : "base64-encoded"} value: '${value}'`;
  throw new EngineError({ code: "100115", sqlState: "22000", message });
}

function isBase64(value: string): boolean {
  return value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value);
}

function bytes(value: unknown): Buffer {
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes);
  throw internalError(`bytes are ${String(value)}`);
}

function writtenBytes(value: unknown, form: string): string {
  const content = bytes(value);
  if (form === "UTF8" || form === "UTF-8") return content.toString("utf8");
  return form === "HEX" ? content.toString("hex").toUpperCase() : content.toString("base64");
}

/** Cuts as SUBSTR does: from 1, and from the end with a negative start. */
function substring(value: string, start: number, length: number): string {
  const characters = [...value];
  const from = start > 0 ? start - 1 : start < 0 ? characters.length + start : 0;
  if (from < 0 || length <= 0) return "";
  return characters.slice(from, from + length).join("");
}

function padded(value: string, length: number, filling: string, side: string): string {
  const characters = [...value];
  if (characters.length >= length) return characters.slice(0, Math.max(0, length)).join("");
  const fillers = [...filling];
  if (fillers.length === 0) return value;
  const missing = length - characters.length;
  const pad = Array.from({ length: missing }, (_, index) => fillers[index % fillers.length]).join("");
  return side === "left" ? pad + value : value + pad;
}

function trimmed(value: string, characters: string, side: string): string {
  const set = new Set(characters);
  const all = [...value];
  let start = 0;
  let end = all.length;
  while (side !== "right" && start < end && set.has(all[start] ?? "")) start += 1;
  while (side !== "left" && end > start && set.has(all[end - 1] ?? "")) end -= 1;
  return all.slice(start, end).join("");
}

function splitPart(value: string, separator: string, position: number): string {
  const parts = separator === "" ? [value] : value.split(separator);
  return parts[position > 0 ? position - 1 : position < 0 ? parts.length + position : 0] ?? "";
}

function matchAt(
  value: string,
  pattern: RegExp,
  search: { position: number; occurrence: number },
): RegExpExecArray | undefined {
  const found = [...value.slice(search.position - 1).matchAll(pattern)];
  return found[search.occurrence - 1];
}

/** Functions that search by regular expressions. */
function searches(): readonly RuntimeFunction[] {
  const patterns = new Patterns();
  return [
    {
      name: "sf_regexp_like",
      parameters: [VARCHAR, VARCHAR, VARCHAR],
      returns: BOOLEAN,
      call: (value, pattern, parameters) =>
        patterns.of(text(pattern), { parameters: text(parameters), whole: true }).test(text(value)),
    },
    {
      name: "sf_regexp_replace",
      parameters: [VARCHAR, VARCHAR, VARCHAR, INTEGER, INTEGER, VARCHAR],
      returns: VARCHAR,
      call: (value, pattern, replacement, position, occurrence, parameters) =>
        replacedMatches(
          text(value),
          patterns.of(text(pattern), { parameters: text(parameters), whole: false }),
          {
            replacement: text(replacement),
            position: Number(position),
            occurrence: Number(occurrence),
          },
        ),
    },
    {
      name: "sf_regexp_substr",
      parameters: [VARCHAR, VARCHAR, INTEGER, INTEGER, VARCHAR, INTEGER],
      returns: VARCHAR,
      call: (value, pattern, position, occurrence, parameters, group) => {
        const expression = patterns.of(text(pattern), { parameters: text(parameters), whole: false });
        const search = { position: Number(position), occurrence: Number(occurrence) };
        return matchAt(text(value), expression, search)?.[Number(group)] ?? null;
      },
    },
    {
      name: "sf_regexp_count",
      parameters: [VARCHAR, VARCHAR, INTEGER, VARCHAR],
      returns: INTEGER,
      call: (value, pattern, position, parameters) => {
        const expression = patterns.of(text(pattern), { parameters: text(parameters), whole: false });
        return [
          ...text(value)
            .slice(Number(position) - 1)
            .matchAll(expression),
        ].length;
      },
    },
  ];
}

/** Functions over text and bytes. */
export function textRuntime(): readonly RuntimeFunction[] {
  return [
    ...searches(),
    {
      name: "sf_fitting",
      parameters: [VARCHAR, INTEGER],
      constants: 1,
      returns: VARCHAR,
      call: (value, length) => fittingText(text(value), Number(length)),
    },
    {
      name: "sf_bytes",
      parameters: [VARCHAR, VARCHAR],
      constants: 1,
      returns: BLOB,
      call: (value, form) => bytesOf(text(value), text(form)),
    },
    {
      name: "sf_bytes_text",
      parameters: [BLOB, VARCHAR],
      constants: 1,
      returns: VARCHAR,
      call: (value, form) => writtenBytes(value, text(form)),
    },
    {
      name: "sf_substr",
      parameters: [VARCHAR, INTEGER, INTEGER],
      returns: VARCHAR,
      call: (value, start, length) => substring(text(value), Number(start), Number(length)),
    },
    {
      name: "sf_pad",
      parameters: [VARCHAR, INTEGER, VARCHAR, VARCHAR],
      returns: VARCHAR,
      call: (value, length, filling, side) => padded(text(value), Number(length), text(filling), text(side)),
    },
    {
      name: "sf_trim",
      parameters: [VARCHAR, VARCHAR, VARCHAR],
      returns: VARCHAR,
      call: (value, characters, side) => trimmed(text(value), text(characters), text(side)),
    },
    {
      name: "sf_split_part",
      parameters: [VARCHAR, VARCHAR, INTEGER],
      returns: VARCHAR,
      call: (value, separator, position) => splitPart(text(value), text(separator), Number(position)),
    },
    { name: "sf_upper", parameters: [VARCHAR], returns: VARCHAR, call: (value) => text(value).toUpperCase() },
    { name: "sf_lower", parameters: [VARCHAR], returns: VARCHAR, call: (value) => text(value).toLowerCase() },
    { name: "sf_uuid", parameters: [VARCHAR], returns: VARCHAR, isVolatile: true, call: () => randomUUID() },
    {
      name: "sf_hash",
      parameters: [BLOB, VARCHAR],
      returns: VARCHAR,
      call: (value, algorithm) => createHash(text(algorithm)).update(bytes(value)).digest("hex"),
    },
  ];
}
