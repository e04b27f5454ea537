import type { ColumnType } from "../../src/index.ts";
import { type Dialect, quoteName, quoteText, type StoredType } from "../../src/sql/index.ts";

/** A dialect that keeps names as they are, and widens in place. */
export const kept: Dialect = {
  name: "Kept",
  fold: (name) => name,
  sameName: (name) => name.toLowerCase(),
  addsColumnsTogether: false,
  columnType,
  storedType,
  widensInPlace: () => true,
  convert: (expression, { from, to }) =>
    from.kind === to.kind ? expression : `CAST(${expression} AS ${columnType(to)})`,
  latestRows: ({ staged, keys }) => `(SELECT * FROM latest(${staged}, ${keys.join(", ")}))`,
  utcNow: "utc_now()",
};

/** A dialect that folds names to upper case, has short names, keeps comments, overwrites, and widens by a copy. */
export const folded: Dialect = {
  ...kept,
  name: "Folded",
  fold: (name) => name.toUpperCase(),
  sameName: (name) => name,
  maxNameLength: 24,
  addsColumnsTogether: true,
  widensInPlace: ({ from, to }) => from.kind === to.kind,
  insertsOverwrite: true,
  columnComment: (text) => `COMMENT ${quoteText(text)}`,
  tableKind: "TRANSIENT",
  latestRows: ({ staged, keys }) =>
    `(SELECT * FROM ${staged} QUALIFY ROW_NUMBER() OVER (PARTITION BY ${keys.join(", ")} ORDER BY ${quoteName("ROW")} DESC) = 1)`,
};

function columnType(type: ColumnType): string {
  if (type.kind === "decimal") return `DECIMAL(${type.precision},${type.scale})`;
  if (type.kind === "integer") return type.wide ? "WIDE" : "INTEGER";
  return type.kind.toUpperCase();
}

function storedType(sqlType: string): StoredType | undefined {
  const [, precision, scale] = /^DECIMAL\((\d+),(\d+)\)$/.exec(sqlType) ?? [];
  if (precision !== undefined) {
    return { type: { kind: "decimal", precision: Number(precision), scale: Number(scale) } };
  }
  switch (sqlType) {
    case "SMALL":
      return { type: { kind: "integer", wide: false }, narrow: true };
    case "INTEGER":
    case "WIDE":
      return { type: { kind: "integer", wide: sqlType === "WIDE" } };
    case "DOUBLE":
    case "BOOLEAN":
    case "STRING":
    case "TIMESTAMP":
    case "DATE":
    case "TIME":
    case "JSON":
      return { type: simple[sqlType] };
    default:
      return undefined;
  }
}

const simple = {
  DOUBLE: { kind: "double" },
  BOOLEAN: { kind: "boolean" },
  STRING: { kind: "string" },
  TIMESTAMP: { kind: "timestamp" },
  DATE: { kind: "date" },
  TIME: { kind: "time" },
  JSON: { kind: "json" },
} as const;
