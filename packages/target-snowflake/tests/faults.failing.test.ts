import type { SnowflakeFault, SnowflakeMatch, SnowflakeSandbox } from "@chorale/sandbox";
import { beforeAll, describe, expect, it } from "vitest";
import { targetSnowflake } from "../src/index.ts";
import {
  allRows,
  expectAllLoaded,
  expectFailure,
  hurryDriver,
  type Mode,
  patience,
  recordLine,
  refusal,
  run,
  settingsOf,
  sites,
  stateLine,
  storedRows,
  usersSchema,
  withStandIn,
} from "./fault-runs.ts";
import { connected } from "./stand-in.ts";
import { problemOf, uploadTest } from "./upload-test.ts";

beforeAll(hurryDriver);

const timeout = 90_000;

/** A fault that does not pass, and how the run ends. */
type Step = readonly [match: SnowflakeMatch, fault: SnowflakeFault, exitCode: number, message: RegExp];

const denied = refusal(
  "003001",
  "42501",
  "SQL access control error:\nInsufficient privileges to operate on schema 'SHOP'",
);
const grant =
  /: SQL access control error: Insufficient privileges to operate on schema 'SHOP' \(003001, query \S+\)\. Run: GRANT .* ON SCHEMA SHOP TO ROLE LOADER\.$/;
const noWarehouse = refusal("000606", "57P03", "No active warehouse selected in the current session.");
const vanished = refusal(
  "002003",
  "42S02",
  "SQL compilation error:\nTable 'RAW.SHOP.ORDERS' does not exist or not authorized.",
);
const tooLong = refusal("100078", "22000", "String 'secret value' is too long and would be truncated");
const notThere =
  /does not exist or not authorized \(002003, query \S+\)\. Make it, or run: GRANT USAGE ON TABLE /;

