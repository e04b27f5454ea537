import type { Bind } from "../../contract.ts";
import { type Column, displayPart, fullName, type Table } from "../catalogue/model.ts";
import { Cursor, type NameParts } from "../parsing/cursor.ts";
import { problems } from "../problems.ts";
import { deleteAllSql, insertRowsSql } from "../storage/table-sql.ts";
import { assignmentCast } from "../values/assignment.ts";
import { quoted } from "../values/names.ts";
import type { Scope } from "../values/relations.ts";
import type { Token } from "../values/tokens.ts";
import { outputColumn, type TranslatedQuery, translateQuery } from "../values/translate.ts";
import { physicalType } from "../values/types.ts";
import { countAnswer } from "./answers.ts";
import { type Command, dml, statementTypes, type Work } from "./command.ts";
import { scopeOf } from "./scope.ts";
import {
  type ChangePlan,
  changeRows,
  collect,
  collectedRows,
  type RowChange,
  refuseNulls,
} from "./table-changes.ts";

interface Insert {
  readonly overwrites: boolean;
  readonly into: NameParts;
  readonly columns: readonly string[] | null;
  readonly query: readonly Token[];
}

/** Reads INSERT, whose word is taken. */
export function parseInsert(cursor: Cursor): Command {
  const overwrites = cursor.takes("OVERWRITE");
  cursor.expect("INTO");
  const into = cursor.dottedName();
  const columns = seesColumns(cursor) ? cursor.list(() => cursor.name()) : null;
  const query = cursor.rest();
  const first = query[0];
  const isQuery = first?.text === "(" || ["SELECT", "WITH", "VALUES"].includes(first?.value ?? "");
  if (!isQuery) throw new Cursor(query).unexpected();
  const written = { overwrites, into, columns, query };
  return dml((work) => changeRows(work, { locks: overwrites, plan: () => planInsert(work, written) }));
}

function seesColumns(cursor: Cursor): boolean {
  const inner = cursor.peek(1);
  return (
    cursor.seesOperator("(") &&
    inner?.text !== "(" &&
    !["SELECT", "WITH", "VALUES"].includes(inner?.value ?? "")
  );
}

function planInsert(work: Work, { overwrites, into, columns, query }: Insert): ChangePlan {
  const { session } = work;
  const target = session.names.table(into, "Table");
  const { name, table } = target;
  session.check("INSERT", "TABLE", fullName(name));
  const targets = insertColumns(table, columns);
  const queries = bindRows(work.statement.binds).map((binds) => {
    const scope = scopeOf(work, { binds });
    return assignedRows({ table, targets }, translateQuery(query, scope), scope);
  });
  const change = async (rows: RowChange) => {
    const inserted = await collect(rows, queries.join(" UNION ALL "));
    await refuseNulls(rows);
    if (overwrites) {
      session.transaction?.keepHistory(table);
      table.history = new Map();
      for (const sql of deleteAllSql(table, rows.transaction)) await rows.run(sql);
    }
    if (inserted > 0) await rows.run(insertRowsSql(table, rows.transaction, collectedRows(table)));
    return countAnswer(statementTypes.insert, [["number of rows inserted", inserted]]);
  };
  return { target, change };
}

/** Answers the columns that an INSERT names, or all of them. Throws 000904 and 002025. */
export function insertColumns(table: Table, names: readonly string[] | null): readonly Column[] {
  if (names === null) return table.columns;
  const seen = new Set<string>();
  return names.map((name) => {
    const column = table.columns.find((other) => other.name === name);
    if (column === undefined) throw problems.invalidIdentifier(displayPart(name));
    if (seen.has(name)) throw problems.duplicateColumn(displayPart(name));
    seen.add(name);
    return column;
  });
}

/** Writes the query of a table's rows: a query's columns cast to theirs, and defaults for the others. */
function assignedRows(
  { table, targets }: { readonly table: Table; readonly targets: readonly Column[] },
  query: TranslatedQuery,
  { parameters }: Scope,
): string {
  if (targets.length !== query.columns.length) {
    throw problems.columnCount({ expected: targets.length, got: query.columns.length });
  }
  const items = table.columns.map((column) => {
    const index = targets.indexOf(column);
    const from = query.columns[index]?.type;
    const value =
      from === undefined
        ? defaultValue(column)
        : assignmentCast(outputColumn(index), { from, to: column.type, column: column.name, parameters });
    return `${value} AS ${quoted(column.id)}`;
  });
  return `SELECT ${items.join(", ")} FROM (${query.sql})`;
}

/** What a column holds that no value was given for. */
export function defaultValue(column: Column): string {
  return column.default?.sql ?? `CAST(NULL AS ${physicalType(column.type)})`;
}

/** Takes array binds apart: the statement runs for each of their rows. */
function bindRows(binds: readonly Bind[]): readonly (readonly Bind[])[] {
  const lengths = binds.map(({ value }) => (Array.isArray(value) ? value.length : -1));
  const [length = -1] = lengths;
  if (length < 0) return [binds];
  if (lengths.some((other) => other !== length)) {
    throw problems.other("002049", "42601", "Bind variables of different numbers of rows.");
  }
  return Array.from({ length }, (_, row) =>
    binds.map(({ type, value }) => ({ type, value: bindValue(value, row) })),
  );
}

function bindValue(value: Bind["value"], row: number): string | null {
  return Array.isArray(value) ? (value[row] ?? null) : null;
}
