import { randomUUID } from "node:crypto";
import type { Statement } from "@chorale/target-sdk/sql";
import type { Column, Connection, RowStatement, SnowflakeError } from "snowflake-sdk";
import { failureOf, type SnowflakeFailure } from "./snowflake-errors.ts";

/** A statement, and how it is run. */
export interface SnowflakeStatement extends Statement {
  /** How long it may take. @default `statement_timeout_seconds` and a minute */
  readonly deadlineMs?: number;
  /** Where the paths of a PUT begin. */
  readonly folder?: string;
}

/** What a statement answered. */
export interface StatementResult {
  readonly queryId: string;
  readonly columns: readonly string[];
  /**
   * Texts as the server wrote them, null for NULL. Truth values are `TRUE` and `FALSE`; moments have the session's output
   * format. OBJECT and ARRAY lose digits: cast them to text.
   */
  readonly rows: readonly (readonly (string | null)[])[];
  /** Rows inserted, updated, deleted or copied; 0 for what changes none. */
  readonly affected: number;
}

/** A statement that is on its way. */
export interface StartedStatement {
  /** Rejects with {@link SnowflakeFailure}. */
  readonly outcome: Promise<StatementResult>;
  readonly requestId: string;
  queryId(): string | undefined;
  /** Asks the server to cancel it. Resolves when it answers, whatever it answers. */
  cancel(): Promise<void>;
}

/** Sends a statement. Never throws. */
export function startStatement(
  connection: Connection,
  { sql, values, folder }: SnowflakeStatement,
): StartedStatement {
  const requestId = randomUUID();
  const { promise: outcome, resolve, reject } = Promise.withResolvers<StatementResult>();
  let statement: RowStatement | undefined;
  const complete = (error: SnowflakeError | undefined, completed: RowStatement): void => {
    if (error === undefined || error === null) resultOf(completed).then(resolve, reject);
    else reject(failureWith(error, completed));
  };
  try {
    statement = connection.execute({
      sqlText: sql,
      requestId,
      rowMode: "array",
      // Without this the driver sends a statement again whose failure has no SQL state, and reports the second failure.
      streamResult: true,
      complete,
      ...(values === undefined ? {} : { binds: [...values] }),
      ...(folder === undefined ? {} : { cwd: folder }),
    });
  } catch (error) {
    reject(failureOf(error));
  }
  return {
    outcome,
    requestId,
    queryId: () => statement?.getQueryId(),
    cancel: () => new Promise((done) => (statement === undefined ? done() : statement.cancel(() => done()))),
  };
}

function failureWith(error: unknown, statement: RowStatement | undefined): SnowflakeFailure {
  const queryId = statement?.getQueryId();
  return failureOf(error, queryId === undefined ? {} : { queryId });
}

async function resultOf(statement: RowStatement): Promise<StatementResult> {
  const rows: (readonly (string | null)[])[] = [];
  try {
    for await (const row of statement.streamRows()) {
      if (Array.isArray(row)) rows.push(row.map(cellText));
    }
  } catch (error) {
    throw failureWith(error, statement);
  }
  const columns = (statement.getColumns() ?? []).map((column: Column) => column.getName());
  return { queryId: statement.getQueryId(), columns, rows, affected: affectedBy(columns, rows) };
}

function cellText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Of an UPDATE the rows that were joined several times are counted too, in another column. */
const countColumns = /^(?:number of rows (?:inserted|updated|deleted)|rows_loaded)$/i;

function affectedBy(columns: readonly string[], rows: StatementResult["rows"]): number {
  const counts = columns.flatMap((name, index) => (countColumns.test(name) ? [index] : []));
  return rows.reduce((sum, row) => sum + counts.reduce((own, index) => own + Number(row[index] ?? 0), 0), 0);
}
