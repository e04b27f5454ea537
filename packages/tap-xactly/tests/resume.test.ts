import type { XactlySandbox } from "@chorale/sandbox";
import { type Message, parseState, type State } from "@chorale/singer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { now, runTap } from "./support/run-tap.ts";
import { withTenant } from "./support/tenant.ts";

const keys: Readonly<Record<string, readonly string[]>> = {
  xc_role: ["ROLE_ID"],
  xc_position_hist: ["POSITION_ID", "OBJECT_ID", "VERSION"],
  xc_attainment_measure: ["ATTAINMENT_MEASURE_ID"],
};
const names = Object.keys(keys);
const select = names.flatMap((name) => [`${name}.NAME`, `${name}.CREATED_DATE`]);

/** What a test does between two runs, and when the run before was stopped. */
interface Step {
  readonly stopAfter: number;
  readonly changes: readonly { readonly table: number; readonly row: number; readonly add: boolean }[];
}

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    stopAfter: fc.nat(45),
    changes: fc.array(fc.record({ table: fc.nat(2), row: fc.nat(8), add: fc.boolean() }), { maxLength: 4 }),
  }),
  { minLength: 1, maxLength: 4 },
);

function keyOf(stream: string, row: Readonly<Record<string, unknown>>): string {
  return [stream, ...(keys[stream] ?? []).map((key) => String(row[key]))].join(" ");
}

/** Upserts what came before the last state, as a target has it that confirmed that state. */
function load(messages: readonly Message[], rows: Map<string, unknown>): State | undefined {
  const end = messages.findLastIndex(({ type }) => type === "STATE");
  for (const message of messages.slice(0, end + 1)) {
    if (message.type === "RECORD") rows.set(keyOf(message.stream, message.record), message.record["NAME"]);
  }
  const last = messages[end];
  return last?.type === "STATE" ? parseState(JSON.stringify(last.value)) : undefined;
}

function change({ store }: XactlySandbox, { table, row, add }: Step["changes"][number]): void {
  const rows = store.table(names[table] ?? "");
  if (add) rows.add();
  else rows.update(row, { NAME: `changed ${row}` });
}

function contents({ store }: XactlySandbox): ReadonlyMap<string, unknown> {
  return new Map(
    names.flatMap((name) =>
      store
        .table(name)
        .rows()
        .map((row) => [keyOf(name, row), row["NAME"]] as const),
    ),
  );
}

describe.each(["keyset", "window"])("runs that are stopped anywhere, with paging: %s", (paging) => {
  it("lose nothing, whatever changes between them", async () => {
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 4 }),
        async (plan, size, ties) => {
          let at = now;
          await withTenant({ rows: 9, ties, clock: () => at }, async (tenant) => {
            const loaded = new Map<string, unknown>();
            let state: State | undefined;
            const run = async (stopAfter: number): Promise<void> => {
              let left = stopAfter;
              const until = (): boolean => left-- === 0;
              const config = { paging, query_rows: size + 1, page_size: size };
              const { messages, error } = await runTap({ url: tenant.url, select, state, at, until, config });
              expect(error).toBeUndefined();
              state = load(messages, loaded) ?? state;
            };
            for (const { stopAfter, changes } of plan) {
              await run(stopAfter);
              at += 1000;
              for (const each of changes) change(tenant, each);
              at += 1000;
            }
            await run(Number.POSITIVE_INFINITY);
            expect(loaded).toEqual(contents(tenant));
          });
        },
      ),
      { numRuns: 15 },
    );
  });
});
