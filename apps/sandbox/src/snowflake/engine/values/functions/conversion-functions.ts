import { asText, castTo } from "../casts.ts";
import { fromMomentNumber, isMoment, momentNumber, readMoment } from "../moment-casts.ts";
import { textLiteral } from "../names.ts";
import { compilationError, invalidArgumentTypes, unsupportedFeature } from "../problem.ts";
import { numberFormat } from "../runtime/number-formats.ts";
import { call as calls, type Typed } from "../typed.ts";
import {
  binaryType,
  booleanType,
  dateType,
  decimalType,
  floatType,
  isTimestamp,
  ltzType,
  ntzType,
  type SqlType,
  textType,
  timeType,
  typeName,
  tzType,
} from "../types.ts";
import { entry, type FunctionCall, type FunctionEntry, type FunctionTable } from "./function-entry.ts";

function constant(call: FunctionCall, index: number): number {
  const expression = call.raw(index);
  if (expression.kind === "number" && /^[0-9]+$/.test(expression.text)) return Number(expression.text);
  throw compilationError(
    "001015",
    "22023",
    `argument ${index + 1} to function ${call.call.name} needs to be constant, found another expression`,
  );
}

/** Answers the constant text of an argument, such as a format. */
export function constantText(call: FunctionCall, index: number): string {
  const expression = call.raw(index);
  if (expression.kind === "text") return expression.value;
  throw compilationError(
    "001015",
    "22023",
    `argument ${index + 1} to function ${call.call.name} needs to be constant, found another expression`,
  );
}

/** A TRY function takes text alone. */
function triedValue(call: FunctionCall): Typed {
  const value = call.arg(0);
  if (value.type.kind !== "varchar")
    throw invalidArgumentTypes(call.call.name, [typeName(value.type)], call.call.at);
  return value;
}

function cast(call: FunctionCall, to: SqlType): Typed {
  const isTry = call.call.name.startsWith("TRY_");
  const value = isTry ? triedValue(call) : call.arg(0);
  return castTo(value, to, isTry ? call.translator.trying() : call.translator);
}

/** TO_NUMBER's format may stand between its value and its digits; only its digits are understood here. */
const toNumber = entry([1, 3], (call) => {
  const digits = Array.from({ length: call.count - 1 }, (_, index) => constant(call, index + 1));
  return cast(call, decimalType(digits));
});

function fixed(type: SqlType): FunctionEntry {
  return entry([1], (call) => cast(call, type));
}

/** A moment of text by a format, of a number that counts from 1970, or of another moment. */
function toMoment(type: SqlType): FunctionEntry {
  return entry([1, 2], (call) => {
    if (call.count === 1) return cast(call, type);
    const value = call.call.name.startsWith("TRY_") ? triedValue(call) : call.arg(0);
    const translator = call.call.name.startsWith("TRY_") ? call.translator.trying() : call.translator;
    if (value.type.kind === "number" && isTimestamp(type))
      return epoch(value, type, { call, scale: constant(call, 1) });
    if (value.type.kind !== "varchar" && value.type.kind !== "variant") {
      throw invalidArgumentTypes(call.call.name, [typeName(value.type), "VARCHAR"], call.call.at);
    }
    const read = readMoment(asText(value, translator), { type, format: constantText(call, 1) }, translator);
    return { sql: fromMomentNumber(read, type), type };
  });
}

function epoch(value: Typed, type: SqlType, { call, scale }: { call: FunctionCall; scale: number }): Typed {
  const zone = textLiteral(call.translator.zone);
  const sql = calls("sf_epoch_moment", `CAST(${value.sql} AS VARCHAR)`, scale, textLiteral(type.kind), zone);
  return { sql, type };
}

/** The formats of which the papers tell enough; others are refused. */
function formattedNumber(value: Typed, call: FunctionCall): Typed {
  const format = constantText(call, 1);
  if (numberFormat(format) === undefined) throw unsupportedFeature(`number format ${format}`);
  const isDouble = value.type.kind === "float";
  const sql = isDouble
    ? calls("sf_formatted_double", value.sql, textLiteral(format))
    : calls("sf_formatted_number", `CAST(${value.sql} AS VARCHAR)`, textLiteral(format));
  return { sql, type: textType };
}

