import type { ZuoraRevenueSandbox } from "@chorale/sandbox";
import { type Message, parseState, type State } from "@chorale/singer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  now,
  type Run,
  type RunOptions,
  runTap,
  runTapSlowly,
  runWell,
  withTenant,
} from "./support/run-tap.ts";

const view = "BI3_RC_POB";
const select = ["bi3_rc_pob.*", "bi3_rc_head.*", "bi3_org.ORG_NAME"];
const keys: Readonly<Record<string, string>> = { bi3_rc_pob: "RC_POB_ID", bi3_rc_head: "ID", bi3_org: "ID" };

/** Upserts what came before the last state, as a target has it that confirmed that state. */
function load(messages: readonly Message[], rows: Set<string>): State | undefined {
  const end = messages.findLastIndex(({ type }) => type === "STATE");
  for (const message of messages.slice(0, end + 1)) {
    if (message.type !== "RECORD") continue;
    rows.add(`${message.stream} ${String(message.record[keys[message.stream] ?? ""])}`);
  }
  const last = messages[end];
  return last?.type === "STATE" ? parseState(JSON.stringify(last.value)) : undefined;
}

/** The requests for pages of the view: the page, and whether with a token. */
function pagesOf({ requests }: ZuoraRevenueSandbox, name = view): readonly string[] {
  return requests
    .filter(({ path }) => path.endsWith(`/biviews/${name}`))
    .map(({ query, headers }) => `${query["pagenum"]}${"continuation-token" in headers ? "+" : ""}`);
}

/** Stops a run after a state with the position of a page. */
function stopAtPage(page: number): (message: Message) => boolean {
  return (message) => message.type === "STATE" && JSON.stringify(message.value).includes(`"page":${page},`);
}

/** Runs as if the process were killed in the end: nobody says that the task is not wanted any more. */
async function runKilled(options: RunOptions): Promise<Run> {
  const { faults } = options.tenant;
  faults.add({ path: "/**/biviews-status", fault: { kind: "status", status: 404 } });
  const run = await runWell(options);
  faults.clear();
  return run;
}

function lastState(run: Run): State | undefined {
  return run.states.at(-1);
}

describe.each(["full", "incremental"])("runs that are stopped anywhere, with mode: %s", (mode) => {
  it("lose nothing", async () => {
    const stops = fc.array(fc.nat(70), { minLength: 1, maxLength: 4 });
    const forgets = fc.constantFrom("keeps", "forgets");
    await fc.assert(
      fc.asyncProperty(
        stops,
        forgets,
        fc.constantFrom(undefined, 0.005),
        async (stopped, tasks, window_days) => {
          await withTenant({ rows: 15, rateLimitStatus: 400 }, async (tenant) => {
            const rows = new Set<string>();
            let state: State | undefined;
            const run = async (stopAfter: number): Promise<void> => {
              let left = stopAfter;
              const until = (): boolean => left-- === 0;
              const config = { mode, window_days, start_date: "2024-01-01T00:00:00Z", max_wait_seconds: 5 };
              // Without a window the run covers two years; with one the end has to be near.
              const at = window_days === undefined ? now : Date.UTC(2023, 11, 31, 1);
              const { messages, error } = await runTap({ tenant, select, config, state, until, at });
              expect(error).toBeUndefined();
              state = load(messages, rows) ?? state;
              if (tasks === "forgets") tenant.tasks.forgetAll();
            };
            for (const each of stopped) await run(each);
            tenant.tasks.forgetAll();
            await run(Number.POSITIVE_INFINITY);
            expect(rows.size).toBe(45);
          });
        },
      ),
      { numRuns: 8 },
    );
  });
});

describe("a run that goes on", () => {
  it("reads the next page of the same task", async () => {
    await withTenant({ rows: 20 }, async (tenant) => {
      const first = await runKilled({ tenant, select: [`bi3_rc_pob.*`], until: stopAtPage(3) });
      expect(first.records("bi3_rc_pob").length).toBe(8);
      tenant.requests.length = 0;
      const second = await runWell({ tenant, select: ["bi3_rc_pob.*"], state: lastState(first) });
      expect(second.records("bi3_rc_pob").map(({ RC_POB_ID: id }) => id)).toEqual(
        Array.from({ length: 12 }, (_, index) => `7${String(index + 8).padStart(9, "0")}`),
      );
      expect(pagesOf(tenant)).toEqual(["3+", "4+", "5+", "6+"]);
    });
  });

  it("begins anew when the task is not there any more", async () => {
    await withTenant({ rows: 20 }, async (tenant) => {
      const first = await runWell({ tenant, select: ["bi3_rc_pob.*"], until: stopAtPage(3) });
      tenant.tasks.forgetAll();
      tenant.requests.length = 0;
      const second = await runWell({ tenant, select: ["bi3_rc_pob.*"], state: lastState(first) });
      expect(second.records("bi3_rc_pob").length).toBe(20);
      expect(pagesOf(tenant)[0]).toBe("1");
    });
  });

  it("begins anew when later pages do not name their columns", async () => {
    await withTenant({ rows: 20, headerOn: "first page" }, async (tenant) => {
      const first = await runWell({ tenant, select: ["bi3_rc_pob.*"], until: stopAtPage(3) });
      const second = await runWell({ tenant, select: ["bi3_rc_pob.*"], state: lastState(first) });
      expect(second.records("bi3_rc_pob").length).toBe(20);
    });
  });

  it("cancels the task of an earlier run when its settings are others", async () => {
    await withTenant({ rows: 400, lag: 1 }, async (tenant) => {
      const first = await runKilled({ tenant, select: ["bi3_rc_pob.*"], until: stopAtPage(2) });
      expect(tenant.tasks.active().length).toBe(1);
      const config = { page_size: 50 };
      const second = await runWell({ tenant, select: ["bi3_rc_pob.*"], state: lastState(first), config });
      expect(second.records("bi3_rc_pob").length).toBe(400);
      expect(tenant.tasks.cancelled.length).toBe(1);
    });
  });
});

describe("a target that is slow", () => {
  it("does not let the cached pages expire: they are on disk", async () => {
    const name = "BI3_RC_SCHD_DEL";
    await withTenant({ rowsOf: { [name]: 12_000 } }, async (tenant) => {
      let hasWaited = false;
      let records = 0;
      const options = { tenant, select: ["bi3_rc_schd_del.*"], config: { page_size: 300 } };
      const run = runTapSlowly(options, async () => {
        if (hasWaited) return;
        hasWaited = true;
        // Every page is fetched though only one record was taken; then the cache is gone.
        await expect.poll(() => pagesOf(tenant, name).at(-1), { timeout: 10_000 }).toBe("41+");
        tenant.tasks.forgetAll();
      });
      for await (const message of run) if (message.type === "RECORD") records += 1;
      expect(records).toBe(12_000);
      expect(pagesOf(tenant, name).filter((page) => page === "1").length).toBe(1);
    });
  });
});
