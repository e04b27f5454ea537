import type { Cursor } from "../parsing/cursor.ts";
import { problems } from "../problems.ts";
import { deleteRowsSql, insertRowsSql } from "../storage/table-sql.ts";
import { quoted } from "../values/names.ts";
import type { Scope } from "../values/relations.ts";
import type { Token } from "../values/tokens.ts";
import { translateSource } from "../values/translate.ts";
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
  scratchTable,
} from "./table-changes.ts";
import {
  assignedColumns,
  condition,
  openTarget,
  parseAssignments,
  parseTarget,
  type Target,
  type WrittenAssignment,
  type WrittenTarget,
} from "./targets.ts";

/** What UPDATE and DELETE have alike. */
interface WrittenChange {
  readonly target: WrittenTarget;
  readonly sources: readonly (readonly Token[])[];
  readonly where: readonly Token[] | null;
}

/** The rows that an UPDATE or a DELETE is about. */
interface Hits {
  readonly target: Target;
  readonly scope: Scope;
  /** Stands behind SELECT …; the other tables' rows joined to the target's. */
  readonly from: string;
}

/** Reads DELETE FROM, whose words are taken. */
export function parseDelete(cursor: Cursor): Command {
  const target = parseTarget(cursor, "USING", "WHERE");
  const written = { target, ...parseRest(cursor, "USING") };
  return dml((work) => changeRows(work, { locks: true, plan: () => planDelete(work, written) }));
}

/** Reads UPDATE, whose word is taken. */
export function parseUpdate(cursor: Cursor): Command {
  const target = parseTarget(cursor, "SET");
  cursor.expect("SET");
  const assignments = parseAssignments(cursor, "FROM", "WHERE");
  const written = { target, ...parseRest(cursor, "FROM") };
  return dml((work) => changeRows(work, { locks: true, plan: () => planUpdate(work, written, assignments) }));
}

function parseRest(cursor: Cursor, word: string): Omit<WrittenChange, "target"> {
  const sources: (readonly Token[])[] = [];
  if (cursor.takes(word)) {
    do sources.push(cursor.takeItem("WHERE"));
    while (cursor.takesOperator(","));
  }
  return { sources, where: cursor.takes("WHERE") ? cursor.rest() : null };
}

function openHits(work: Work, { target: written, sources, where }: WrittenChange, privilege: string): Hits {
  const target = openTarget(work, written, [privilege]);
  const others = sources.map((tokens) => translateSource(tokens, scopeOf(work)));
  const relations = [target.sql.relation, ...others.map(({ relation }) => relation)];
  const scope = scopeOf(work, { relations });
  const from = [target.sql.sql, ...others.map(({ sql }) => sql)].join(", ");
  return { target, scope, from: `FROM ${from} WHERE ${condition(where, scope)}` };
}

function planDelete(work: Work, written: WrittenChange): ChangePlan {
  const { target, from } = openHits(work, written, "DELETE");
  const change = async (rows: RowChange) => {
    const count = await collect(rows, `SELECT DISTINCT ${target.sql.rowId} AS "~row" ${from}`);
    if (count > 0) await deleteCollected(rows);
    return countAnswer(statementTypes.delete, [["number of rows deleted", count]]);
  };
  return { target, change };
}

function planUpdate(
  work: Work,
  written: WrittenChange,
  assignments: readonly WrittenAssignment[],
): ChangePlan {
  const { target, scope, from } = openHits(work, written, "UPDATE");
  const { table, sql } = target;
  const assigned = assignedColumns(target, assignments, scope);
  const columns = table.columns.map(
    (column) => `${assigned.get(column) ?? sql.columnSql(column)} AS ${quoted(column.id)}`,
  );
  const matches = `count(*) OVER (PARTITION BY ${sql.rowId}) AS "~matches"`;
  const query = `SELECT ${sql.rowId} AS "~row", ${matches}, ${columns.join(", ")} ${from}`;
  const change = async (rows: RowChange) => {
    const updated = await collect(rows, `SELECT DISTINCT ON ("~row") * FROM (${query})`);
    const many = await rows.run(`SELECT count(*) FROM ${scratchTable} WHERE "~matches" > 1`);
    if (many > 0 && scope.parameters.get("ERROR_ON_NONDETERMINISTIC_UPDATE") === true) {
      throw problems.nondeterministic("[]");
    }
    if (updated > 0) await rewriteCollected(rows);
    return countAnswer(statementTypes.update, [
      ["number of rows updated", updated],
      ["number of multi-joined rows updated", many],
    ]);
  };
  return { target, change };
}

async function rewriteCollected(change: RowChange): Promise<void> {
  const { table, transaction, run } = change;
  await refuseNulls(change);
  await deleteCollected(change);
  await run(insertRowsSql(table, transaction, collectedRows(table)));
}

async function deleteCollected({ table, transaction, run }: RowChange): Promise<void> {
  for (const sql of deleteRowsSql(table, transaction, `SELECT "~row" FROM ${scratchTable}`)) await run(sql);
}
