import type { Cell } from "./cells.ts";
import type { Condition, Operator, Select } from "./sql-parser.ts";
import { SqlProblem } from "./sql-tokens.ts";
import { compareCells, type Snapshot } from "./store.ts";
import type { ColumnKind } from "./table-kinds.ts";

/** The rows that a statement found, as they were then. */
export interface SqlResult {
  readonly columns: readonly string[];
  readonly snapshot: Snapshot;
  /** The numbers of the rows, in order. */
  readonly rows: readonly number[];
}

type Test = (row: number) => boolean;

const tests: Readonly<Record<Operator, (order: number) => boolean>> = {
  "=": (order) => order === 0,
  "<>": (order) => order !== 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

/** Runs a statement. Throws {@link SqlProblem} for columns that are not there, and values that are of another kind. */
export function runSelect(select: Select, snapshot: Snapshot): SqlResult {
  const named = (column: string): string => nameOf(column, snapshot);
  const columns = select.columns[0] === "*" ? [...snapshot.kind.columns.keys()] : select.columns.map(named);
  const order = select.orderBy.map(named);
  const test = select.where === undefined ? () => true : testOf(select.where, snapshot);
  const limit = select.limit ?? Number.POSITIVE_INFINITY;
  const rows: number[] = [];
  for (const row of snapshot.ordered(order)) {
    if (rows.length >= limit) break;
    if (snapshot.isThere(row) && test(row)) rows.push(row);
  }
  return { columns, snapshot, rows };
}

/** The case of names does not matter. */
function nameOf(column: string, { kind }: Snapshot): string {
  if (kind.columns.has(column)) return column;
  const name = [...kind.columns.keys()].find((each) => each.toUpperCase() === column.toUpperCase());
  if (name !== undefined) return name;
  throw new SqlProblem(`Column ${column} does not exist in ${kind.name}`);
}

function testOf(condition: Condition, snapshot: Snapshot): Test {
  if (condition.kind === "and" || condition.kind === "or") {
    const parts = condition.parts.map((part) => testOf(part, snapshot));
    return condition.kind === "and"
      ? (row) => parts.every((part) => part(row))
      : (row) => parts.some((part) => part(row));
  }
  const column = nameOf(condition.column, snapshot);
  if (condition.kind === "null") return (row) => (snapshot.cell(row, column) === null) === condition.isNull;
  const wanted = literalCell(condition.value, snapshot.kind.columns.get(column));
  const holds = tests[condition.operator];
  // A comparison with null holds for no operator.
  return (row) => {
    const cell = snapshot.cell(row, column);
    return cell !== null && holds(compareCells(cell, wanted));
  };
}

const moment = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d{1,9})?)Z?$/u;

/** A literal is text, and stands for a number or a moment where the column holds such. */
function literalCell(text: string, kind: ColumnKind | undefined): Cell {
  if (kind === "text") return text;
  const [, day = "", time = ""] = moment.exec(text) ?? [];
  const isNumber = /^-?\d+(?:\.\d+)?$/u.test(text);
  const value = kind === "moment" ? Date.parse(`${day}T${time}Z`) : isNumber ? Number(text) : Number.NaN;
  if (!Number.isNaN(value)) return value;
  throw new SqlProblem(`'${text}' is no ${kind === "moment" ? "timestamp" : "number"}`);
}
