import { beforeAll, describe, expect, it } from "vitest";
import {
  expectAllLoaded,
  expectFailure,
  hurryDriver,
  linesAfter,
  patience,
  playedFaults,
  recordLine,
  refusal,
  run,
  settingsOf,
  sites,
  stateLine,
  statementsAt,
  usersSchema,
  withStandIn,
} from "./fault-runs.ts";

beforeAll(hurryDriver);

const timeout = 90_000;

describe.concurrent("connections", () => {
  it("that all died while the input was silent cost one try", { timeout }, async () => {
    await withStandIn(async (snowflake) => {
      const lines = linesAfter(undefined);
      const silence = lines.indexOf(stateLine(2)) + 1;
      async function* input(): AsyncGenerator<string> {
        yield* lines.slice(0, silence);
        await expect
          .poll(() => statementsAt(snowflake, "REMOVE").filter(({ outcome }) => outcome === "ok"), patience)
          .toHaveLength(2);
        await Promise.all(snowflake.sessions.map(({ id }) => snowflake.endSession(id)));
        yield* lines.slice(silence);
      }
      const done = await run({ ...settingsOf(snowflake, "with a ledger"), retries: 1 }, input());
      await expectAllLoaded(snowflake, done, "with a ledger");
    });
  });

  it("are enough for many streams where only one table is loaded at a time", { timeout }, async () => {
    await withStandIn(async (snowflake) => {
      const faults = [
        { match: sites.COMMIT, nth: [2, 5], fault: { kind: "lost-answer", forget: true } },
        { match: sites.REMOVE, nth: [1, 4], fault: { kind: "session-gone" } },
        // Meanwhile the next commit waits for a connection.
        { match: sites.REMOVE, nth: [2, 3, 5, 6], fault: { kind: "slow", ms: 400 } },
        { match: sites.COPY, nth: 3, fault: refusal("000604") },
      ] as const;
      snowflake.faults.add(...faults);
      const streams = Array.from({ length: 8 }, (_, index) => `s${index}`);
      const lines = streams.flatMap((stream) => [
        usersSchema.replace('"users"', `"${stream}"`),
        ...[recordLine(stream, { id: 1, name: stream }), recordLine(stream, { id: 2, name: null })],
      ]);
      const settings = {
        ...settingsOf(snowflake, "with a ledger"),
        parallelism: 1,
        load_method: "append-only",
      };
      const done = await run(settings, [...lines, stateLine(1)]);
      expect(done.error).toBeUndefined();
      expect(done.states).toEqual(['{"n":1}']);
      for (const stream of streams) {
        expect(await snowflake.query(`SELECT ID, NAME FROM RAW.SHOP.${stream} ORDER BY ID`)).toEqual([
          { ID: 1n, NAME: stream },
          { ID: 2n, NAME: null },
        ]);
      }
      expect(playedFaults(snowflake)).toBe(9);
      expect(snowflake.sessions.filter(({ isOpen }) => isOpen)).toEqual([]);
    });
  });

  it("that get no answer in time are asked again, and statements that hang are canceled", {
    timeout: 50_000,
  }, async () => {
    await withStandIn(async (snowflake) => {
      const withheld = { kind: "withheld" } as const;
      const hang = { kind: "hang" } as const;
      snowflake.faults.add(
        ...[sites.COPY, sites.COMMIT].map((match) => ({ match, nth: 1, fault: withheld })),
        ...[sites["ALTER SESSION"], sites["guard query"], sites["MERGE or INSERT"], sites.claim].map(
          (match) => ({
            match,
            nth: 1,
            fault: hang,
          }),
        ),
        { match: sites.COMMIT, nth: 4, fault: hang },
      );
      const settings = {
        ...settingsOf(snowflake, "with a ledger"),
        ...{ request_timeout_seconds: 2, statement_timeout_seconds: 3, login_timeout_seconds: 3 },
      };
      await expectAllLoaded(snowflake, await run(settings), "with a ledger");
      expect(playedFaults(snowflake)).toBe(7);
      // The session's own timeout was not set yet.
      expect(snowflake.requests.filter(({ path }) => path.endsWith("/abort-request"))).toHaveLength(1);
    });
  });

  it("over which the service answers 503 for long are made again", { timeout }, async () => {
    await withStandIn(async (snowflake) => {
      // The driver asks eight times.
      const nth = [1, 2, 3, 4, 5, 6, 7, 8, 9];
      snowflake.faults.add({ match: sites["MERGE or INSERT"], nth, fault: { kind: "status", status: 503 } });
      const done = await run({ ...settingsOf(snowflake, "with a ledger"), parallelism: 1 });
      await expectAllLoaded(snowflake, done, "with a ledger");
      expect(playedFaults(snowflake)).toBe(9);
    });
  });

  it("are closed when a run is stopped", { timeout }, async () => {
    await withStandIn(async (snowflake) => {
      snowflake.faults.add({ match: sites.COPY, nth: 1, fault: { kind: "slow", ms: 500 } });
      const stopping = new AbortController();
      const running = run(settingsOf(snowflake, "with a ledger"), linesAfter(undefined), {
        signal: stopping.signal,
      });
      await expect.poll(() => statementsAt(snowflake, "COPY").length, patience).toBeGreaterThan(0);
      stopping.abort("SIGTERM");
      expectFailure(await running, 143, /^stopped by SIGTERM/);
      // The thread that uploads is ended as it is.
      const loading = new Set(statementsAt(snowflake, "ALTER SESSION").map(({ session }) => session));
      expect(snowflake.sessions.filter(({ id, isOpen }) => isOpen && loading.has(id))).toEqual([]);
    });
  });
});