const toText = entry([1, 2], (call) => {
  const value = call.arg(0);
  if (call.count === 1) return castTo(value, textType, call.translator);
  if (value.type.kind === "binary") {
    return {
      sql: calls("sf_bytes_text", value.sql, textLiteral(constantText(call, 1).toUpperCase())),
      type: textType,
    };
  }
  if (value.type.kind === "number" || value.type.kind === "float") return formattedNumber(value, call);
  if (!isMoment(value.type))
    throw invalidArgumentTypes(call.call.name, [typeName(value.type), "VARCHAR"], call.call.at);
  const zone = textLiteral(call.translator.zone);
  const format = textLiteral(constantText(call, 1));
  return {
    sql: calls("sf_moment_text", momentNumber(value), textLiteral(value.type.kind), format, zone),
    type: textType,
  };
});

const toBinary = entry([1, 2], (call) => {
  const value = call.arg(0);
  if (value.type.kind === "binary") return value;
  const isTry = call.call.name.startsWith("TRY_");
  const form = call.count > 1 ? constantText(call, 1).toUpperCase() : "HEX";
  if (!["HEX", "BASE64", "UTF8", "UTF-8"].includes(form)) {
    throw compilationError("001015", "22023", `invalid binary format '${form}'`);
  }
  const text = asText(value, call.translator);
  return { sql: calls("sf_bytes", text, textLiteral(`${isTry ? "TRY_" : ""}${form}`)), type: binaryType };
});

function written(form: string): FunctionEntry {
  return entry([1], (call) => {
    const value = call.arg(0);
    const bytes =
      value.type.kind === "binary" ? value.sql : calls("sf_bytes", asText(value, call.translator), "'UTF8'");
    return { sql: calls("sf_bytes_text", bytes, textLiteral(form)), type: textType };
  });
}

function readText(form: string): FunctionEntry {
  return entry([1], (call) => ({
    sql: calls(
      "sf_bytes_text",
      calls("sf_bytes", asText(call.arg(0), call.translator), textLiteral(form)),
      "'UTF8'",
    ),
    type: textType,
  }));
}

function readBytes(form: string): FunctionEntry {
  return entry([1], (call) => ({
    sql: calls("sf_bytes", asText(call.arg(0), call.translator), textLiteral(form)),
    type: binaryType,
  }));
}

function both(name: string, made: FunctionEntry): FunctionTable {
  return { [name]: made, [`TRY_${name}`]: made };
}

/** Functions that turn values of one type into another. */
export const conversionFunctions: FunctionTable = {
  ...both("TO_NUMBER", toNumber),
  ...both("TO_DECIMAL", toNumber),
  ...both("TO_NUMERIC", toNumber),
  ...both("TO_DOUBLE", fixed(floatType)),
  ...both("TO_BOOLEAN", fixed(booleanType)),
  ...both("TO_DATE", toMoment(dateType)),
  ...both("TO_TIME", toMoment(timeType)),
  ...both("TO_TIMESTAMP", toMoment(ntzType)),
  ...both("TO_TIMESTAMP_NTZ", toMoment(ntzType)),
  ...both("TO_TIMESTAMP_LTZ", toMoment(ltzType)),
  ...both("TO_TIMESTAMP_TZ", toMoment(tzType)),
  DATE: toMoment(dateType),
  TO_VARCHAR: toText,
  TO_CHAR: toText,
  ...both("TO_BINARY", toBinary),
  HEX_ENCODE: written("HEX"),
  BASE64_ENCODE: written("BASE64"),
  HEX_DECODE_STRING: readText("HEX"),
  BASE64_DECODE_STRING: readText("BASE64"),
  HEX_DECODE_BINARY: readBytes("HEX"),
  BASE64_DECODE_BINARY: readBytes("BASE64"),
};
