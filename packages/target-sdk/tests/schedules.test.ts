import { InterruptedError, isObject, LoadError, type Message } from "@chorale/singer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryWarehouse } from "./memory-warehouse.ts";
import { bytes, record, runWith, schema, state } from "./run-support.ts";
import { useTempFolder } from "./temp-folder.ts";

const folder = useTempFolder();
const streams = ["a", "b", "c"];

/** What a tap writes: a record of one of the streams, a STATE, or the SCHEMA of a stream, wider each time. */
const step = fc.oneof(
  { arbitrary: fc.constantFrom(...streams), weight: 8 },
  { arbitrary: fc.constant("state"), weight: 3 },
  { arbitrary: fc.constantFrom("schema a", "schema b"), weight: 1 },
);

interface Script {
  readonly messages: readonly Message[];
  /** How many records of each stream are before a STATE; the STATE's value is its index here. */
  readonly before: readonly ReadonlyMap<string, number>[];
}

function scriptOf(steps: readonly string[]): Script {
  const counts = new Map(streams.map((stream) => [stream, 0]));
  const widths = new Map(streams.map((stream) => [stream, 1]));
  const before: Map<string, number>[] = [];
  const messages: Message[] = streams.map((stream) => schema(stream, ["id", "p0"]));
  for (const name of steps) {
    if (name === "state") {
      messages.push(state(before.length));
      before.push(new Map(counts));
    } else if (name.startsWith("schema ")) {
      const stream = name.slice("schema ".length);
      const width = (widths.get(stream) ?? 0) + 1;
      widths.set(stream, width);
      messages.push(schema(stream, ["id", ...Array.from({ length: width }, (_, index) => `p${index}`)]));
    } else {
      const id = counts.get(name) ?? 0;
      counts.set(name, id + 1);
      messages.push(record(name, { id, p0: id }));
    }
  }
  return { messages, before };
}

/** The messages of a tap that goes on after a STATE: the SCHEMAs, and what came behind it. */
function resumed({ messages }: Script, from: number | undefined): readonly Message[] {
  if (from === undefined) return messages;
  const at = messages.findIndex((message) => message.type === "STATE" && message.value === from);
  const schemas = messages.slice(0, at).filter(({ type }) => type === "SCHEMA");
  return [...schemas, ...messages.slice(at + 1)];
}

function idsOf(warehouse: MemoryWarehouse, stream: string): readonly number[] {
  return warehouse
    .records(stream)
    .map(({ id }) => Number(id))
    .toSorted((left, right) => left - right);
}

function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, id) => id);
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

const schedule = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 60 }),
  rows: fc.integer({ min: 1, max: 7 }),
  chunk: fc.integer({ min: 20, max: 800 }),
  stageTurns: fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 5 }),
  commitTurns: fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 5 }),
  validate: fc.boolean(),
  refuses: fc.constantFrom<"nothing" | "stages" | "commits" | "both">("nothing", "stages", "commits", "both"),
  parallelCommits: fc.integer({ min: 1, max: 4 }),
  lane: fc.constantFrom<"verbatim" | "mixed">("verbatim", "mixed"),
  end: fc.oneof(
    fc.record({ kind: fc.constant("well" as const), at: fc.constant(0) }),
    fc.record({ kind: fc.constant("commit fails" as const), at: fc.integer({ min: 1, max: 8 }) }),
    fc.record({ kind: fc.constant("acknowledgement is lost" as const), at: fc.integer({ min: 1, max: 8 }) }),
    fc.record({ kind: fc.constant("stage fails" as const), at: fc.integer({ min: 1, max: 8 }) }),
    fc.record({ kind: fc.constant("stdout closes" as const), at: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ kind: fc.constant("signal" as const), at: fc.nat({ max: 60 }) }),
  ),
});

type Schedule = typeof schedule extends fc.Arbitrary<infer T> ? T : never;

/** A warehouse that is slow, and fails, as the schedule says. */
function warehouseOf(plan: Schedule): MemoryWarehouse {
  const { stageTurns, commitTurns, refuses, parallelCommits, lane, end } = plan;
  return new MemoryWarehouse({
    parallelCommits,
    ...(lane === "mixed"
      ? { lane: { unsafeBytes: [], unsafeRecord: ({ id }) => Number(id) % 3 === 0 } }
      : {}),
    hooks: {
      stage: async (_rows, count) => {
        await turns(stageTurns[count % stageTurns.length] ?? 0);
        if (end.kind === "stage fails" && count === end.at) throw new LoadError("stage failed");
      },
      refuse: ({ id }) =>
        ["stages", "both"].includes(refuses) && /^[0-3]/.test(id) ? "it begins with 0" : undefined,
      refuseInCommit: ({ id, rewritten }) =>
        ["commits", "both"].includes(refuses) && !rewritten && /[0-3]$/.test(id)
          ? "it ends with 0"
          : undefined,
      beforeCommit: async (_unit, count) => {
        await turns(commitTurns[count % commitTurns.length] ?? 0);
        if (end.kind === "commit fails" && count === end.at) throw new LoadError("commit failed");
      },
      afterCommit: (_unit, count) => {
        if (end.kind === "acknowledgement is lost" && count === end.at)
          throw new LoadError("connection lost");
      },
    },
  });
}

