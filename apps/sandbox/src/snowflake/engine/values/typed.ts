import { textLiteral } from "./names.ts";
import { integerType, isSemiStructured, physicalType, type SqlType, textType, variantType } from "./types.ts";

/** SQL for DuckDB, and the type of Snowflake that its values have. */
export interface Typed {
  readonly sql: string;
  readonly type: SqlType;
  /** Whether it is a plain NULL, which has no type of its own. */
  readonly isUntyped?: boolean;
}

/** A NULL without a type. */
export const untypedNull: Typed = { sql: "CAST(NULL AS VARCHAR)", type: textType, isUntyped: true };

/** Makes a text of a constant. */
export function constantText(value: string): Typed {
  return { sql: constantSql(value), type: { kind: "varchar", length: Math.max(1, [...value].length) } };
}

/** DuckDB's literals cannot hold NUL. */
function constantSql(value: string): string {
  return value.includes("\0")
    ? `(${value.split("\0").map(textLiteral).join(" || chr(0) || ")})`
    : textLiteral(value);
}

/** Makes a whole number of a constant. */
export function constantNumber(value: number): Typed {
  return { sql: `CAST(${value} AS ${physicalType(integerType)})`, type: integerType };
}

/** Calls a function of DuckDB or of the runtime. */
export function call(name: string, ...args: readonly (string | number)[]): string {
  return `${name}(${args.join(", ")})`;
}

/** Answers the type that holds values of both types, or undefined where Snowflake has none. */
export function commonType(left: Typed, right: Typed): SqlType | undefined {
  if (left.isUntyped === true) return right.type;
  if (right.isUntyped === true) return left.type;
  return commonOf(left.type, right.type) ?? commonOf(right.type, left.type);
}

function commonOf(left: SqlType, right: SqlType): SqlType | undefined {
  if (isSemiStructured(left)) return right.kind === left.kind ? left : variantType;
  if (left.kind === "number" && right.kind === "number") return commonNumber(left, right);
  if (left.kind === right.kind) return wider(left, right);
  if (left.kind === "varchar") return right.kind === "binary" ? undefined : right;
  if (left.kind === "float") return right.kind === "number" ? left : undefined;
  return commonMoment(left, right);
}

function commonNumber(
  left: { precision: number; scale: number },
  right: { precision: number; scale: number },
): SqlType {
  const scale = Math.max(left.scale, right.scale);
  const whole = Math.max(left.precision - left.scale, right.precision - right.scale);
  return { kind: "number", precision: Math.min(38, whole + scale), scale };
}

function wider(left: SqlType, right: SqlType): SqlType {
  if ("length" in left && "length" in right) return left.length >= right.length ? left : right;
  if ("scale" in left && "scale" in right) return left.scale >= right.scale ? left : right;
  return left;
}

const momentRanks: Readonly<Record<string, number>> = {
  date: 1,
  timestamp_ntz: 2,
  timestamp_ltz: 3,
  timestamp_tz: 4,
};

function commonMoment(left: SqlType, right: SqlType): SqlType | undefined {
  const [first, second] = [momentRanks[left.kind], momentRanks[right.kind]];
  if (first === undefined || second === undefined) return undefined;
  return first > second ? left : right;
}
