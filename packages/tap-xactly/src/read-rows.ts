import { ConnectorError, type Logger, SchemaError } from "@chorale/singer";
import { ResultGone, type SqlRoute, type SqlRow } from "./sql-route.ts";
import { selectText } from "./sql-text.ts";
import { type Walk, type WalkOptions, walksOf } from "./walks.ts";

/** What rows are read with. */
export interface ReadOptions extends WalkOptions {
  readonly route: SqlRoute;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** So many rows of a statement are known to come whole: fewer than that, and fewer than asked for, are all there are. */
const provenRows = 10_000;
/** How often in a row a result may be lost before its first new row. */
const maxLosses = 3;

/** Reads the rows of a table from a start on. A result that is lost is asked for again, behind the last row of it. */
export async function* readRows(options: ReadOptions): AsyncGenerator<SqlRow, void, void> {
  for (const walk of walksOf(options)) yield* walkRows(walk, options);
}

interface Outcome {
  readonly count: number;
  /** The last row that was handed out. */
  readonly last: SqlRow | undefined;
  readonly gone: ResultGone | undefined;
}

/** A statement of a walk. */
interface Leg {
  readonly where: readonly string[];
  /** How many rows of it were handed out already. */
  readonly skip: number;
  /** How many statements in a row were lost before their first new row. */
  readonly losses: number;
}

async function* walkRows(walk: Walk, options: ReadOptions): AsyncGenerator<SqlRow, void, void> {
  const { table, columns, log } = options;
  const names = columns.map(({ name }) => name);
  let leg: Leg | undefined = { where: walk.first, skip: 0, losses: 0 };
  while (leg !== undefined) {
    // A route that is told to stop may end its rows early: that is not the end of the table.
    options.signal.throwIfAborted();
    const sql = selectText({ ...walk, table: table.name, columns: names, where: leg.where });
    const outcome: Outcome = yield* runOnce(sql, { ...options, skip: leg.skip });
    leg =
      outcome.gone === undefined
        ? legAfter(leg, outcome, { walk, table: table.name })
        : legAfterLoss(leg, { ...outcome, gone: outcome.gone }, { walk, table: table.name, log });
  }
}

/** Undefined when all rows were read. */
function legAfter(
  leg: Leg,
  { count, last }: Outcome,
  { walk, table }: { walk: Walk; table: string },
): Leg | undefined {
  if (isLast(count, walk) || last === undefined) return undefined;
  const where = walk.after?.(last) ?? leg.where;
  if (!isSame(where, leg.where)) return { where, skip: 0, losses: 0 };
  if (walk.repeatsMoment) return undefined;
  throw circling(table);
}

function legAfterLoss(
  { where, skip, losses: before }: Leg,
  { count, last, gone }: Outcome & { readonly gone: ResultGone },
  { walk, table, log }: { walk: Walk; table: string; log: Logger },
): Leg {
  const next = last === undefined ? where : (walk.after?.(last) ?? where);
  const isFurther = last !== undefined && (walk.after === undefined || !isSame(next, where));
  const losses = isFurther ? 0 : before + 1;
  if (losses >= maxLosses) throw gone;
  log.warn(`${table}: ${gone.message} The statement is run again.`, { stream: table });
  return { where: next, losses, skip: walk.after === undefined ? Math.max(skip, count) : 0 };
}

async function* runOnce(
  sql: string,
  { route, table, columns, skip }: ReadOptions & { readonly skip: number },
): AsyncGenerator<SqlRow, Outcome, void> {
  let count = 0;
  let last: SqlRow | undefined;
  try {
    for await (const row of route.query(sql)) {
      if (row.length !== columns.length)
        throw misfit(table.name, { found: row.length, wanted: columns.length });
      count += 1;
      if (count <= skip) continue;
      last = row;
      yield row;
    }
  } catch (error) {
    if (!ResultGone.isInstance(error)) throw error;
    return { count, last, gone: error };
  }
  return { count, last, gone: undefined };
}

function isLast(count: number, { limit = Number.POSITIVE_INFINITY, after }: Walk): boolean {
  return after === undefined || count < Math.min(limit, provenRows);
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.join(" AND ") === right.join(" AND ");
}

function misfit(stream: string, { found, wanted }: { found: number; wanted: number }): SchemaError {
  const what = `${stream}: a row has ${found} values, and ${wanted} columns were asked for`;
  return new SchemaError(`${what}. Compare the table's columns with the tenant's.`, { stream });
}

function circling(table: string): ConnectorError {
  const what = `${table}: a statement found the rows again that the one before found`;
  return new ConnectorError(
    `${what}: moments are not compared to their last digit. Set paging to window, or query_rows to more.`,
  );
}
