import type { SnowflakeFault, SnowflakeFaultRule } from "@chorale/sandbox";
import { beforeAll, describe, expect, it } from "vitest";
import {
  expectAllLoaded,
  hurryDriver,
  type Mode,
  playedFaults,
  refusal,
  run,
  type Site,
  settingsOf,
  sites,
  withStandIn,
} from "./fault-runs.ts";

beforeAll(hurryDriver);

const expiredMasterToken: SnowflakeFault = { kind: "master-token-expired" };

/** What befalls a statement, and passes. Where there are several, they take turns. */
const kinds: readonly (readonly SnowflakeFault[])[] = [
  [{ kind: "lost-request" }],
  [{ kind: "lost-answer" }],
  [{ kind: "lost-answer", forget: true }],
  [{ kind: "slow", ms: 50 }],
  [
    { kind: "status", status: 503 },
    { kind: "status", status: 429 },
  ],
  [{ kind: "session-gone" }],
  [{ kind: "session-gone", executed: true }],
  [{ kind: "session-gone", code: "390104" }],
  [{ kind: "token-expired" }],
  [expiredMasterToken],
  [refusal("000604"), refusal("000603", "XX000")],
  [refusal("000625"), refusal("000630")],
];

const passingLogin: readonly SnowflakeFault[] = [
  { kind: "lost-request" },
  { kind: "lost-answer" },
  { kind: "withheld", ms: 30 },
  { kind: "slow", ms: 50 },
  { kind: "status", status: 503 },
  { kind: "status", status: 429 },
  refusal("000603", "XX000"),
];

const passingBlob: readonly SnowflakeFault[] = [
  { kind: "lost-request" },
  { kind: "lost-answer" },
  { kind: "withheld", ms: 30 },
  { kind: "slow", ms: 50 },
  { kind: "status", status: 503 },
  { kind: "status", status: 429 },
  { kind: "credential-expired" },
  { kind: "wrong-digest" },
];

/** In the order in which a run comes to them. */
const path: readonly Site[] = [
  "login",
  "ALTER SESSION",
  "SELECT of the place",
  "DESCRIBE TABLE",
  "USE SCHEMA",
  "CREATE SCHEMA",
  "CREATE TABLE",
  "ALTER TABLE",
  "DESCRIBE STAGE",
  "CREATE STAGE",
  "PUT",
  "blob upload",
  "CREATE of the receipts",
  "DELETE of old receipts",
  "CREATE TEMPORARY TABLE",
  "BEGIN",
  "COPY",
  "guard query",
  "MERGE or INSERT",
  "claim",
  "COMMIT",
  "DROP",
  "REMOVE",
  "logout",
];

/** Those that differ with a state table. */
const committing = path.slice(path.indexOf("CREATE TEMPORARY TABLE"), path.indexOf("logout"));

const kindsElsewhere: ReadonlyMap<Site, typeof kinds> = new Map([
  ["login", passingLogin.map((fault) => [fault])],
  ["blob upload", passingBlob.map((fault) => [fault])],
]);

/** The faults of a row: each site is hit `times` times, and in all rows of a table together by every kind. */
function faultsOf(
  row: number,
  table: { readonly hit: readonly Site[]; readonly times: number },
): readonly SnowflakeFaultRule[] {
  return Array.from({ length: table.times }).flatMap((_, time) =>
    table.hit.flatMap((site, column) => {
      const some = kindsElsewhere.get(site) ?? kinds;
      const turns = some[(row + column + (time * kinds.length) / table.times) % some.length] ?? [];
      const fault = turns[column % turns.length];
      // Such a session keeps its locks, until somebody ends it: see the tests of commits.
      const isLocked = fault === expiredMasterToken && ["claim", "COMMIT"].includes(site);
      return fault === undefined || isLocked ? [] : [{ match: sites[site], nth: time + 1, fault }];
    }),
  );
}

const tables: readonly { readonly mode: Mode; readonly hit: readonly Site[]; readonly times: number }[] = [
  { mode: "with a ledger", hit: path, times: 1 },
  // Only what commits is another then.
  { mode: "with a state table", hit: committing, times: 2 },
];
const rows = tables.flatMap((table) =>
  Array.from({ length: kinds.length / table.times }, (_, row) => ({ ...table, row })),
);

describe.concurrent("every statement of a run is hit by faults that pass", () => {
  it.each(rows)(
    "and all rows are there, each once: row $row, $mode",
    { timeout: 90_000 },
    async ({ row, mode, ...table }) => {
      await withStandIn(async (snowflake) => {
        const faults = faultsOf(row, table);
        snowflake.faults.add(...faults);
        const done = await run(settingsOf(snowflake, mode));
        await expectAllLoaded(snowflake, done, mode);
        expect(playedFaults(snowflake)).toBe(faults.length);
      });
    },
  );
});
