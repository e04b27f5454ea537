import type { Cursor } from "../parsing/cursor.ts";
import { problems } from "../problems.ts";
import { deleteRowsSql, insertRowsSql } from "../storage/table-sql.ts";
import { quoted } from "../values/names.ts";
import type { Scope } from "../values/relations.ts";
import { encodeValue } from "../values/results.ts";
import type { Token } from "../values/tokens.ts";
import { translateSource } from "../values/translate.ts";
import { physicalType } from "../values/types.ts";
import { countAnswer } from "./answers.ts";
import { type Command, dml, statementTypes, type Work } from "./command.ts";
import { type Clause, parseClauses, translateClauses, type WrittenClause } from "./merge-clauses.ts";
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
import { condition, openTarget, parseTarget, type Target, type WrittenTarget } from "./targets.ts";

interface Merge {
  readonly target: WrittenTarget;
  readonly source: readonly Token[];
  readonly on: readonly Token[];
  readonly clauses: readonly WrittenClause[];
}

/** A MERGE for DuckDB. */
interface TranslatedMerge {
  readonly target: Target;
  readonly clauses: readonly Clause[];
  /** Every pair of rows, with the number of the clause that applies (none: 0) and what it writes. */
  readonly query: string;
  readonly scope: Scope;
}

/** How many rows each kind of clause was about. */
type Counts = Readonly<Record<Clause["kind"], number>>;

const countNames = [
  ["insert", "number of rows inserted"],
  ["update", "number of rows updated"],
  ["delete", "number of rows deleted"],
] as const;

const privileges = { update: "UPDATE", delete: "DELETE", insert: "INSERT" } as const;

/** Reads MERGE INTO, whose words are taken. */
export function parseMerge(cursor: Cursor): Command {
  const target = parseTarget(cursor, "USING");
  cursor.expect("USING");
  const source = cursor.takeUntilWord("ON");
  cursor.expect("ON");
  const on = cursor.takeUntilWord("WHEN");
  const clauses = parseClauses(cursor);
  const written = { target, source, on, clauses };
  return dml((work) => changeRows(work, { locks: true, plan: () => planMerge(work, written) }));
}

function planMerge(work: Work, written: Merge): ChangePlan {
  const translated = translateMerge(work, written);
  const { target, clauses } = translated;
  const change = async (rows: RowChange) => {
    await collect(rows, translated.query);
    await settleDuplicates(rows, translated);
    const counts = await countKinds(rows, clauses);
    await writeMerged(rows, clauses, counts);
    const answered = countNames.filter(([kind]) => clauses.some((clause) => clause.kind === kind));
    return countAnswer(
      statementTypes.merge,
      answered.map(([kind, name]) => [name, counts[kind]]),
    );
  };
  return { target, change };
}

async function writeMerged(change: RowChange, clauses: readonly Clause[], counts: Counts): Promise<void> {
  const { table, transaction, run } = change;
  const writes = `"~clause" IN (${numbersOf(clauses, ["update", "insert"])})`;
  await refuseNulls(change, writes);
  if (counts.update + counts.delete > 0) {
    const changed = `SELECT "~row" FROM ${scratchTable} WHERE "~clause" > 0 AND "~row" IS NOT NULL`;
    for (const sql of deleteRowsSql(table, transaction, changed)) await run(sql);
  }
  if (counts.update + counts.insert > 0) {
    await run(insertRowsSql(table, transaction, collectedRows(table, writes)));
  }
}

function translateMerge(work: Work, written: Merge): TranslatedMerge {
  const needed = [...new Set(written.clauses.map(({ action }) => privileges[action.kind]))];
  const target = openTarget(work, written.target, needed);
  const source = translateSource(written.source, scopeOf(work));
  const both = scopeOf(work, { relations: [target.sql.relation, source.relation] });
  const scopes = { both, source: scopeOf(work, { relations: [source.relation] }) };
  const clauses = translateClauses(target, written.clauses, scopes);
  const applies = clauses.map(({ when }, index) => `WHEN ${when} THEN ${index + 1}`).join(" ");
  const columns = target.table.columns.map((column) => {
    const values = clauses.map(({ when, values }) => `WHEN ${when} THEN ${values.get(column) ?? "NULL"}`);
    return `CAST(CASE ${values.join(" ")} END AS ${physicalType(column.type)}) AS ${quoted(column.id)}`;
  });
  const items = [`${target.sql.rowId} AS "~row"`, `CASE ${applies} ELSE 0 END AS "~clause"`, ...columns];
  const joined = `${source.sql} LEFT JOIN ${target.sql.sql} ON ${condition(written.on, both)}`;
  return { target, clauses, query: `SELECT ${items.join(", ")} FROM ${joined}`, scope: both };
}

/**
 * Refuses several source rows that update one row, or update and delete it; without the parameter, one of them wins.
 * Several that delete it are one.
 */
async function settleDuplicates(change: RowChange, { scope, clauses }: TranslatedMerge): Promise<void> {
  const matched = `"~clause" > 0 AND "~row" IS NOT NULL`;
  const updates = `count_if("~clause" IN (${numbersOf(clauses, ["update"])}))`;
  const [duplicate] = await change.rows(
    `SELECT "~row", ${updates} AS "~updates" FROM ${scratchTable} WHERE ${matched} GROUP BY "~row" HAVING count(*) > 1 ORDER BY "~updates" = 0, "~row" LIMIT 1`,
  );
  if (duplicate === undefined) return;
  const [row, updating] = duplicate;
  const isRefused = scope.parameters.get("ERROR_ON_NONDETERMINISTIC_MERGE") !== false;
  if (isRefused && Number(updating) > 0) throw problems.nondeterministic(await rowText(change, String(row)));
  await change.run(
    `DELETE FROM ${scratchTable} WHERE ${matched} AND rowid NOT IN (SELECT min(rowid) FROM ${scratchTable} WHERE ${matched} GROUP BY "~row")`,
  );
}

async function rowText({ table, rows }: RowChange, rowId: string): Promise<string> {
  const ids = table.columns.map(({ id }) => quoted(id)).join(", ");
  const [row = []] = await rows(`SELECT ${ids} FROM ${quoted(table.id)} WHERE rowid = ${rowId}`);
  const values = table.columns.map(({ type }, index) => {
    const text = encodeValue(row[index] ?? null, type);
    return type.kind === "varchar" && text !== null ? `"${text}"` : (text ?? "NULL");
  });
  return `[${values.join(", ")}]`;
}

function numbersOf(clauses: readonly Clause[], kinds: readonly Clause["kind"][]): string {
  const numbers = clauses.flatMap(({ kind }, index) => (kinds.includes(kind) ? [index + 1] : []));
  return [...numbers, -1].join(", ");
}

async function countKinds({ rows }: RowChange, clauses: readonly Clause[]): Promise<Counts> {
  const counts = { insert: 0, update: 0, delete: 0 };
  const groups = await rows(
    `SELECT "~clause", count(*) FROM ${scratchTable} WHERE "~clause" > 0 GROUP BY "~clause"`,
  );
  for (const [number, count] of groups) {
    const clause = clauses[Number(number) - 1];
    if (clause !== undefined) counts[clause.kind] += Number(count);
  }
  return counts;
}
