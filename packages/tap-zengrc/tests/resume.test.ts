import type { ZengrcSandbox } from "@chorale/sandbox";
import { type Message, parseState, type State } from "@chorale/singer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { askedFor, withAccount } from "./support/account.ts";
import { now, runTap, runWell } from "./support/run-tap.ts";

const names = ["audits", "controls", "risks", "people"];
const select = names.map((name) => `${name}.*`);

describe("a run that was stopped", () => {
  it.each([
    { after: 0, first: "controls" },
    { after: 1, first: "risks" },
    { after: 2, first: "people" },
  ])("at the end of stream $after goes on with $first", async ({ after, first }) => {
    await withAccount({}, async (account) => {
      let left = after;
      const until = (message: Message): boolean => message.type === "STATE" && left-- === 0;
      const stopped = await runWell({ url: account.url, select: select.slice(0, 4), until });
      account.requests.length = 0;
      const state = stopped.states.at(-1);
      expect(state).toEqual({ currently_syncing: first });
      const resumed = await runWell({ url: account.url, select, state });
      const order = [...new Set(askedFor(account).slice(1))];
      expect(order[0]).toBe(first);
      expect(order).toEqual([...names.slice(names.indexOf(first)), ...names.slice(0, names.indexOf(first))]);
      expect(resumed.states.at(-1)).toEqual({});
    });
  });
});

/** What a test does between two runs, and when the run before was stopped. */
interface Step {
  readonly stopAfter: number;
  readonly changes: readonly { readonly table: number; readonly row: number; readonly add: boolean }[];
}

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    stopAfter: fc.nat(45),
    changes: fc.array(fc.record({ table: fc.nat(3), row: fc.nat(8), add: fc.boolean() }), { maxLength: 4 }),
  }),
  { minLength: 1, maxLength: 4 },
);

/** Upserts what came before the last state, as a target has it that confirmed that state. */
function load(messages: readonly Message[], rows: Map<string, unknown>): State | undefined {
  const end = messages.findLastIndex(({ type }) => type === "STATE");
  for (const message of messages.slice(0, end + 1)) {
    if (message.type === "RECORD")
      rows.set(`${message.stream} ${String(message.record["id"])}`, message.record);
  }
  const last = messages[end];
  return last?.type === "STATE" ? parseState(JSON.stringify(last.value)) : undefined;
}

function change({ store }: ZengrcSandbox, { table, row, add }: Step["changes"][number]): void {
  const name = names[table] ?? "";
  const rows = store.table(name);
  if (add) rows.add();
  else rows.update(11 + row * 2, { [name === "people" ? "email" : "title"]: `changed ${row}` });
}

function contents({ store }: ZengrcSandbox): ReadonlyMap<string, unknown> {
  const rows = names.flatMap((name) => [...store.table(name).rows()].map((row) => ({ name, row })));
  return new Map(rows.map(({ name, row }) => [`${name} ${row.id}`, row]));
}

describe.each(["full", "incremental"])(
  "runs that are stopped anywhere, with replication: %s",
  (replication) => {
    it("lose nothing, whatever changes between them", async () => {
      await fc.assert(
        fc.asyncProperty(steps, fc.integer({ min: 2, max: 9 }), async (plan, pageRows) => {
          let at = now;
          await withAccount({ records: 9, pageRows, clock: () => at }, async (account) => {
            const loaded = new Map<string, unknown>();
            let state: State | undefined;
            const run = async (stopAfter: number): Promise<void> => {
              let left = stopAfter;
              const until = (): boolean => left-- === 0;
              const options = { url: account.url, select, state, at, until, config: { replication } };
              const { messages, error } = await runTap(options);
              expect(error).toBeUndefined();
              state = load(messages, loaded) ?? state;
            };
            for (const { stopAfter, changes } of plan) {
              await run(stopAfter);
              at += 1000;
              for (const each of changes) change(account, each);
              at += 1000;
            }
            await run(Number.POSITIVE_INFINITY);
            expect(loaded).toEqual(contents(account));
          });
        }),
        { numRuns: 30 },
      );
    });
  },
);
