import type { ResultColumn, RowsResult } from "../../contract.ts";
import { resultColumn } from "../values/results.ts";
import { integerType, type SqlType, textType } from "../values/types.ts";
import { statementTypes } from "./command.ts";

/** Answers one line of text, as statements do that have no rows. */
export function statusAnswer(statementTypeId: number, status: string): RowsResult {
  return rowsAnswer(statementTypeId, [["status", textType]], [[status]]);
}

/** What most DDL answers. */
export function ddlAnswer(status: string): RowsResult {
  return statusAnswer(statementTypes.ddl, status);
}

/** What statements about the session answer. */
export function executedAnswer(statementTypeId: number = statementTypes.session): RowsResult {
  return statusAnswer(statementTypeId, "Statement executed successfully.");
}

/** Answers how many rows a change was about. */
export function countAnswer(
  statementTypeId: number,
  counts: readonly (readonly [name: string, count: number])[],
): RowsResult {
  return rowsAnswer(
    statementTypeId,
    counts.map(([name]) => [name, integerType]),
    [counts.map(([, count]) => String(count))],
  );
}

/** Answers rows of texts. */
export function rowsAnswer(
  statementTypeId: number,
  columns: readonly (readonly [name: string, type: SqlType])[],
  rows: readonly (readonly (string | null)[])[],
): RowsResult {
  const described: readonly ResultColumn[] = columns.map(([name, type]) => resultColumn(name, type));
  return { kind: "rows", statementTypeId, columns: described, rows };
}
