import type { DatabaseSync, SQLInputValue, SQLOutputValue } from "node:sqlite";
import { setTimeout } from "node:timers/promises";
import { runError } from "../exit-codes.ts";
import { storeFailure } from "../state/store-failure.ts";

/** A row of a result, by the names of its columns. */
export type Row = Readonly<Record<string, SQLOutputValue>>;

/** What statements are sent through, inside of a transaction or not. */
export interface Statements {
  all(sql: string, ...values: readonly SQLInputValue[]): readonly Row[];
  first(sql: string, ...values: readonly SQLInputValue[]): Row | undefined;
  /** Answers how many rows were changed. */
  run(sql: string, ...values: readonly SQLInputValue[]): number;
}

/** A connection to a database file. While another process writes, calls wait without blocking the process. */
export interface Database {
  readonly path: string;
  read<T>(task: (statements: Statements) => T): Promise<T>;
  /** Calls `task` in a transaction that no other writer runs beside; what it throws rolls back. */
  change<T>(task: (statements: Statements) => T): Promise<T>;
  /** The same at once: for a change inside of another database's. Throws when another process is writing. */
  changeNow<T>(task: (statements: Statements) => T): T;
  close(): void;
}

/** How long another writer is waited for before the store counts as unusable. */
const patienceMs = 30_000;
const busyCode = 5;

/** Opens a database file, with foreign keys checked. Throws with exit code 17. */
export function openDatabase(path: string, options: { readOnly?: boolean } = {}): Database {
  const { DatabaseSync: Connection } = sqlite();
  let connection: DatabaseSync;
  try {
    connection = new Connection(path, { readOnly: options.readOnly ?? false });
    connection.exec("PRAGMA busy_timeout = 20");
  } catch (error) {
    throw storeFailure(path, error);
  }
  const statements = statementsOf(connection);
  return {
    path,
    read: (task) => patiently(path, () => task(statements)),
    change: (task) => patiently(path, () => inTransaction(connection, () => task(statements))),
    changeNow: (task) => {
      try {
        return inTransaction(connection, () => task(statements));
      } catch (error) {
        const code = sqliteCode(error);
        throw code === undefined || code === busyCode ? error : storeFailure(path, error);
      }
    },
    close: () => {
      if (connection.isOpen) connection.close();
    },
  };
}

/**
 * Loads the module without the notice that it is experimental, which would stand in the output of every
 * command; other warnings pass.
 */
function sqlite(): typeof import("node:sqlite") {
  const { emitWarning } = process;
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    const isNotice = typeof warning === "string" && warning.startsWith("SQLite is an experimental feature");
    if (!isNotice) Reflect.apply(emitWarning, process, [warning, ...rest]);
  };
  try {
    return process.getBuiltinModule("node:sqlite");
  } finally {
    process.emitWarning = emitWarning;
  }
}

function statementsOf(connection: DatabaseSync): Statements {
  return {
    all: (sql, ...values) => connection.prepare(sql).all(...values),
    first: (sql, ...values) => connection.prepare(sql).get(...values),
    run: (sql, ...values) => Number(connection.prepare(sql).run(...values).changes),
  };
}

function inTransaction<T>(connection: DatabaseSync, task: () => T): T {
  connection.exec("BEGIN IMMEDIATE");
  try {
    const result = task();
    connection.exec("COMMIT");
    return result;
  } catch (error) {
    if (connection.isTransaction) connection.exec("ROLLBACK");
    throw error;
  }
}

async function patiently<T>(path: string, task: () => T): Promise<T> {
  const until = performance.now() + patienceMs;
  for (;;) {
    try {
      return task();
    } catch (error) {
      const code = sqliteCode(error);
      if (code === undefined) throw error;
      if (code !== busyCode) throw storeFailure(path, error);
      if (performance.now() > until) throw busy(path, error);
    }
    // Apart from each other, or processes that wait together would meet again and again.
    await setTimeout(5 + Math.random() * 45);
  }
}

/** The primary code of an error of SQLite's; undefined for any other error. */
function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode & 0xff : undefined;
}

function busy(path: string, cause: unknown): Error {
  return runError(
    "stateStoreFailed",
    `${path}: another process has been writing to it for ${patienceMs / 1000} s. End that process, and run again.`,
    { cause },
  );
}