async function* chunksOf(messages: readonly Message[], size: number): AsyncGenerator<Uint8Array> {
  const whole = bytes(...messages);
  for (let start = 0; start < whole.length; start += size) {
    yield whole.subarray(start, start + size);
    await turns(1);
  }
}

/** Runs a script, and checks at each state that is printed that everything before it is durable. */
async function play(
  plan: Schedule,
  { script, warehouse, config, messages }: PlayOptions,
): Promise<{ printed: readonly number[]; error: unknown }> {
  const stop = new AbortController();
  if (plan.end.kind === "signal")
    void turns(plan.end.at).then(() => stop.abort(new InterruptedError("SIGTERM")));
  const printed: number[] = [];
  const { error } = await runWith(warehouse, chunksOf(messages, plan.chunk), {
    config: { temp_dir: folder.path, batch_size_rows: plan.rows, validate_records: plan.validate, ...config },
    signal: stop.signal,
    onState: (text) => {
      if (plan.end.kind === "stdout closes" && printed.length + 1 === plan.end.at) throw new Error("EPIPE");
      const index = Number(text);
      for (const [stream, count] of script.before[index] ?? []) {
        expect(idsOf(warehouse, stream)).toEqual(expect.arrayContaining([...upTo(count)]));
      }
      printed.push(index);
    },
  });
  return { printed, error };
}

interface PlayOptions {
  readonly script: Script;
  readonly warehouse: MemoryWarehouse;
  readonly config: Readonly<Record<string, unknown>>;
  readonly messages: readonly Message[];
}

function expectAscending(printed: readonly number[]): void {
  expect(printed).toEqual([...new Set(printed)].toSorted((left, right) => left - right));
}

describe("for any schedule of loads, stages and ends", () => {
  it("a printed state means that all records before it are durable, and a second run completes the table", async () => {
    await fc.assert(
      fc.asyncProperty(schedule, async (plan) => {
        const script = scriptOf(plan.steps);
        const warehouse = warehouseOf(plan);
        const { printed, error } = await play(plan, {
          script,
          warehouse,
          config: {},
          messages: script.messages,
        });
        expectAscending(printed);
        const total = script.messages.filter(({ type }) => type === "RECORD").length;
        if (error === undefined) {
          expect(printed.at(-1)).toBe(script.before.length === 0 ? undefined : script.before.length - 1);
          expect(streams.flatMap((stream) => idsOf(warehouse, stream))).toHaveLength(total);
          return;
        }
        const healthy = { ...plan, end: { kind: "well" as const, at: 0 as const } };
        const rest = resumed(script, printed.at(-1));
        const again = new MemoryWarehouse();
        for (const [stream, rows] of warehouse.tables) again.tables.set(stream, rows);
        expect(
          (await play(healthy, { script, warehouse: again, config: {}, messages: rest })).error,
        ).toBeUndefined();
        const ids = streams.flatMap((stream) => idsOf(again, stream).map((id) => `${stream}${id}`));
        expect(ids).toHaveLength(total);
        expect(new Set(ids).size).toBe(total);
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  it("with a state table every record is loaded exactly once, also where keys do not help", async () => {
    await fc.assert(
      fc.asyncProperty(schedule, async (plan) => {
        const script = scriptOf(plan.steps);
        const warehouse = warehouseOf(plan);
        const config = { state_table: "states", state_id: "x", load_method: "append-only" };
        const { printed, error } = await play(plan, { script, warehouse, config, messages: script.messages });
        expectAscending(printed);
        expectExactly(warehouse, script);
        const last = script.before.length - 1;
        const trailing = script.messages.slice(
          script.messages.findLastIndex(({ type }) => type === "STATE") + 1,
        );
        if (plan.end.kind === "well") {
          expect(printed.at(-1)).toBe(last === -1 ? undefined : last);
          const hasTrailing = trailing.some(({ type }) => type === "RECORD");
          expect(isObject(error) ? error["exitCode"] : undefined).toBe(hasTrailing ? 75 : undefined);
        }
        const healthy = { ...plan, end: { kind: "well" as const, at: 0 as const } };
        const again = new MemoryWarehouse();
        for (const [stream, rows] of warehouse.tables) again.tables.set(stream, rows);
        for (const [id, value] of warehouse.states) again.states.set(id, value);
        const from = warehouse.states.get("x");
        const messages = resumed(script, from === undefined ? undefined : Number(from));
        await play(healthy, { script, warehouse: again, config, messages });
        expectExactly(again, script);
        expect(again.states.get("x")).toBe(last === -1 ? undefined : String(last));
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});

/** The rows are those before the committed state: none is missing, none is there twice, none is more. */
function expectExactly(warehouse: MemoryWarehouse, { before }: Script): void {
  const committed = warehouse.states.get("x");
  for (const stream of streams) {
    const count = committed === undefined ? 0 : (before[Number(committed)]?.get(stream) ?? 0);
    expect(idsOf(warehouse, stream)).toEqual(upTo(count));
  }
}
