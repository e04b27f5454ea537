import { dateIn, numberIn, optionalTextIn, textIn } from "./columns.ts";
import { type EndingPace, endProcesses, type ProcessIdentity, startTimeOf } from "./process-table.ts";
import type { Lease, LeaseHolder, LeaseRequest, StartedProcess } from "./run-store.ts";
import { markLost, processesIn } from "./runs.ts";
import type { Database, Row, Statements } from "./sqlite.ts";
import { StoredLease } from "./stored-lease.ts";

/** What leases are taken with. */
export interface LeasesOptions {
  readonly database: Database;
  /** Opens the connection that renews leases, when the first one is taken. */
  readonly renewals: () => Database;
  readonly identity: ProcessIdentity;
  readonly leaseMs: number;
  readonly clock: () => Date;
  readonly ending: EndingPace | undefined;
}

/** Gives the right to run under a state id to one run at a time. */
export class Leases {
  readonly #options: LeasesOptions;
  readonly #held = new Set<StoredLease>();

  constructor(options: LeasesOptions) {
    this.#options = options;
  }

  async acquire(request: LeaseRequest): Promise<Lease | LeaseHolder> {
    const { database } = this.#options;
    for (;;) {
      const seen = await database.read((statements) => leaseRow(statements, request.stateId));
      const standing = await this.#standingOf(seen);
      if (standing === "held" && !request.takeOver) return holderIn(seen ?? {});
      const taken = await database.change((statements) =>
        this.#take(statements, { request, seen, standing }),
      );
      if (taken !== undefined) return await this.#begin(request, taken);
    }
  }

  /** Ends all renewals; leases that were not released expire. */
  stop(): void {
    for (const lease of this.#held) lease.stop();
  }

  async #standingOf(row: Row | undefined): Promise<Standing> {
    if (row === undefined || optionalTextIn(row, "run_id") === undefined) return "free";
    const { clock, identity } = this.#options;
    if (numberIn(row, "expires_at") <= clock().getTime()) return "expired";
    if (textIn(row, "machine") !== identity.machine) return "held";
    const started = await startTimeOf(numberIn(row, "pid"));
    return started === textIn(row, "process_start") ? "held" : "gone";
  }

  /** Answers undefined when the lease has changed hands since it was looked at. */
  #take(statements: Statements, { request, seen, standing }: Look): Taken | undefined {
    const { identity, clock, leaseMs } = this.#options;
    const row = leaseRow(statements, request.stateId);
    const isSame = row?.["fence"] === seen?.["fence"] && row?.["run_id"] === seen?.["run_id"];
    if (!isSame || (standing === "expired" && row?.["expires_at"] !== seen?.["expires_at"])) return undefined;
    const now = clock().getTime();
    // A run that is shut out while it works ends its own processes, and says itself how it ended.
    const orphans = standing === "held" ? [] : this.#orphansOf(statements, { stateId: request.stateId, now });
    const fence = numberIn(row ?? {}, "fence") + 1;
    const { host, machine, pid, startTime } = identity;
    statements.run(
      `INSERT INTO lease (state_id, run_id, host, machine, pid, process_start, fence, acquired_at, expires_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (state_id) DO UPDATE SET run_id = excluded.run_id, host = excluded.host,
         machine = excluded.machine, pid = excluded.pid, process_start = excluded.process_start,
         fence = excluded.fence, acquired_at = excluded.acquired_at, expires_at = excluded.expires_at`,
      ...[request.stateId, request.runId, host, machine, pid, startTime, fence, now, now + leaseMs],
    );
    return { fence, orphans };
  }

  #orphansOf(
    statements: Statements,
    { stateId, now }: { stateId: string; now: number },
  ): readonly StartedProcess[] {
    const runs = markLost(statements, { stateId, now });
    const { machine } = this.#options.identity;
    return runs
      .filter((run) => run.machine === machine)
      .flatMap(({ runId }) => processesIn(statements, runId));
  }

  async #begin({ stateId, runId }: LeaseRequest, { fence, orphans }: Taken): Promise<Lease> {
    const { database, renewals, leaseMs, clock, ending } = this.#options;
    const lease = new StoredLease({
      ...{ stateId, runId, fence, database, leaseMs, clock },
      renewals: renewals(),
      onReleased: (released) => this.#held.delete(released),
    });
    this.#held.add(lease);
    await endProcesses(orphans, ending);
    return lease;
  }
}

/** Whether somebody has a lease; `gone` when the process has ended, `expired` when nobody renewed it. */
type Standing = "free" | "held" | "expired" | "gone";

interface Look {
  readonly request: LeaseRequest;
  readonly seen: Row | undefined;
  readonly standing: Standing;
}

interface Taken {
  readonly fence: number;
  /** What the run before left running on this machine. */
  readonly orphans: readonly StartedProcess[];
}

function leaseRow(statements: Statements, stateId: string): Row | undefined {
  return statements.first("SELECT * FROM lease WHERE state_id = ?", stateId);
}

function holderIn(row: Row): LeaseHolder {
  return {
    runId: textIn(row, "run_id"),
    host: textIn(row, "host"),
    pid: numberIn(row, "pid"),
    acquiredAt: dateIn(row, "acquired_at") ?? new Date(0),
    expiresAt: dateIn(row, "expires_at") ?? new Date(0),
  };
}
