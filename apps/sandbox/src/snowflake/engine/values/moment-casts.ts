import { textLiteral } from "./names.ts";
import { call, type Typed } from "./typed.ts";
import { isTimestamp, physicalType, type SqlType } from "./types.ts";

/** What casts depend on besides their value. */
export interface CastContext {
  /** The session's time zone. */
  readonly zone: string;
  /** Answers a session parameter as text; undefined where it has its default. */
  setting(name: string): string | undefined;
  /** Whether values that cannot be cast become NULL. */
  readonly isTry?: boolean;
}

/** Whether a type is a date, a time or a timestamp. */
export function isMoment(type: SqlType): boolean {
  return type.kind === "date" || type.kind === "time" || isTimestamp(type);
}

/** Answers the whole number that stands for a moment when the runtime's functions take it. */
export function momentNumber(value: Typed): string {
  if (value.type.kind === "date") return `CAST((${value.sql} - DATE '1970-01-01') AS HUGEINT)`;
  return value.type.kind === "time" ? `CAST(${value.sql} AS HUGEINT)` : value.sql;
}

/** Turns the whole number that a runtime's function answers into a value of its type. */
export function fromMomentNumber(sql: string, type: SqlType): string {
  if (type.kind === "date") return `(DATE '1970-01-01' + CAST(${sql} AS INTEGER))`;
  return type.kind === "time" ? `CAST(${sql} AS BIGINT)` : sql;
}

/** Answers the number of decimals that a type's seconds have; a date has none. */
function scaleOf(type: SqlType): number {
  return "scale" in type ? type.scale : 9;
}

/** Casts to a date, a time or a timestamp; undefined where there is no such cast. */
export function castToMoment(value: Typed, to: SqlType, context: CastContext): string | undefined {
  const number = momentSql(value, to, context);
  return number === undefined ? undefined : fromMomentNumber(number, to);
}

function momentSql(value: Typed, to: SqlType, context: CastContext): string | undefined {
  const [kind, zone] = [textLiteral(to.kind), textLiteral(context.zone)];
  switch (value.type.kind) {
    case "varchar":
      return readMoment(value.sql, { type: to, format: inputFormat(to, context) }, context);
    case "variant":
      return call("sf_variant_moment", value.sql, kind, scaleOf(to), zone);
    case "number":
      if (!isTimestamp(to)) return undefined;
      return call("sf_epoch_moment", `CAST(${value.sql} AS VARCHAR)`, 0, kind, zone);
    default:
      return convertedMoment(value, to, context);
  }
}

/** Reads text by a format. */
export function readMoment(
  sql: string,
  target: { readonly type: SqlType; readonly format: string },
  context: CastContext,
): string {
  return call(
    "sf_moment",
    sql,
    textLiteral(target.type.kind),
    scaleOf(target.type),
    textLiteral(context.zone),
    textLiteral(target.format),
    context.isTry === true ? "'try'" : "'text'",
  );
}

function convertedMoment(value: Typed, to: SqlType, context: CastContext): string | undefined {
  if (!isMoment(value.type)) return undefined;
  const isSame = value.type.kind === to.kind && scaleOf(value.type) <= scaleOf(to);
  if (isSame) return momentNumber(value);
  const [from, target] = [value.type.kind, to.kind];
  const losesDate = from === "time" && target !== "time";
  const isWithoutTime = from === "date" && target === "time";
  if (losesDate || isWithoutTime) return undefined;
  return call(
    "sf_moment_cast",
    momentNumber(value),
    textLiteral(from),
    textLiteral(target),
    scaleOf(to),
    textLiteral(context.zone),
  );
}

/** Answers the format in which a session's text is read. */
function inputFormat(type: SqlType, context: CastContext): string {
  const name = isTimestamp(type) ? "TIMESTAMP_INPUT_FORMAT" : `${type.kind.toUpperCase()}_INPUT_FORMAT`;
  return context.setting(name) ?? "AUTO";
}

/** Answers the format in which a session's moments become text. */
export function outputFormat(type: SqlType, context: CastContext): string {
  const own = context.setting(`${type.kind.toUpperCase()}_OUTPUT_FORMAT`);
  if (own !== undefined && own !== "") return own;
  if (type.kind === "date") return "YYYY-MM-DD";
  if (type.kind === "time") return "HH24:MI:SS";
  const common = context.setting("TIMESTAMP_OUTPUT_FORMAT");
  if (type.kind === "timestamp_ntz") return "YYYY-MM-DD HH24:MI:SS.FF3";
  return common ?? "YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM";
}

/** Compares zoned timestamps by their instants alone. */
export function comparable(value: Typed): string {
  if (value.type.kind !== "timestamp_tz") return value.sql;
  return `(${value.sql} - (((${value.sql} % 4096) + 4096) % 4096))`;
}

/** Answers a NULL of a type. */
export function nullOf(type: SqlType): Typed {
  return { sql: `CAST(NULL AS ${physicalType(type)})`, type };
}
