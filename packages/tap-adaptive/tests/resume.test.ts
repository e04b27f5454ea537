import type { VersionNode } from "@chorale/sandbox";
import { type Message, parseState, type State } from "@chorale/singer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tapAdaptive } from "../src/index.ts";
import { called, type Run, runTap, runWell, withAccount } from "./support/run-tap.ts";

const select = ["data.*"];
const rules = { include_zero_rows: true };

function versionsIn(run: Run): readonly unknown[] {
  return [...new Set(run.records("data").map(({ version }) => version))];
}

function node(id: number, name: string, type = "PLANNING"): VersionNode {
  return { id, name, type, children: [] };
}

describe("a version", () => {
  it("is exported once, and a new one when it is there", async () => {
    await withAccount({}, async (account) => {
      const first = await runWell({ url: account.url, select });
      const state = first.states.at(-1);
      account.calls.length = 0;
      const second = await runWell({ url: account.url, select, state });
      expect(second.records("data")).toEqual([]);
      expect(called(account)).toEqual(["exportVersions"]);
      expect(second.states.at(-1)).toEqual(state);
      account.store.version("Archive")?.children.push(node(90, "FY27 Plan"));
      const third = await runWell({ url: account.url, select, state });
      expect(versionsIn(third)).toEqual(["FY27 Plan"]);
      expect(third.states.at(-1)).toMatchObject({
        bookmarks: { data: { processed: { 41: {}, 45: {}, 46: {}, 90: { name: "FY27 Plan" } } } },
      });
    });
  });

  it("is exported once, with a start_date too, and with each run when somebody wants all of it", async () => {
    await withAccount({}, async (account) => {
      const config = { start_date: "2026-01-01" };
      const { states } = await runWell({ url: account.url, select, config });
      const state = states.at(-1);
      expect((await runWell({ url: account.url, select, config, state })).records("data")).toEqual([]);
      const { streams } = await tapAdaptive.discover();
      const catalog = {
        streams: streams
          .filter(({ stream }) => stream === "data")
          .map((entry) => ({
            ...entry,
            metadata: [{ breadcrumb: [], metadata: { selected: true, "replication-method": "FULL_TABLE" } }],
          })),
      };
      const whole = await runWell({ url: account.url, catalog, config, state });
      expect(versionsIn(whole).length).toBe(3);
    });
  });

  it.each([
    { again: ["FY25 Plan"], names: ["FY25 Plan"] },
    { again: ["*"], names: ['FY26 Plan & "Board" <1>', "FY26 Plan: worst case", "FY25 Plan"] },
    { again: ["Live Forecast"], names: [] },
  ])("is exported again on demand: $again", async ({ again, names }) => {
    await withAccount({}, async (account) => {
      const { states } = await runWell({ url: account.url, select });
      const config = { reprocess_versions: again };
      const second = await runWell({ url: account.url, select, state: states.at(-1), config });
      expect(versionsIn(second)).toEqual(names);
    });
  });

  it("that has another name is told of, and not exported again", async () => {
    await withAccount({}, async (account) => {
      const { states } = await runWell({ url: account.url, select });
      const version = account.store.version("FY25 Plan");
      if (version !== undefined) version.name = "FY25 Final";
      const second = await runWell({ url: account.url, select, state: states.at(-1) });
      expect(second.records("data")).toEqual([]);
      expect(second.said("warn")).toContain('the version "FY25 Plan" is called "FY25 Final" now');
    });
  });

  it("that fails is told of, the others go on, and it is tried again in the next run", async () => {
    await withAccount({}, async (account) => {
      const body =
        '<response success="false"><messages><message key="error-x">Not &lt;today&gt;.</message><message key="error-x">Not &lt;today&gt;.</message></messages></response>';
      account.faults.add({ path: "**/FY26 Plan & **", fault: { kind: "status", status: 200, body } });
      const first = await runTap({ url: account.url, select: ["data.*", "groups.*"] });
      expect(String(first.error)).toContain('data: 1 of 3 failed: version "FY26 Plan & \\"Board\\" <1>".');
      expect(first.error).toMatchObject({ exitCode: 70 });
      expect(first.said("error")).toBe(
        'data: version "FY26 Plan & \\"Board\\" <1>" failed; the others go on: data: exportData of "FY26 Plan & \\"Board\\" <1>" was refused: error-x: Not <today>. Check the settings that it is made of, and what the user may read.',
      );
      expect(versionsIn(first)).toEqual(["FY26 Plan: worst case", "FY25 Plan"]);
      expect(first.records("groups").length).toBe(1);
      account.faults.clear();
      const second = await runWell({ url: account.url, select, state: first.states.at(-1) });
      expect(versionsIn(second)).toEqual(['FY26 Plan & "Board" <1>']);
    });
  });
});

/** Upserts what came before the last state, as a target has it that confirmed that state. */
function load(messages: readonly Message[], rows: Map<string, unknown>): State | undefined {
  const end = messages.findLastIndex(({ type }) => type === "STATE");
  for (const message of messages.slice(0, end + 1)) {
    if (message.type !== "RECORD") continue;
    const { version_id, account_code, level_code, period, value } = message.record;
    rows.set([version_id, account_code, level_code, period].join(" "), value);
  }
  const last = messages[end];
  return last?.type === "STATE" ? parseState(JSON.stringify(last.value)) : undefined;
}

interface Step {
  readonly stopAfter: number;
  readonly adds: boolean;
}

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({ stopAfter: fc.nat(60), adds: fc.boolean() }),
  { minLength: 1, maxLength: 4 },
);

describe("runs that are stopped anywhere", () => {
  it("lose nothing, whatever is added between them", async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (plan) => {
        await withAccount({ size: { months: 4 } }, async (account) => {
          const loaded = new Map<string, unknown>();
          let state: State | undefined;
          const run = async (stopAfter: number): Promise<void> => {
            let left = stopAfter;
            const until = (): boolean => left-- === 0;
            const { messages, error } = await runTap({
              url: account.url,
              select,
              state,
              until,
              config: { rules },
            });
            expect(error).toBeUndefined();
            state = load(messages, loaded) ?? state;
          };
          for (const [index, { stopAfter, adds }] of plan.entries()) {
            await run(stopAfter);
            if (adds) account.store.version("Deep")?.children.push(node(200 + index, `Plan ${index}`));
          }
          await run(Number.POSITIVE_INFINITY);
          const fresh = new Map<string, unknown>();
          load((await runWell({ url: account.url, select, config: { rules } })).messages, fresh);
          expect(fresh.size).toBeGreaterThanOrEqual(3 * 2 * 4);
          expect(loaded).toEqual(fresh);
        });
      }),
      { numRuns: 15 },
    );
  });
});
