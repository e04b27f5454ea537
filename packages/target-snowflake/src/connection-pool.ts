import { Limiter } from "@chorale/target-sdk";
import type { SnowflakeConnection } from "./connection.ts";

/** What a pool is made with. */
export interface ConnectionPoolOptions {
  /** Opens a connection that is ready for work. */
  readonly open: () => Promise<SnowflakeConnection>;
  /** How many may be open at the same time. */
  readonly size: number;
}

/**
 * Connections that are opened when they are needed. Each is used by one task at a time, because a transaction
 * belongs to a connection, and whoever uses it meanwhile is in that transaction.
 */
export class ConnectionPool {
  readonly #options: ConnectionPoolOptions;
  readonly #idle: SnowflakeConnection[] = [];
  readonly #limiter: Limiter;
  readonly #running = new Set<Promise<unknown>>();

  constructor(options: ConnectionPoolOptions) {
    this.#options = options;
    this.#limiter = new Limiter(options.size);
  }

  /** Works with a connection of its own. One that is down afterwards is closed, and another opened when needed. */
  use<T>(work: (connection: SnowflakeConnection) => Promise<T>): Promise<T> {
    const done = this.#limiter.run(() => this.#use(work)).finally(() => this.#running.delete(done));
    this.#running.add(done);
    return done;
  }

  /** Closes all connections once nobody works with one any more. Never rejects. */
  async close(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
    await closeAll(this.#idle.splice(0));
  }

  async #use<T>(work: (connection: SnowflakeConnection) => Promise<T>): Promise<T> {
    const connection = this.#idle.pop() ?? (await this.#options.open());
    try {
      return await work(connection);
    } finally {
      // Closing asks the server to roll back what the connection left open, so it comes before whoever waits.
      if (connection.isUp) this.#idle.push(connection);
      // What ended it may have ended those that were idle meanwhile, and each would cost whoever gets it a try.
      else await closeAll([connection, ...this.#idle.splice(0)]);
    }
  }
}

async function closeAll(connections: readonly SnowflakeConnection[]): Promise<void> {
  await Promise.all(connections.map((connection) => connection.close()));
}
