import type { Column } from "../catalogue/model.ts";
import { Cursor } from "../parsing/cursor.ts";
import { problems } from "../problems.ts";
import type { Scope } from "../values/relations.ts";
import type { Token } from "../values/tokens.ts";
import { defaultValue, insertColumns } from "./insert.ts";
import {
  assignedColumns,
  assignedValue,
  condition,
  parseAssignments,
  type Target,
  type WrittenAssignment,
} from "./targets.ts";

/** A WHEN of a MERGE as it was written. */
export interface WrittenClause {
  readonly matched: boolean;
  readonly when: readonly Token[] | null;
  readonly action: WrittenAction;
}

type WrittenAction =
  | { readonly kind: "update"; readonly assignments: readonly WrittenAssignment[] }
  | { readonly kind: "delete" }
  | {
      readonly kind: "insert";
      readonly columns: readonly string[] | null;
      readonly values: readonly (readonly Token[])[];
    };

/** A WHEN of a MERGE for DuckDB. */
export interface Clause {
  readonly kind: WrittenAction["kind"];
  /** When it applies, without the conditions of the clauses before it. */
  readonly when: string;
  /** What the columns become; empty for DELETE. */
  readonly values: ReadonlyMap<Column, string>;
}

/** Reads the clauses of a MERGE, at least one. */
export function parseClauses(cursor: Cursor): readonly WrittenClause[] {
  const clauses: WrittenClause[] = [];
  while (cursor.takes("WHEN")) clauses.push(parseClause(cursor));
  if (clauses.length === 0) throw cursor.unexpected();
  for (const matched of [true, false])
    refuseUnreachable(clauses.filter((clause) => clause.matched === matched));
  return clauses;
}

function refuseUnreachable(clauses: readonly WrittenClause[]): void {
  const unconditional = clauses.findIndex(({ when }) => when === null);
  if (unconditional >= 0 && unconditional < clauses.length - 1) {
    throw problems.other(
      "001003",
      "42000",
      "A WHEN clause of MERGE stands behind one that has no condition.",
    );
  }
}

function parseClause(cursor: Cursor): WrittenClause {
  const matched = !cursor.takes("NOT");
  cursor.expect("MATCHED");
  const when = cursor.takes("AND") ? takeCondition(cursor) : null;
  cursor.expect("THEN");
  return { matched, when, action: matched ? parseMatched(cursor) : parseNotMatched(cursor) };
}

/** Takes a condition: a THEN inside of CASE … END belongs to it. */
function takeCondition(cursor: Cursor): readonly Token[] {
  let cases = 0;
  const tokens = cursor.takeUntil(({ kind, value }) => {
    if (kind !== "word") return false;
    if (value === "CASE") cases += 1;
    if (value === "END") cases -= 1;
    return value === "THEN" && cases === 0;
  });
  if (tokens.length === 0) throw cursor.unexpected();
  return tokens;
}

function parseMatched(cursor: Cursor): WrittenAction {
  if (cursor.takes("DELETE")) return { kind: "delete" };
  cursor.expect("UPDATE", "SET");
  return { kind: "update", assignments: parseMergeAssignments(cursor) };
}

/** Reads assignments up to the next WHEN that belongs to no CASE. */
function parseMergeAssignments(cursor: Cursor): readonly WrittenAssignment[] {
  let cases = 0;
  const tokens = cursor.takeUntil(({ kind, value }) => {
    if (kind !== "word") return false;
    if (value === "CASE") cases += 1;
    if (value === "END") cases -= 1;
    return value === "WHEN" && cases === 0;
  });
  const inner = new Cursor(tokens);
  const assignments = parseAssignments(inner);
  inner.expectEnd();
  return assignments;
}

function parseNotMatched(cursor: Cursor): WrittenAction {
  cursor.expect("INSERT");
  const columns = cursor.seesOperator("(") ? cursor.list(() => parseInsertColumn(cursor)) : null;
  cursor.expect("VALUES");
  return { kind: "insert", columns, values: cursor.list(() => cursor.takeItem()) };
}

function parseInsertColumn(cursor: Cursor): string {
  return cursor.dottedName(4).at(-1) ?? "";
}

/** Translates clauses. What inserts may read the source only. */
export function translateClauses(
  target: Target,
  clauses: readonly WrittenClause[],
  scopes: { both: Scope; source: Scope },
): readonly Clause[] {
  return clauses.map(({ matched, when, action }) => {
    const scope = matched ? scopes.both : scopes.source;
    const match = `${target.sql.rowId} IS ${matched ? "NOT NULL" : "NULL"}`;
    return {
      kind: action.kind,
      when: `(${match} AND ${condition(when, scope)})`,
      values: actionValues(target, action, scope),
    };
  });
}

function actionValues(target: Target, action: WrittenAction, scope: Scope): ReadonlyMap<Column, string> {
  if (action.kind === "delete") return new Map();
  if (action.kind === "insert") return insertedValues(target, action, scope);
  const assigned = assignedColumns(target, action.assignments, scope);
  return new Map(
    target.table.columns.map((column) => [column, assigned.get(column) ?? target.sql.columnSql(column)]),
  );
}

function insertedValues(
  { table }: Target,
  { columns: names, values }: WrittenAction & { kind: "insert" },
  scope: Scope,
): ReadonlyMap<Column, string> {
  const columns = insertColumns(table, names);
  if (columns.length !== values.length) {
    throw problems.columnCount({ expected: columns.length, got: values.length });
  }
  const given = new Map(
    columns.map((column, index) => [column, assignedValue(column, values[index] ?? [], scope)]),
  );
  return new Map(table.columns.map((column) => [column, given.get(column) ?? defaultValue(column)]));
}
