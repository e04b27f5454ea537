import { castTo } from "./casts.ts";
import type { CastContext } from "./moment-casts.ts";
import { typeMismatch } from "./problem.ts";
import { isSemiStructured, isTimestamp, type SqlType, typeName } from "./types.ts";

/** What a value becomes part of. */
export interface Assignment {
  readonly from: SqlType;
  readonly to: SqlType;
  readonly column: string;
  /** The session's parameters: TIMEZONE and formats. Those that are missing have their defaults. */
  readonly parameters: ReadonlyMap<string, string | number | boolean>;
}

/**
 * Casts a value as INSERT, UPDATE and MERGE do when they put it into a column.
 *
 * Throws 002023 for a type that its column does not take. The SQL fails with 100078 for text that is too long, and as
 * casts do.
 */
export function assignmentCast(sql: string, change: Assignment): string {
  const { from, to, column } = change;
  if (!isTaken(from, to)) throw typeMismatch({ expected: typeName(to), got: typeName(from), column });
  const setting = (name: string) => {
    const value = change.parameters.get(name);
    return value === undefined ? undefined : String(value);
  };
  const context: CastContext = { zone: setting("TIMEZONE") ?? "America/Los_Angeles", setting };
  return castTo({ sql, type: from }, to, context).sql;
}

const numbers = ["number", "float", "boolean", "varchar", "variant"];

/** Which types a column takes without a cast being written. */
const taken: Readonly<Record<string, readonly string[]>> = {
  number: numbers,
  float: numbers,
  boolean: ["boolean", "varchar", "variant", "number", "float"],
  varchar: ["number", "float", "boolean", "varchar", "date", "time", "variant"],
  date: ["date", "varchar", "variant"],
  time: ["time", "varchar", "variant"],
  binary: ["binary", "varchar", "variant"],
  variant: ["variant", "object", "array"],
  object: ["object", "variant"],
  array: ["array", "variant"],
};

function isTaken(from: SqlType, to: SqlType): boolean {
  if (isTimestamp(to)) return isTimestamp(from) || ["date", "varchar", "variant"].includes(from.kind);
  if (isTimestamp(from)) return ["varchar", "date", "time"].includes(to.kind);
  return (taken[to.kind] ?? []).includes(from.kind) || (isSemiStructured(from) && from.kind === to.kind);
}
