import type { SnowflakeOptions, SnowflakeSandbox } from "@chorale/sandbox";
import { describe, expect, it } from "vitest";
import { seenIn, usersFeed } from "./support/feed.ts";
import { endOf } from "./support/processes.ts";
import { committedState, lastState, startTarget } from "./support/pump.ts";
import { until } from "./support/until.ts";
import { snowflake, snowflakeWarehouse } from "./support/warehouses.ts";
import { testFolder } from "./support/workspace.ts";

const batchRows = 20;
const last = 3 * batchRows;
/** The commit that is in flight when the target is killed: there is one before it, and one to come. */
const nth = 2;
/** Longer than the next run takes to ask for the state. */
const delayMs = 5000;

function commitsOf({ statements }: SnowflakeSandbox) {
  return statements.filter(({ sql }) => sql === "COMMIT");
}

interface Moment {
  readonly moment: string;
  readonly options?: () => SnowflakeOptions;
  isNow(sandbox: SnowflakeSandbox): boolean;
  /** The last record that is loaded before the next run, or at some time while it runs. */
  readonly loaded: number;
}

const moments: readonly Moment[] = [
  {
    moment: "COMMIT is on its way and never comes in",
    options: () => ({
      faults: { rules: [{ match: { sql: /^COMMIT$/ }, nth: [2, 3, 4], fault: { kind: "lost-request" } }] },
    }),
    isNow: ({ requests }) => requests.some(({ fault }) => fault === "lost-request"),
    loaded: batchRows,
  },
  {
    moment: "COMMIT came in and is executed later",
    options: () => {
      let commits = 0;
      const isNth = (sql: string): boolean => {
        commits += sql === "COMMIT" ? 1 : 0;
        return sql === "COMMIT" && commits === nth;
      };
      return { statementDelayMs: (sql) => (isNth(sql) ? delayMs : 0) };
    },
    isNow: (sandbox) => commitsOf(sandbox).length === nth,
    loaded: nth * batchRows,
  },
  {
    moment: "COMMIT is executed and its answer is on its way",
    options: () => ({
      faults: { rules: [{ match: { sql: /^COMMIT$/ }, nth, fault: { kind: "withheld" } }] },
    }),
    isNow: (sandbox) => commitsOf(sandbox)[nth - 1]?.outcome === "ok",
    loaded: nth * batchRows,
  },
];

const methods = [
  { method: "upsert", settings: {} },
  {
    method: "append-only with state_table",
    settings: { load_method: "append-only", state_table: "_chorale_state", state_id: "kill" },
  },
];

describe("target-snowflake is killed while a commit is in flight", () => {
  it.each(moments.flatMap((moment) => methods.map((method) => ({ ...moment, ...method }))))(
    "$moment, $method: the next run ends with exactly the right rows",
    { timeout: 90_000 },
    async ({ options, isNow, settings, loaded }) => {
      const sandbox = await snowflake(options?.());
      const warehouse = snowflakeWarehouse(sandbox);
      const files = testFolder();
      files.json("target.json", {
        ...warehouse.config,
        default_target_schema: "shop",
        batch_size_rows: batchRows,
        ...settings,
      });
      const run = async (feed: string, isOver?: () => boolean): Promise<string | undefined> => {
        const target = startTarget(files, warehouse);
        const ended = endOf(target);
        target.stdin.on("error", () => undefined);
        target.stdin.end(feed);
        if (isOver !== undefined) {
          await until("the commit is in flight", isOver);
          target.kill("SIGKILL");
        }
        const end = await ended;
        expect(end.signal ?? end.code, end.stderr).toBe(isOver === undefined ? 0 : "SIGKILL");
        return lastState(end);
      };
      const feed = (after: number): string => [...usersFeed({ after, last, statesEvery: 10 })].join("");

      const printed = seenIn(await run(feed(0), () => isNow(sandbox)));
      expect(printed).toBe(batchRows);
      sandbox.faults.clear();
      await warehouse.afterKill(async () => {
        const isKept = "state_table" in settings;
        const after = isKept ? seenIn(await committedState(files, warehouse)) : printed;
        if (isKept) expect(after).toBe(loaded);
        await run(feed(after));
      });
      await until("every commit has ended", () =>
        commitsOf(sandbox).every(({ outcome }) => outcome !== undefined),
      );
      const rows = await warehouse.rows("shop.users");
      const ids = rows.map(({ id }) => Number(id)).sort((one, other) => one - other);
      expect(ids).toEqual(Array.from({ length: last }, (_, index) => index + 1));
    },
  );
});
