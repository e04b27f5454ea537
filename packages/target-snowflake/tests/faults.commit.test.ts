import { beforeAll, describe, expect, it } from "vitest";
import {
  allRows,
  committedState,
  expectAllLoaded,
  expectFailure,
  hurryDriver,
  linesAfter,
  type Mode,
  ordersSchema,
  patience,
  playedFaults,
  recordLine,
  refusal,
  run,
  settingsOf,
  sites,
  stateLine,
  statementsAt,
  stateNumbers,
  storedRows,
  usersSchema,
  withStandIn,
} from "./fault-runs.ts";

beforeAll(hurryDriver);

const modes: readonly Mode[] = ["with a ledger", "with a state table"];
const timeout = 90_000;

describe.concurrent("the receipt of a commit", () => {
  it.each(modes)(
    "tells a commit whose answer was lost from one that was none, %s",
    { timeout },
    async (mode) => {
      await withStandIn(async (snowflake) => {
        const forgotten = { kind: "lost-answer", forget: true } as const;
        snowflake.faults.add(
          { match: sites.COMMIT, nth: [1, 3], fault: forgotten },
          { match: sites.COMMIT, nth: [2], fault: { kind: "session-gone" } },
          // And nothing but the session is lost when the second attempt leaves.
          { match: sites.ROLLBACK, nth: [1], fault: { kind: "session-gone" } },
        );
        await expectAllLoaded(snowflake, await run(settingsOf(snowflake, mode)), mode);
        expect(playedFaults(snowflake)).toBe(4);
      });
    },
  );

  it.each(modes)("is enough when no answer to COMMIT ever comes, %s", { timeout }, async (mode) => {
    await withStandIn(async (snowflake) => {
      snowflake.faults.add({ match: sites.COMMIT, fault: { kind: "lost-answer", forget: true } });
      await expectAllLoaded(snowflake, await run(settingsOf(snowflake, mode)), mode);
      // Each attempt that finds the receipt rolls back, and copies nothing.
      const copies = statementsAt(snowflake, "COPY").map(({ sql }) => sql);
      expect(copies).toEqual([...new Set(copies)]);
      expect(statementsAt(snowflake, "ROLLBACK")).toHaveLength(statementsAt(snowflake, "COMMIT").length);
    });
  });

  it.each(modes)(
    "waits for a transaction that is still open, and is rolled back, %s",
    { timeout },
    async (mode) => {
      await withStandIn(async (snowflake) => {
        snowflake.faults.add({ match: sites.COMMIT, nth: 1, fault: { kind: "master-token-expired" } });
        const running = run({ ...settingsOf(snowflake, mode), parallelism: 1 });
        const waiting = (): number | undefined =>
          statementsAt(snowflake, "claim").find(({ outcome }, index) => index > 0 && outcome === undefined)
            ?.order;
        await expect.poll(waiting, patience).toBeDefined();
        const [claim] = statementsAt(snowflake, "claim");
        await snowflake.endSession(claim?.session ?? 0);
        await expectAllLoaded(snowflake, await running, mode);
      });
    },
  );

  it.each(modes)("waits for a COMMIT that still runs, and finds it, %s", { timeout }, async (mode) => {
    let commits = 0;
    const statementDelayMs = (sql: string): number => {
      if (!sql.startsWith("COMMIT")) return 0;
      commits += 1;
      return commits === 1 ? 4000 : 0;
    };
    await withStandIn(
      async (snowflake) => {
        // The first request is given up after a second; the second learns that the session is of no use any more.
        snowflake.faults.add({ match: sites.COMMIT, nth: 2, fault: { kind: "master-token-expired" } });
        const settings = { ...settingsOf(snowflake, mode), parallelism: 1, request_timeout_seconds: 1 };
        await expectAllLoaded(snowflake, await run(settings), mode);
        expect(playedFaults(snowflake)).toBe(1);
      },
      { statementDelayMs },
    );
  });

  it("takes the place of a state that somebody wrote by hand", { timeout }, async () => {
    await withStandIn(async (snowflake) => {
      await snowflake.query("CREATE SCHEMA RAW.SHOP");
      await snowflake.query(
        "CREATE TABLE RAW.SHOP.STATES (STATE_ID VARCHAR, STATE VARCHAR, COMMIT_ID VARCHAR, COMMITTED_AT TIMESTAMP_NTZ)",
      );
      await snowflake.query("INSERT INTO RAW.SHOP.STATES (STATE_ID, STATE) VALUES ('shop', '{\"n\":0}')");
      const mode = "with a state table";
      await expectAllLoaded(snowflake, await run(settingsOf(snowflake, mode)), mode);
    });
  });
});

