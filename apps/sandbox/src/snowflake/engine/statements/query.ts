import type { Cursor } from "../parsing/cursor.ts";
import { encodeValue, resultColumn } from "../values/results.ts";
import type { Token } from "../values/tokens.ts";
import { type TranslatedQuery, translateQuery } from "../values/translate.ts";
import { type Command, statementTypes, type Work } from "./command.ts";
import { scopeOf } from "./scope.ts";
import { systemCall } from "./system-functions.ts";

/** Makes the parser of queries that begin with a word that the cursor stands behind: it belongs to the query. */
export function parseQuery(tokens: readonly Token[]): Command {
  const call = systemCall(tokens);
  if (call !== undefined) return call;
  return {
    kind: "read",
    needsWarehouse: needsWarehouse(tokens),
    run: (work) => answerQuery(work, translateQuery(tokens, scopeOf(work))),
  };
}

/** All of a statement's tokens, with those that were taken already. */
export function wholeQuery(cursor: Cursor): Command {
  cursor.rest();
  return parseQuery(cursor.tokens);
}

/** Runs a translated query. */
export async function answerQuery({ session, signal }: Work, query: TranslatedQuery) {
  const rows = await session.duck.rows(query.sql, signal);
  return {
    kind: "rows" as const,
    statementTypeId: statementTypes.select,
    columns: query.columns.map(({ name, type }) => resultColumn(name, type)),
    rows: rows.map((row) =>
      query.columns.map(({ type }, index) => {
        const value = row[index];
        return value === undefined ? null : encodeValue(value, type);
      }),
    ),
  };
}

/** Whether a query reads rows of anything: what only computes is answered without a warehouse. */
function needsWarehouse(tokens: readonly Token[]): boolean {
  return tokens.some(({ kind, value }) => kind === "word" && (value === "FROM" || value === "JOIN"));
}
