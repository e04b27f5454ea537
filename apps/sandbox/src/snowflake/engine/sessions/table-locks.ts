import { setTimeout as wait } from "node:timers/promises";
import { problems } from "../problems.ts";
import { waitFor } from "./turns.ts";

/** Who holds or wants a table's lock. */
export interface LockRequest {
  /** The table's own number, which no other table ever gets. */
  readonly table: string;
  /** The table's name, for messages and SHOW LOCKS. */
  readonly resource: string;
  readonly transaction: string;
  readonly session: string;
  readonly queryId: string;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

/** A line of SHOW LOCKS. */
export interface LockLine {
  readonly resource: string;
  readonly transaction: string;
  readonly session: string;
  readonly queryId: string;
  readonly status: "HOLDING" | "WAITING";
  readonly since: Date;
  readonly acquiredAt: Date | null;
}

interface Held extends LockLine {
  readonly waiters: Waiter[];
}

interface Waiter extends LockLine {
  /** Makes it the holder, with those that wait after it. */
  readonly grant: (after: readonly Waiter[]) => void;
}

/** The session whose transaction holds a table. */
export interface LockHolder {
  /** For how long it has had no statement; 0 while it has one. */
  idleMs(): number;
  /** Aborts its transaction if it has been idle for so long. */
  abortIdle(ms: number): Promise<void>;
}

/** What locks know of the transactions that hold them. */
export interface TableLocksOptions {
  /** After how long without a statement a transaction that others wait for is aborted. */
  readonly abandonedMs: number;
  /** The session of an open transaction; undefined for a statement that commits by itself. */
  readonly holderOf: (transaction: string) => LockHolder | undefined;
}

const mostWaiters = 20;
const longestTimerMs = 2 ** 31 - 1;

/**
 * The locks of tables: one transaction holds a table until it ends, the others wait in their order. A transaction whose
 * session has abandoned it is aborted as soon as one waits.
 */
export class TableLocks {
  readonly #held = new Map<string, Held>();
  readonly #options: TableLocksOptions;

  constructor(options: TableLocksOptions) {
    this.#options = options;
  }

  /** Waits until the transaction holds the table. Rejects with 000625 after the time-out, for the 21st waiter, and in a deadlock. */
  async acquire(request: LockRequest): Promise<void> {
    const held = this.#held.get(request.table);
    if (held === undefined) {
      this.#grant(request, { since: new Date(), waiters: [] });
      return;
    }
    if (held.transaction === request.transaction) {
      return;
    }
    if (held.waiters.length >= mostWaiters) {
      throw problems.tooManyWaiters(request.queryId);
    }
    if (this.#waitsFor(held.transaction, request.transaction)) {
      throw problems.locked({
        queryId: held.queryId,
        resource: held.resource,
        transaction: held.transaction,
      });
    }
    await this.#wait(request, held);
  }

  /** Gives up all that a transaction holds. */
  release(transaction: string): void {
    for (const [table, held] of this.#held) {
      if (held.transaction === transaction) {
        this.#held.delete(table);
        const [next, ...after] = held.waiters;
        next?.grant(after);
      }
    }
  }

  /** Who holds and who waits. */
  lines(): readonly LockLine[] {
    return [...this.#held.values()].flatMap((held) => [held, ...held.waiters]);
  }

  #grant(request: LockRequest, options: { since: Date; waiters: Waiter[] }): void {
    const { resource, transaction, session, queryId } = request;
    const acquiredAt = new Date();
    this.#held.set(request.table, {
      resource,
      transaction,
      session,
      queryId,
      status: "HOLDING",
      since: options.since,
      acquiredAt,
      waiters: options.waiters,
    });
  }

  async #wait(request: LockRequest, held: Held): Promise<void> {
    const granted = Promise.withResolvers<void>();
    const since = new Date();
    const { resource, transaction, session, queryId } = request;
    const waiter: Waiter = {
      resource,
      transaction,
      session,
      queryId,
      status: "WAITING",
      since,
      acquiredAt: null,
      grant: (after) => {
        this.#grant(request, { since, waiters: [...after] });
        granted.resolve();
      },
    };
    held.waiters.push(waiter);
    const timeout = AbortSignal.timeout(Math.min(request.timeoutSeconds * 1000, longestTimerMs));
    const over = new AbortController();
    const signal = AbortSignal.any([request.signal, timeout]);
    void this.#abortAbandoned(request.table, AbortSignal.any([signal, over.signal])).catch(() => undefined);
    try {
      await waitFor(granted.promise, signal);
    } catch (error) {
      this.#leave(request, waiter);
      const holder = this.#held.get(request.table) ?? held;
      throw request.signal.aborted
        ? error
        : problems.locked({
            queryId: holder.queryId,
            resource: holder.resource,
            transaction: holder.transaction,
          });
    } finally {
      over.abort();
    }
  }

  /** Watches who holds a table while one waits for it. */
  async #abortAbandoned(table: string, signal: AbortSignal): Promise<void> {
    const { abandonedMs, holderOf } = this.#options;
    while (!signal.aborted) {
      const holder = holderOf(this.#held.get(table)?.transaction ?? "");
      const leftMs = abandonedMs - (holder?.idleMs() ?? 0);
      if (holder !== undefined && leftMs <= 0) await holder.abortIdle(abandonedMs);
      else await wait(Math.min(Math.max(leftMs, 1), longestTimerMs), undefined, { signal, ref: false });
    }
  }

  #leave(request: LockRequest, waiter: Waiter): void {
    const held = this.#held.get(request.table);
    const place = held?.waiters.indexOf(waiter) ?? -1;
    if (place >= 0) {
      held?.waiters.splice(place, 1);
    }
  }

  #waitsFor(transaction: string, other: string): boolean {
    for (const held of this.#held.values()) {
      if (held.waiters.some((waiter) => waiter.transaction === transaction)) {
        return held.transaction === other || this.#waitsFor(held.transaction, other);
      }
    }
    return false;
  }
}
