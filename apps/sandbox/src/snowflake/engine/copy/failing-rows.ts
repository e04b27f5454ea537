import type { Table } from "../catalogue/model.ts";
import { problems } from "../problems.ts";
import type { Duck } from "../storage/duck.ts";
import { quoted } from "../values/names.ts";
import type { EngineError } from "../values/problem.ts";
import { runtimeError } from "../values/runtime-errors.ts";
import { stagedTable } from "./staged-table.ts";

/** A staged row that cannot become a row of the table. */
export interface FailingRow {
  readonly row: number;
  readonly error: EngineError;
}

/** What is tried: the query of the table's rows, over the staged rows of one file. */
export interface Trial {
  readonly duck: Duck;
  readonly table: Table;
  readonly query: string;
  readonly file: number;
  readonly signal: AbortSignal;
}

const trialTable = '"~trial"';

/** Finds rows of a file that cannot be loaded, in their order, `most` at most: halves that fail are tried again in halves. */
export async function failingRows(
  trial: Trial,
  most = Number.POSITIVE_INFINITY,
): Promise<readonly FailingRow[]> {
  const [[first, last] = []] = await trial.duck.rows(
    `SELECT min(_row), max(_row) FROM ${stagedTable} WHERE _file = ${trial.file}`,
    trial.signal,
  );
  if (typeof first !== "bigint" || typeof last !== "bigint") return [];
  try {
    const found: FailingRow[] = [];
    await findBetween({ ...trial, found, most }, Number(first), Number(last));
    return found;
  } finally {
    await trial.duck.run(`DROP TABLE IF EXISTS temp.${trialTable}`);
  }
}

interface Search extends Trial {
  readonly found: FailingRow[];
  readonly most: number;
}

async function findBetween(search: Search, first: number, last: number): Promise<void> {
  if (search.found.length >= search.most) return;
  const error = await failureBetween(search, first, last);
  if (error === undefined) return;
  if (first === last) {
    search.found.push({ row: first, error });
    return;
  }
  const middle = Math.floor((first + last) / 2);
  await findBetween(search, first, middle);
  await findBetween(search, middle + 1, last);
}

async function failureBetween(
  { duck, table, query, file, signal }: Trial,
  first: number,
  last: number,
): Promise<EngineError | undefined> {
  const where = `_file = ${file} AND _row BETWEEN ${first} AND ${last}`;
  try {
    await duck.run(`CREATE OR REPLACE TEMP TABLE ${trialTable} AS ${query} WHERE ${where}`, signal);
  } catch (error) {
    signal.throwIfAborted();
    return runtimeError(error);
  }
  const required = table.columns.filter(({ nullable }) => !nullable);
  if (required.length === 0) return undefined;
  const isNull = required.map(({ id }) => `${quoted(id)} IS NULL`).join(" OR ");
  const nulls = await duck.run(`SELECT count(*) FROM ${trialTable} WHERE ${isNull}`, signal);
  return nulls === 0 ? undefined : problems.nullInColumn();
}