/** Of a run's first half: no row was ever staged. */
const beforeData: readonly Step[] = [
  [
    sites.login,
    refusal("390100", "08001", "Incorrect username or password was specified."),
    77,
    /^cannot log in to Snowflake as LOADER: .*\(390100\)\. Check user and password\.$/,
  ],
  [
    sites.login,
    { kind: "status", status: 503 },
    75,
    /^cannot log in to Snowflake: 127\.0\.0\.1:\d+ cannot be reached: .*503/,
  ],
  [
    sites["ALTER SESSION"],
    noWarehouse,
    78,
    /^cannot begin a session: .*\(000606, .*Set warehouse, and let role LOADER use it\.$/,
  ],
  [
    sites["SELECT of the place"],
    refusal("000603", "XX000"),
    75,
    /^cannot begin a session: refused with 000603 /,
  ],
  [sites["DESCRIBE TABLE"], denied, 78, grant],
  [
    sites["USE SCHEMA"],
    refusal("390100", "08001", "Incorrect username or password was specified."),
    77,
    /^cannot prepare the table of users: /,
  ],
  [sites["CREATE SCHEMA"], denied, 78, grant],
  [sites["CREATE TABLE"], denied, 78, grant],
  [
    sites["CREATE TABLE"],
    refusal("000625"),
    75,
    /^cannot prepare the table of users: refused with 000625 .*Something else holds the table: run again later/,
  ],
  [
    sites["CREATE TABLE"],
    { kind: "session-gone" },
    75,
    /^cannot prepare the table of users: .*390111|407002/,
  ],
  [sites["DESCRIBE STAGE"], noWarehouse, 78, /^cannot upload 2 rows of \w+: /],
  [sites["CREATE STAGE"], noWarehouse, 78, /^cannot upload 2 rows of \w+: /],
];

/** Of its second half: rows are staged, and none is committed. */
const afterData: readonly Step[] = [
  [sites.PUT, denied, 78, /^cannot put \S+ into stage @"RAW"\."SHOP"\."_CHORALE_STAGE": .*Run: GRANT /],
  [sites["CREATE of the receipts"], denied, 78, /^cannot make the table of receipts: /],
  [sites["CREATE TEMPORARY TABLE"], denied, 78, /^cannot make a temporary table for 2 rows of \w+: /],
  [sites.BEGIN, noWarehouse, 78, /^cannot begin a commit: /],
  [
    sites.COPY,
    refusal("100069", "22000", 'Error parsing JSON: {"secret":'),
    70,
    /^cannot copy 2 rows of \w+: .*\(100069, query \S+\)\. Nothing of it was committed\.$/,
  ],
  [sites["guard query"], noWarehouse, 78, /^cannot look at the values of 2 rows of \w+: /],
  [sites["MERGE or INSERT"], vanished, 78, notThere],
  [
    sites["MERGE or INSERT"],
    tooLong,
    70,
    /^cannot load 2 rows into \w+\.\w+: .*\(100078, query \S+\)\. Nothing of it was committed\.$/,
  ],
  [sites.claim, denied, 78, /^cannot write the receipt of a commit: /],
  [sites.COMMIT, refusal("000603", "XX000"), 75, /^cannot commit: refused with 000603 .*Run again\.$/],
];

async function expectNothingLoaded(
  snowflake: SnowflakeSandbox,
  { mode, steps }: { readonly mode: Mode; readonly steps: readonly Step[] },
): Promise<void> {
  for (const [match, fault, exitCode, message] of steps) {
    snowflake.faults.add({ match, fault });
    const failed = await run({ ...settingsOf(snowflake, mode), retries: 1 });
    expectFailure(failed, exitCode, message);
    expect(failed.states).toEqual([]);
    expect(await storedRows(snowflake)).toEqual({ users: [], orders: [] });
    snowflake.faults.clear();
  }
}

describe.concurrent("a fault that does not pass", () => {
  it.each([
    ["before anything is staged", "with a ledger", beforeData],
    ["when rows are staged", "with a ledger", afterData],
    ["when rows are staged", "with a state table", afterData.slice(-2)],
  ] as const)(
    "ends the run in one line %s, loads nothing, and the next run loads all, %s",
    { timeout },
    async (_name, mode, steps) => {
      await withStandIn(async (snowflake) => {
        await expectNothingLoaded(snowflake, { mode, steps });
        const again = await run(settingsOf(snowflake, mode));
        expect(again.error).toBeUndefined();
        expect(await storedRows(snowflake)).toEqual(allRows);
        expect(again.states.at(-1)).toBe('{"n":3}');
      });
    },
  );

  it("of the stage's making leaves the user's own", { timeout }, async () => {
    await withStandIn(async (snowflake) => {
      snowflake.faults.add({ match: sites["CREATE STAGE"], fault: denied });
      const done = await run(settingsOf(snowflake, "with a ledger"));
      await expectAllLoaded(snowflake, done, "with a ledger");
      expect(snowflake.statements.filter(({ sql }) => sql.includes("'@~/chorale/"))).not.toEqual([]);
    });
  });

  it("of what only tidies up is no failure", { timeout }, async () => {
    await withStandIn(async (snowflake) => {
      for (const match of [sites.DROP, sites.REMOVE]) snowflake.faults.add({ match, fault: denied });
      const done = await run({ ...settingsOf(snowflake, "with a ledger"), retries: 1 });
      expect(done.error).toBeUndefined();
      expect(await storedRows(snowflake)).toEqual(allRows);
      expect(done.log).toContain("staged files could not be removed: REMOVE @");
    });
  });
});

describe("files that are not what was put there", () => {
  it("are noticed by their rows, and nothing is committed", { timeout }, async () => {
    await withStandIn(async (snowflake) => {
      await snowflake.query("CREATE SCHEMA RAW.SHOP");
      const ledger = "RAW.SHOP._CHORALE_COMMITS";
      await snowflake.query(`CREATE TABLE ${ledger} (COMMIT_ID VARCHAR, COMMITTED_AT TIMESTAMP_NTZ)`);
      const settings = settingsOf(snowflake, "with a ledger");
      // Whoever holds the ledger keeps the commit from going on.
      const holder = await connected(snowflake, settings);
      await holder.execute({ sql: "BEGIN" });
      await holder.execute({ sql: `DELETE FROM ${ledger}` });
      const running = run(settings, [
        ...[usersSchema, recordLine("users", { id: 1 }), recordLine("users", { id: 2 })],
        stateLine(1),
      ]);
      const waits = (): boolean =>
        snowflake.statements.some(
          ({ sql, outcome }) => sites["DELETE of old receipts"].sql.test(sql) && outcome === undefined,
        );
      await expect.poll(waits, patience).toBe(true);
      const [staged] = await snowflake.stagedFiles();
      const other = await uploadTest(snowflake, settings, { stage: '"RAW"."SHOP"."_CHORALE_STAGE"' });
      const file = await other.file("shorter", `${recordLine("users", { id: 1 })}\n`);
      await other.uploads.upload({ ...file, name: staged?.path ?? "" });
      await holder.execute({ sql: "ROLLBACK" });
      const done = await running;
      expectFailure(
        done,
        70,
        /^cannot copy 2 rows of users: 1 rows were read from users's files\. Nothing of it was committed: run again\.$/,
      );
      expect(done.states).toEqual([]);
      expect((await storedRows(snowflake)).users).toEqual([]);
    });
  });
});

describe("the committed state", () => {
  it("is read also through faults that pass", { timeout }, async () => {
    await withStandIn(async (snowflake) => {
      const settings = settingsOf(snowflake, "with a state table");
      expect(await targetSnowflake.readState(settings)).toBeUndefined();
      await run(settings, [usersSchema, recordLine("users", { id: 1 }), stateLine(7)]);
      const faults: readonly SnowflakeFault[] = [
        ...([
          { kind: "lost-answer" },
          { kind: "lost-answer", forget: true },
          { kind: "session-gone" },
        ] as const),
        ...([{ kind: "status", status: 503 }, { kind: "master-token-expired" }] as const),
        ...([{ kind: "token-expired" }] as const),
        ...[refusal("000604"), refusal("000625"), refusal("000603", "XX000")],
      ];
      // Each befalls the statement once more than those before it.
      snowflake.faults.add(
        ...faults.map((fault, index) => ({ match: sites.readState, nth: index + 1, fault })),
      );
      expect(await targetSnowflake.readState(settings)).toBe('{"n":7}');
      snowflake.faults.add({ match: sites.readState, fault: denied });
      const error = await problemOf(targetSnowflake.readState(settings));
      expect(error).toMatchObject({
        exitCode: 78,
        message: expect.stringMatching(/^cannot read the committed state: /),
      });
    });
  });
});
