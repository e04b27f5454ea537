import type { DuckDBAppender, DuckDBConnection, DuckDBValue } from "@duckdb/node-api";

/** A session's connection to DuckDB. Only translated SQL reaches it. */
export class Duck {
  readonly #connection: DuckDBConnection;

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  /** Answers all rows of a query. Rejects with the signal's reason when it aborts, and interrupts the query. */
  async rows(sql: string, signal?: AbortSignal): Promise<readonly (readonly DuckDBValue[])[]> {
    signal?.throwIfAborted();
    const interrupt = (): void => this.#connection.interrupt();
    signal?.addEventListener("abort", interrupt);
    try {
      const reader = await this.#connection.runAndReadAll(sql);
      return reader.getRows();
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener("abort", interrupt);
    }
  }

  /** Runs a statement; answers how many rows it changed, where DuckDB says so. */
  async run(sql: string, signal?: AbortSignal): Promise<number> {
    const rows = await this.rows(sql, signal);
    const count = rows[0]?.[0];
    return typeof count === "bigint" ? Number(count) : 0;
  }

  /** Writes rows into a temporary table. */
  appender(table: string): Promise<DuckDBAppender> {
    return this.#connection.createAppender(table, "main", "temp");
  }

  close(): void {
    this.#connection.disconnectSync();
  }
}
