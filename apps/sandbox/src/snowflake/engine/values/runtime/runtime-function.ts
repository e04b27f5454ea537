import type { DuckDBType, DuckDBValue } from "@duckdb/node-api";
import { internalError } from "../problem.ts";

/** A function that DuckDB calls back for each row. */
export interface RuntimeFunction {
  readonly name: string;
  readonly parameters: readonly DuckDBType[];
  readonly rest?: DuckDBType;
  readonly returns: DuckDBType;
  /** How many of the last parameters have one value for all rows: translations write them as constants. @default 0 */
  readonly constants?: number;
  /** Whether it is called with nulls too; else a null makes a null. */
  readonly takesNulls?: boolean;
  /** Whether it answers something else each time. */
  readonly isVolatile?: boolean;
  readonly call: (...values: readonly DuckDBValue[]) => DuckDBValue;
}

/** Narrows an argument that DuckDB passes as text. */
export function text(value: DuckDBValue | undefined): string {
  if (typeof value === "string") return value;
  throw internalError(`a text is ${String(value)}`);
}

/** Narrows an argument that is text or null. */
export function textOrNull(value: DuckDBValue | undefined): string | null {
  return value === null || value === undefined ? null : text(value);
}

/** Narrows an argument that DuckDB passes as a whole number. */
export function whole(value: DuckDBValue | undefined): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isInteger(value)) return BigInt(value);
  throw internalError(`a whole number is ${String(value)}`);
}
