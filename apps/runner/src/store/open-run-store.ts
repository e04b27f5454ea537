import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { storeFailure } from "../state/store-failure.ts";
import { Leases } from "./leases.ts";
import { type EndingPace, ownIdentity } from "./process-table.ts";
import type { RunStore } from "./run-store.ts";
import { findRun, finishRun, insertProcess, insertRun, listRuns, processesIn, streamsOf } from "./runs.ts";
import { migrate } from "./schema.ts";
import { type Database, openDatabase } from "./sqlite.ts";
import { insertVersion, listVersions } from "./state-versions.ts";

/** How a store is opened. */
export interface RunStoreOptions {
  /** The project's folder. */
  readonly root: string;
  readonly clock?: () => Date;
  /** @default 60 */
  readonly leaseSeconds?: number;
  /** How processes that a killed run left behind are ended. */
  readonly ending?: EndingPace;
}

/** Opens the project's store, `.chorale/chorale.db`, and makes it when there is none. Throws with exit code 17. */
export async function openRunStore(options: RunStoreOptions): Promise<RunStore> {
  const folder = join(options.root, ".chorale");
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw storeFailure(folder, error);
  });
  const database = openDatabase(join(folder, "chorale.db"));
  try {
    await migrate(database);
    return await storeOn(database, options);
  } catch (error) {
    database.close();
    throw error;
  }
}

async function storeOn(database: Database, options: RunStoreOptions): Promise<RunStore> {
  const { clock = () => new Date(), leaseSeconds = 60, ending } = options;
  const identity = await ownIdentity();
  let renewals: Database | undefined;
  const openRenewals = () => {
    renewals ??= openDatabase(database.path);
    return renewals;
  };
  const leaseMs = leaseSeconds * 1000;
  const leases = new Leases({ database, renewals: openRenewals, identity, leaseMs, clock, ending });
  const now = () => clock().getTime();
  return {
    acquireLease: (request) => leases.acquire(request),
    startRun: (run) => database.change((to) => insertRun(to, { run, identity, now: now() })),
    processStarted: (runId, started) => database.change((to) => insertProcess(to, { runId, started })),
    finishRun: (result) => database.change((to) => finishRun(to, result)),
    listRuns: (filter) => database.read((from) => listRuns(from, { filter, now: now() })),
    findRun: (runId) => database.read((from) => findRun(from, { runId, now: now() })),
    streamsOf: (runId) => database.read((from) => streamsOf(from, runId)),
    processesOf: (runId) => database.read((from) => processesIn(from, runId)),
    addStateVersion: (version) => database.change((to) => insertVersion(to, { version, now: now() })),
    stateVersions: (stateId, limit) => database.read((from) => listVersions(from, { stateId, limit })),
    close: () => {
      leases.stop();
      renewals?.close();
      database.close();
      return Promise.resolve();
    },
  };
}
