import type { DuckDBConnection } from "@duckdb/node-api";
import type { Database } from "./database.ts";

/** The connections of a session, and what they are at. */
export class Connections {
  readonly #database: Database;
  readonly #idle: DuckDBConnection[] = [];
  readonly #running = new Set<Promise<unknown>>();
  #lastLoad: Promise<unknown> = Promise.resolve();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Works with a connection that nobody else uses meanwhile: a transaction must not be entered from aside. */
  async use<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const connection = this.#idle.pop() ?? (await this.#database.connect());
    try {
      return await this.#track(work(connection));
    } finally {
      this.#idle.push(connection);
    }
  }

  /**
   * Runs one load at a time. Each has all threads, and all of `memory_limit`: several at once could fail
   * where one after the other fits.
   */
  inTurn<T>(load: () => Promise<T>): Promise<T> {
    const done = this.#lastLoad.then(load);
    this.#lastLoad = done.catch(() => undefined);
    return this.#track(done);
  }

  /** Interrupts what is at work, and closes the database once it has ended. */
  async close(): Promise<void> {
    this.#database.interrupt();
    // The driver must not lose a connection that is at work.
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
    this.#database.close();
  }

  #track<T>(work: Promise<T>): Promise<T> {
    const settled = work.finally(() => this.#running.delete(settled));
    this.#running.add(settled);
    return settled;
  }
}
