import { DuckDBBlobValue, DuckDBDateValue, type DuckDBValue } from "@duckdb/node-api";
import type { ResultColumn } from "../../contract.ts";
import { internalError } from "./problem.ts";
import type { SqlType } from "./types.ts";
import { displayedVariant } from "./variant-text.ts";

/** Describes a column of a result as `rowtype` does. */
export function resultColumn(name: string, type: SqlType): ResultColumn {
  return { name, nullable: true, ...resultTypes(type) };
}

function resultTypes(type: SqlType): Omit<ResultColumn, "name" | "nullable"> {
  switch (type.kind) {
    case "number":
      return { type: "fixed", precision: type.precision, scale: type.scale };
    case "float":
      return { type: "real" };
    case "varchar":
      return { type: "text", length: type.length };
    case "binary":
      return { type: "binary", length: type.length };
    case "time":
    case "timestamp_ntz":
    case "timestamp_tz":
    case "timestamp_ltz":
      return { type: type.kind, precision: 0, scale: type.scale };
    default:
      return { type: type.kind };
  }
}

/** Writes a value that DuckDB answered for a type as the JSON rowset has it. */
export function encodeValue(value: DuckDBValue, type: SqlType): string | null {
  if (value === null) return null;
  switch (type.kind) {
    case "boolean":
      return value === true ? "1" : "0";
    case "date":
      return encodedDate(value);
    case "binary":
      return encodedBinary(value);
    case "time":
    case "timestamp_ntz":
    case "timestamp_ltz":
      return secondsText(wholeNumber(value));
    case "timestamp_tz":
      return encodedZoned(wholeNumber(value));
    case "variant":
    case "object":
    case "array":
      return displayedVariant(String(value));
    case "float":
      return encodedFloat(value);
    default:
      return String(value);
  }
}

function encodedFloat(value: DuckDBValue): string {
  const text = String(value);
  return text === "Infinity" ? "inf" : text.replace("-Infinity", "-inf");
}

function encodedDate(value: DuckDBValue): string {
  if (value instanceof DuckDBDateValue) return String(value.days);
  throw internalError(`a date is ${String(value)}`);
}

function encodedBinary(value: DuckDBValue): string {
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString("hex").toUpperCase();
  throw internalError(`bytes are ${String(value)}`);
}

function wholeNumber(value: DuckDBValue): bigint {
  if (typeof value === "bigint") return value;
  throw internalError(`a moment is ${String(value)}`);
}

function encodedZoned(packed: bigint): string {
  const offset = ((packed % 4096n) + 4096n) % 4096n;
  return `${secondsText((packed - offset) / 4096n)} ${offset}`;
}

/** Writes nanoseconds as seconds with nine decimals. */
function secondsText(nanoseconds: bigint): string {
  const digits = (nanoseconds < 0n ? -nanoseconds : nanoseconds).toString().padStart(10, "0");
  return `${nanoseconds < 0n ? "-" : ""}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}