describe.concurrent("a commit that fails for good", () => {
  it.each(modes)(
    "leaves what was committed before it, and no state beyond, %s",
    { timeout },
    async (mode) => {
      await withStandIn(async (snowflake) => {
        const settings = { ...settingsOf(snowflake, mode), parallelism: 1 };
        const later = Array.from({ length: 20 }, (_, index) => index + 2);
        const denied = refusal("003001", "42501", "Insufficient privileges to operate on table 'X'");
        snowflake.faults.add({ match: sites.COMMIT, nth: later, fault: denied });
        const failed = await run(settings);
        expectFailure(
          failed,
          78,
          /^cannot commit: Insufficient privileges to operate on table 'X' \(003001, query /,
        );
        expect(stateNumbers(failed)).toEqual([1]);
        const { users } = await storedRows(snowflake);
        expect(users).toEqual([expect.stringMatching(/^\[1,"Ada"/), expect.stringMatching(/^\[2,"Bob"/)]);
        if (mode === "with a state table") expect(await committedState(snowflake)).toBe('{"n":1}');
        snowflake.faults.clear();
        const again = await run(settings, linesAfter(failed.states.at(-1)));
        expect(again.error).toBeUndefined();
        expect(await storedRows(snowflake)).toEqual(allRows);
      });
    },
  );

  it("after its answer was lost may be there, and is loaded at least once", { timeout }, async () => {
    await withStandIn(async (snowflake) => {
      const settings = { ...settingsOf(snowflake, "with a ledger"), retries: 0 };
      snowflake.faults.add({
        match: sites.COMMIT,
        nth: [1, 2],
        fault: { kind: "lost-answer", forget: true },
      });
      const failed = await run(settings);
      expectFailure(failed, 75, /^cannot commit: /);
      expect(failed.states).toEqual([]);
      snowflake.faults.clear();
      const again = await run(settings);
      expect(again.error).toBeUndefined();
      const { users, orders } = await storedRows(snowflake);
      expect(users).toEqual(allRows.users);
      expect([...new Set(orders)]).toEqual(allRows.orders);
    });
  });
});

describe.concurrent("an attempt at a commit that fails over a connection that stays", () => {
  it.each([
    ["at the claim", "claim", "when it is rolled back"],
    ["at COMMIT", "COMMIT", "when it is rolled back"],
    ["at the claim", "claim", "also where that fails"],
  ] as const)("%s leaves nothing to the next, %s %s", { timeout }, async (_name, site, rollBack) => {
    await withStandIn(async (snowflake) => {
      // Of each commit the first attempt fails.
      snowflake.faults.add({ match: sites[site], nth: [1, 3, 5], fault: refusal("000604") });
      if (rollBack !== "when it is rolled back")
        snowflake.faults.add({ match: sites.ROLLBACK, fault: refusal("000603", "XX000") });
      const done = await run(settingsOf(snowflake, "with a state table"));
      await expectAllLoaded(snowflake, done, "with a state table");
      expect(statementsAt(snowflake, "ROLLBACK")).toHaveLength(3);
    });
  });
});

describe.concurrent("a batch that a commit refuses", () => {
  const unchecked = { validate_records: false };

  it.each(modes)(
    "is rewritten, also beside others in a unit, and is there once, %s",
    { timeout },
    async (mode) => {
      await withStandIn(async (snowflake) => {
        snowflake.faults.add({ match: sites.COMMIT, nth: 1, fault: { kind: "lost-answer", forget: true } });
        const lines = [
          ...[usersSchema, ordersSchema, recordLine("users", { id: 1, name: "Ada" })],
          ...[recordLine("orders", { id: 1, total: "1.5" }), recordLine("orders", { id: "2", total: 2 })],
          ...[recordLine("users", { id: 2, name: 7 }), stateLine(1)],
        ];
        const done = await run({ ...settingsOf(snowflake, mode), ...unchecked }, lines);
        expect(done.error).toBeUndefined();
        expect(done.states).toEqual(['{"n":1}']);
        expect(await storedRows(snowflake)).toEqual({
          users: ['[1,"Ada"]', '[2,"7"]'],
          orders: ["[1,1.5]", "[2,2]"],
        });
        expect(done.log).toContain("orders: a batch is rewritten before it is loaded");
        expect(await snowflake.stagedFiles()).toEqual([]);
      });
    },
  );

  it.each([
    [
      "a fraction in a column of whole numbers",
      '{"id":1.5,"name":"Ada"}',
      /^a batch of users, line 2: users.*id/,
    ],
    ["JSON that is none", '{"id":1,"name":}', /^a batch of users, line 2/],
    ["a key that is null", '{"id":null,"name":"Ada"}', /^a batch of users, line 2: .*id/],
  ])("names the record with %s", { timeout }, async (_name, record, message) => {
    await withStandIn(async (snowflake) => {
      const good = recordLine("users", { id: 7, name: "Good" });
      const bad = `{"type":"RECORD","stream":"users","record":${record}}`;
      const settings = { ...settingsOf(snowflake, "with a ledger"), ...unchecked };
      const done = await run(settings, [usersSchema, good, bad, stateLine(1)]);
      expectFailure(done, 65, message);
      expect(done.states).toEqual([]);
      expect((await storedRows(snowflake)).users).toEqual([]);
    });
  });
});
