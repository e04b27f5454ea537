import type { ClariSandbox } from "@chorale/sandbox";
import { type Message, parseState, type State } from "@chorale/singer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asked, now, runTap, withClari } from "./support/run-tap.ts";

const select = ["forecast_entries.*", "forecast_users.*", "audit_events.*", "activities.*"];
const config = {
  forecast_ids: ["net_arr", "net_arr_ps_summary"],
  time_periods: ["current", "previous"],
  job_timeout_seconds: 60,
};
const keys: Readonly<Record<string, readonly string[]>> = {
  forecast_entries: ["forecastId", "timePeriodId", "timeFrameId", "userId", "fieldId"],
  forecast_users: ["forecastId", "timePeriodId", "userId"],
  audit_events: ["correlationID"],
  activities: ["activityId"],
};

/** Upserts what came before the last state, as a target has it that confirmed that state. */
function load(messages: readonly Message[], rows: Map<string, unknown>): State | undefined {
  const end = messages.findLastIndex(({ type }) => type === "STATE");
  for (const message of messages.slice(0, end + 1)) {
    if (message.type !== "RECORD") continue;
    const key = (keys[message.stream] ?? []).map((name) => message.record[name]);
    rows.set(JSON.stringify([message.stream, ...key]), message.record);
  }
  const last = messages[end];
  return last?.type === "STATE" ? parseState(JSON.stringify(last.value)) : undefined;
}

function submissions(clari: ClariSandbox, path: string): number {
  return asked(clari).filter((each) => each === `POST ${path}`).length;
}

describe.each(["latest", "historical"])("runs that are stopped anywhere, with mode: %s", (mode) => {
  it("lose nothing, and pay for no forecast twice", async () => {
    const stops = fc.array(fc.nat(140), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(stops, async (stopped) => {
        const options = { users: 2, activities: 6, auditEvents: 6, pollsUntilDone: 0 };
        await withClari(options, async (clari) => {
          const loaded = new Map<string, unknown>();
          let state: State | undefined;
          const run = async (stopAfter: number): Promise<void> => {
            let left = stopAfter;
            const until = (): boolean => left-- === 0;
            const settings = { ...config, mode };
            const { messages, error } = await runTap({ clari, select, config: settings, state, until });
            expect(error).toBeUndefined();
            state = load(messages, loaded) ?? state;
          };
          for (const each of stopped) await run(each);
          // A run that ended has nothing to go on with, so what follows it is another one.
          const before = submissions(clari, "export/forecast/net_arr");
          await run(Number.POSITIVE_INFINITY);
          expect(before).toBeLessThanOrEqual(mode === "latest" ? 0 : 2 * stopped.length);
          const names = [...loaded.keys()].map((key) => JSON.parse(key)[0]);
          const counts = Map.groupBy(names, (name) => name);
          const weeks = mode === "latest" ? 2 : 12 + 14;
          expect(counts.get("forecast_entries")?.length).toBe(2 * weeks * 2 * 2);
          expect(counts.get("forecast_users")?.length).toBe(2 * 2);
          expect(counts.get("activities")?.length).toBe(6);
          expect(counts.get("audit_events")?.length).toBe(6);
        });
      }),
      { numRuns: 12 },
    );
  });

  it("pay once for each forecast and quarter, when each run is stopped after one more state", async () => {
    await withClari({ users: 2, pollsUntilDone: 0 }, async (clari) => {
      let state: State | undefined;
      let isOver = false;
      for (let count = 0; !isOver && count < 40; count += 1) {
        const first = JSON.stringify(state);
        const until = (message: Message): boolean =>
          message.type === "STATE" && JSON.stringify(message.value) !== first;
        const options = { clari, select: ["forecast_entries.*"], config: { ...config, mode } };
        const { states } = await runTap({ ...options, state, until, at: now });
        state = states.at(-1);
        isOver = state !== undefined && Object.keys(state.bookmarks ?? {}).length === 0;
      }
      expect(isOver).toBe(true);
      const paid = mode === "latest" ? 0 : 2;
      expect(submissions(clari, "export/forecast/net_arr")).toBe(paid);
      expect(submissions(clari, "export/forecast/net_arr_ps_summary")).toBe(paid);
    });
  });
});
