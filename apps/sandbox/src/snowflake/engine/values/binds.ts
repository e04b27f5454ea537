import type { Bind } from "../../contract.ts";
import { castTo } from "./casts.ts";
import { nullOf, readMoment } from "./moment-casts.ts";
import { compilationError, type TextPlace, unsupportedFeature } from "./problem.ts";
import { parseDecimal } from "./runtime/decimals.ts";
import type { Translator } from "./translator.ts";
import { constantText, type Typed } from "./typed.ts";
import {
  booleanType,
  dateType,
  floatType,
  ltzType,
  ntzType,
  physicalType,
  type SqlType,
  textType,
  timeType,
  tzType,
} from "./types.ts";

/** Answers the value that the wire sent for `?` or `:1`. Throws 002049 where it sent none. */
export function boundValue(place: { index: number; at: TextPlace }, translator: Translator): Typed {
  const bind = translator.scope.binds[place.index];
  if (bind === undefined) {
    const where = `error line ${place.at.line} at position ${place.at.column}`;
    throw compilationError("002049", "42601", `${where}\nBind variable :${place.index + 1} not set.`);
  }
  return bindValue(bind, translator);
}

const bindTypes: Readonly<Record<string, SqlType>> = {
  TEXT: textType,
  REAL: floatType,
  BOOLEAN: booleanType,
  DATE: dateType,
  TIME: timeType,
  TIMESTAMP_NTZ: ntzType,
  TIMESTAMP_LTZ: ltzType,
  TIMESTAMP_TZ: tzType,
  BINARY: { kind: "binary", length: 8_388_608 },
};

function bindValue(bind: Bind, translator: Translator): Typed {
  const { value } = bind;
  if (value !== null && typeof value !== "string") throw unsupportedFeature("array bind outside of INSERT");
  if (bind.type === "FIXED")
    return value === null ? nullOf({ kind: "number", precision: 38, scale: 0 }) : decimalBind(value);
  const type = bindTypes[bind.type];
  if (type === undefined) throw unsupportedFeature(`bind of type ${bind.type}`);
  if (value === null) return nullOf(type);
  const text = constantText(value);
  switch (type.kind) {
    case "varchar":
      return text;
    case "date":
      return { sql: `CAST(DATE '1970-01-01' + CAST(${epochDays(value)} AS INTEGER) AS DATE)`, type };
    case "time":
    case "timestamp_ntz":
    case "timestamp_ltz":
      return { sql: `CAST('${wholeNanoseconds(value)}' AS ${physicalType(type)})`, type };
    case "timestamp_tz":
      return { sql: zonedBind(value, translator), type };
    default:
      return castTo(text, type, translator);
  }
}

function decimalBind(value: string): Typed {
  const number = parseDecimal(value);
  if (number === undefined)
    throw compilationError("100038", "22018", `Numeric value '${value}' is not recognized`);
  const digits = (number.unscaled < 0n ? -number.unscaled : number.unscaled).toString().length;
  const type: SqlType = {
    kind: "number",
    precision: Math.min(38, Math.max(digits, number.scale, 1)),
    scale: Math.min(37, number.scale),
  };
  return { sql: `CAST('${value.trim()}' AS ${physicalType(type)})`, type };
}

/** A date is sent as milliseconds since 1970. */
function epochDays(value: string): number {
  return Math.floor(Number(value) / 86_400_000);
}

function wholeNanoseconds(value: string): string {
  return BigInt(value).toString();
}

/** A zoned timestamp is sent as nanoseconds and minutes ahead of UTC plus 1440. */
function zonedBind(value: string, translator: Translator): string {
  const [nanoseconds = "0", offset = "1440"] = value.split(" ");
  if (!/^-?[0-9]+$/.test(nanoseconds)) {
    return readMoment(constantText(value).sql, { type: tzType, format: "AUTO" }, translator);
  }
  return `CAST('${BigInt(nanoseconds) * 4096n + BigInt(offset)}' AS HUGEINT)`;
}
