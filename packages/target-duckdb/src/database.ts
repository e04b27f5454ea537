import { setTimeout as delay } from "node:timers/promises";
import { ConfigError, type ConnectorError, LoadError, type Logger } from "@chorale/singer";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import type { DuckdbConfig } from "./config.ts";
import { messageOf } from "./duckdb-errors.ts";

/** What a database is opened with. */
export interface DatabaseOptions {
  readonly config: Pick<DuckdbConfig, "path" | "memory_limit" | "threads" | "lock_timeout_seconds">;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** What does not fit into memory is written here. */
  readonly tempDir: string;
}

const firstWaitMs = 50;
const longestWaitMs = 1000;
const lockMessage = /conflicting lock is held in (.+?) \(PID ([0-9]+)\)/i;
const anyLock = /could not set lock on file/i;
/** A second run within this process: the operating system's lock would not keep the two apart. */
const openHere = /same database file with a different configuration/i;

/** An open database. Every connection of it is closed with it. */
export interface Database {
  /** Makes a connection whose session is in UTC. */
  connect(): Promise<DuckDBConnection>;
  /** Makes the statements fail that run now. */
  interrupt(): void;
  /** No statement may run any more. */
  close(): void;
}

/**
 * Opens the database file, and makes it when it is not there. Waits while another process holds its lock, up to
 * `lock_timeout_seconds`; then throws a `LoadError` that names the holder. Throws `ConfigError` for a path that
 * is no database, and the signal's reason when it is aborted.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const instance = await openWhenFree(options);
  const open = new Set<DuckDBConnection>();
  const interrupt = (): void => {
    for (const connection of open) connection.interrupt();
  };
  options.signal.addEventListener("abort", interrupt);
  return {
    async connect() {
      const connection = await instance.connect();
      await connection.run("SET TimeZone = 'UTC'");
      open.add(connection);
      return connection;
    },
    interrupt,
    close() {
      options.signal.removeEventListener("abort", interrupt);
      for (const connection of open) connection.closeSync();
      instance.closeSync();
    },
  };
}

async function openWhenFree({ config, log, signal, tempDir }: DatabaseOptions): Promise<DuckDBInstance> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const { path } = config;
  // DuckDB takes what follows for options, and looks for its log in another folder.
  if (path.includes("?")) throw new ConfigError(`cannot open ${path}: a path may not have a "?". Rename it.`);
  const settings = {
    memory_limit: config.memory_limit,
    threads: String(config.threads),
    temp_directory: tempDir,
    // Nothing is fetched from the network on the quiet.
    autoinstall_known_extensions: "false",
  };
  const deadline = performance.now() + config.lock_timeout_seconds * 1000;
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
    signal.throwIfAborted();
    try {
      return path === ":memory:"
        ? await DuckDBInstance.create(path, settings)
        : await DuckDBInstance.fromCache(path, settings);
    } catch (error) {
      const holder = holderOf(error);
      if (holder === undefined) throw cannotOpen(error, path);
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw locked(error, { config, holder });
      if (waitMs === firstWaitMs) log.info(`waiting for ${path}, which ${holder} holds`);
      await delay(Math.min(waitMs, leftMs), undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

/** Answers who holds the file's lock; undefined when the error is another. */
function holderOf(error: unknown): string | undefined {
  const message = messageOf(error);
  const [, program, pid] = lockMessage.exec(message) ?? [];
  if (program !== undefined && pid !== undefined) return `process ${pid} (${program})`;
  if (openHere.test(message)) return `another run in this process (${process.pid})`;
  return anyLock.test(message) ? "another process" : undefined;
}

function locked(
  cause: unknown,
  { config, holder }: { config: DatabaseOptions["config"]; holder: string },
): ConnectorError {
  return new LoadError(
    `cannot open ${config.path}: ${holder} still holds it after ${config.lock_timeout_seconds} s. Close it there, or raise lock_timeout_seconds.`,
    { cause, retryable: true },
  );
}

function cannotOpen(cause: unknown, path: string): ConnectorError {
  return new ConfigError(
    `cannot open ${path}: ${messageOf(cause)}. Check that path names a DuckDB database that may be written, in a folder that is there.`,
    { cause },
  );
}
