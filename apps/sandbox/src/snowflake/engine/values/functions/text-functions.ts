import { asBoolean, asInteger, asText } from "../casts.ts";
import { textLiteral } from "../names.ts";
import { concatenated } from "../operators.ts";
import { compilationError } from "../problem.ts";
import { call as calls, type Typed } from "../typed.ts";
import { booleanType, type SqlType, textType } from "../types.ts";
import {
  entry,
  type FunctionCall,
  type FunctionEntry,
  type FunctionTable,
  unlimitedCount,
} from "./function-entry.ts";

const countType: SqlType = { kind: "number", precision: 18, scale: 0 };

function text(call: FunctionCall, index: number): string {
  return asText(call.arg(index), call.translator);
}

/** An argument that may be missing. */
function textOr(call: FunctionCall, index: number, otherwise: string): string {
  return index < call.count ? text(call, index) : textLiteral(otherwise);
}

function wholeOr(call: FunctionCall, index: number, otherwise: number): string {
  return index < call.count ? asInteger(call.arg(index), call.translator) : String(otherwise);
}

function simple(name: string): FunctionEntry {
  return entry([1], (call) => ({ sql: calls(name, text(call, 0)), type: textType }));
}

function counted(sql: string): Typed {
  return { sql: `CAST(${sql} AS DECIMAL(18,0))`, type: countType };
}

/** LENGTH counts characters, and the bytes of a BINARY. */
function length(call: FunctionCall): Typed {
  const value = call.arg(0);
  if (value.type.kind === "binary") return counted(`octet_length(${value.sql})`);
  return counted(calls("length", asText(value, call.translator)));
}

function octets(call: FunctionCall): Typed {
  const value = call.arg(0);
  if (value.type.kind === "binary") return counted(`octet_length(${value.sql})`);
  return counted(`octet_length(${calls("sf_bytes", asText(value, call.translator), "'UTF8'")})`);
}

function trimming(side: "both" | "left" | "right"): FunctionEntry {
  return entry([1, 2], (call) => ({
    sql: calls("sf_trim", text(call, 0), textOr(call, 1, " "), textLiteral(side)),
    type: textType,
  }));
}

function padding(side: "left" | "right"): FunctionEntry {
  return entry([2, 3], (call) => ({
    sql: calls("sf_pad", text(call, 0), wholeOr(call, 1, 0), textOr(call, 2, " "), textLiteral(side)),
    type: textType,
  }));
}

function testing(name: string): FunctionEntry {
  return entry([2], (call) => ({ sql: calls(name, text(call, 0), text(call, 1)), type: booleanType }));
}

const substring = entry([2, 3], (call) => ({
  sql: calls("sf_substr", text(call, 0), wholeOr(call, 1, 1), wholeOr(call, 2, 2_147_483_647)),
  type: textType,
}));

/** Hash functions take text and bytes. */
function hashed(call: FunctionCall, algorithm: string): Typed {
  const value = call.arg(0);
  const bytes =
    value.type.kind === "binary" ? value.sql : calls("sf_bytes", asText(value, call.translator), "'UTF8'");
  return { sql: calls("sf_hash", bytes, textLiteral(algorithm)), type: textType };
}

function sha2(call: FunctionCall): Typed {
  const size = call.count > 1 ? call.raw(1) : { kind: "number" as const, text: "256" };
  const bits = size.kind === "number" ? size.text : "";
  if (!["224", "256", "384", "512"].includes(bits)) {
    throw compilationError("001015", "22023", "argument 2 to function SHA2 needs to be 224, 256, 384 or 512");
  }
  return hashed(call, `sha${bits}`);
}

const regexpLike = entry([2, 3], (call) => ({
  sql: calls("sf_regexp_like", text(call, 0), text(call, 1), textOr(call, 2, "c")),
  type: booleanType,
}));

const regexpSubstring = entry([2, 6], (call) => ({
  sql: calls(
    "sf_regexp_substr",
    text(call, 0),
    text(call, 1),
    wholeOr(call, 2, 1),
    wholeOr(call, 3, 1),
    textOr(call, 4, "c"),
    wholeOr(call, 5, 0),
  ),
  type: textType,
}));

/** Functions over text. */
export const textFunctions: FunctionTable = {
  LENGTH: entry([1], length),
  LEN: entry([1], length),
  OCTET_LENGTH: entry([1], octets),
  UPPER: simple("sf_upper"),
  LOWER: simple("sf_lower"),
  REVERSE: simple("reverse"),
  TRIM: trimming("both"),
  LTRIM: trimming("left"),
  RTRIM: trimming("right"),
  LPAD: padding("left"),
  RPAD: padding("right"),
  SUBSTR: substring,
  SUBSTRING: substring,
  LEFT: entry([2], (call) => ({
    sql: calls("sf_substr", text(call, 0), 1, wholeOr(call, 1, 0)),
    type: textType,
  })),
  RIGHT: entry([2], (call) => {
    const count = wholeOr(call, 1, 0);
    const value = text(call, 0);
    return { sql: `(CASE WHEN ${count} <= 0 THEN '' ELSE right(${value}, ${count}) END)`, type: textType };
  }),
  REPLACE: entry([2, 3], (call) => ({
    sql: calls("replace", text(call, 0), text(call, 1), textOr(call, 2, "")),
    type: textType,
  })),
  CONCAT: entry([1, unlimitedCount], (call) => concatenated(call.rest(0), call.translator)),
  REPEAT: entry([2], (call) => ({
    sql: calls("repeat", text(call, 0), wholeOr(call, 1, 0)),
    type: textType,
  })),
  SPLIT_PART: entry([3], (call) => ({
    sql: calls("sf_split_part", text(call, 0), text(call, 1), wholeOr(call, 2, 1)),
    type: textType,
  })),
  STARTSWITH: testing("starts_with"),
  ENDSWITH: testing("ends_with"),
  CONTAINS: testing("contains"),
  POSITION: entry([2], (call) => counted(calls("strpos", text(call, 1), text(call, 0)))),
  CHARINDEX: entry([2], (call) => counted(calls("strpos", text(call, 1), text(call, 0)))),
  CHR: entry([1], (call) => ({ sql: calls("chr", wholeOr(call, 0, 0)), type: textType })),
  SHA2: entry([1, 2], sha2),
  SHA2_HEX: entry([1, 2], sha2),
  MD5: entry([1], (call) => hashed(call, "md5")),
  MD5_HEX: entry([1], (call) => hashed(call, "md5")),
  SHA1: entry([1], (call) => hashed(call, "sha1")),
  REGEXP_LIKE: regexpLike,
  RLIKE: regexpLike,
  REGEXP_REPLACE: entry([2, 6], (call) => ({
    sql: calls(
      "sf_regexp_replace",
      text(call, 0),
      text(call, 1),
      textOr(call, 2, ""),
      wholeOr(call, 3, 1),
      wholeOr(call, 4, 0),
      textOr(call, 5, "c"),
    ),
    type: textType,
  })),
  REGEXP_SUBSTR: regexpSubstring,
  REGEXP_COUNT: entry([2, 4], (call) =>
    counted(
      calls("sf_regexp_count", text(call, 0), text(call, 1), wholeOr(call, 2, 1), textOr(call, 3, "c")),
    ),
  ),
  BOOLNOT: entry([1], (call) => ({
    sql: `(NOT ${asBoolean(call.arg(0), call.translator)})`,
    type: booleanType,
  })),
};
