import { runError } from "../exit-codes.ts";
import type { Lease } from "./run-store.ts";
import type { Database, Statements } from "./sqlite.ts";

/** What a lease needs to hold on to itself. */
export interface LeaseOptions {
  readonly stateId: string;
  readonly runId: string;
  readonly fence: number;
  /** Where states are written beside. */
  readonly database: Database;
  /** A connection of its own, so that no slow write keeps the lease from being renewed. */
  readonly renewals: Database;
  readonly leaseMs: number;
  readonly clock: () => Date;
  readonly onReleased: (lease: StoredLease) => void;
}

/** A lease in the store, renewed three times in its length. */
export class StoredLease implements Lease {
  readonly fence: number;
  readonly #options: LeaseOptions;
  readonly #lost = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LeaseOptions) {
    this.fence = options.fence;
    this.#options = options;
    this.#renewLater();
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async exclusively(write: () => void): Promise<void> {
    this.#lost.signal.throwIfAborted();
    await this.#options.database.change((statements) => {
      if (!this.#isHeld(statements)) throw this.#lose();
      write();
    });
  }

  async release(): Promise<void> {
    this.stop();
    const { database, stateId, runId, onReleased } = this.#options;
    onReleased(this);
    const sql =
      "UPDATE lease SET run_id = NULL, expires_at = 0 WHERE state_id = ? AND run_id = ? AND fence = ?";
    await database.change((statements) => statements.run(sql, stateId, runId, this.fence));
  }

  /** Ends the renewals; the lease then expires by itself. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #renewLater(): void {
    this.#timer = setTimeout(() => void this.#renew(), this.#options.leaseMs / 3).unref();
  }

  async #renew(): Promise<void> {
    const { renewals, stateId, runId, clock, leaseMs } = this.#options;
    const sql = "UPDATE lease SET expires_at = ? WHERE state_id = ? AND run_id = ? AND fence = ?";
    const expiresAt = () => clock().getTime() + leaseMs;
    const renewed = await renewals
      .change((statements) => statements.run(sql, expiresAt(), stateId, runId, this.fence) === 1)
      // A store that cannot be written to takes no lease away either. The next renewal tries again.
      .catch(() => true);
    // It may have been released meanwhile.
    if (this.#timer === undefined) return;
    if (renewed) this.#renewLater();
    else this.#lose();
  }

  #isHeld(statements: Statements): boolean {
    const { stateId, runId } = this.#options;
    const sql = "SELECT 1 FROM lease WHERE state_id = ? AND run_id = ? AND fence = ?";
    return statements.first(sql, stateId, runId, this.fence) !== undefined;
  }

  #lose(): Error {
    const { stateId } = this.#options;
    const error = runError(
      "leaseLost",
      `${stateId}: another run has taken its lease over: what this run would store is not stored. Look at \`chorale runs list\`.`,
    );
    this.stop();
    this.#lost.abort(error);
    return error;
  }
}
