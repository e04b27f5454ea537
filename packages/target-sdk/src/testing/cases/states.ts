import { strict as assert } from "node:assert";
import { assertLastState, assertNoState, assertRows, assertSucceeded } from "../expectations.ts";
import { integer, record, schema, state, text } from "../messages.ts";
import { everyMode, type SuiteCase } from "../suite-case.ts";
import { type SuiteContext, sameJson } from "../suite-context.ts";

const streams = ["one", "two", "three"];
const definitions = streams.map((stream) => schema(stream, { id: integer }, ["id"]));

/** One step of a schedule: a record of a stream, or a state. */
type Step = { readonly stream: string; readonly id: number } | "state";

/** Numbers from a seed, the same in every run. */
function randomOf(seed: number): (below: number) => number {
  let current = seed;
  return (below) => {
    // A linear congruential generator; its upper bits are the good ones.
    current = (Math.imul(current, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((current / 2 ** 32) * below);
  };
}

/** The same steps on tables that no other run has filled. */
function onOwnTables(steps: readonly Step[], run: number | string): readonly Step[] {
  return steps.map((step) => (step === "state" ? step : { ...step, stream: `${step.stream}_${run}` }));
}

function scheduleOf(random: (below: number) => number): readonly Step[] {
  return Array.from({ length: 10 + random(40) }, (_, id): Step => {
    if (random(4) === 0) return "state";
    return { stream: streams[random(streams.length)] ?? "one", id };
  });
}

/** Runs a schedule and reads the database at each state that is printed: all records before it must be there. */
async function assertDurable(
  context: SuiteContext,
  {
    steps,
    settings,
    chunkBytes,
  }: { steps: readonly Step[]; settings: Readonly<Record<string, unknown>>; chunkBytes: number },
): Promise<void> {
  const lines = steps.map((step, index) =>
    step === "state" ? state({ position: index }) : record(step.stream, { id: step.id }),
  );
  const names = [...new Set(steps.flatMap((step) => (step === "state" ? [] : [step.stream])))];
  const schemas = names.map((stream) => schema(stream, { id: integer }, ["id"]));
  const outcome = await context.run([...schemas, ...lines, state({ position: steps.length })], {
    settings,
    chunkBytes,
    onState: async (printed) => {
      const position = steps.findIndex(
        (step, index) => step === "state" && sameJson(printed, { position: index }),
      );
      const before = steps.slice(0, position === -1 ? steps.length : position);
      for (const stream of names) {
        const ids = before.flatMap((step) =>
          step !== "state" && step.stream === stream ? [BigInt(step.id)] : [],
        );
        const stored = new Set((await context.rows(stream)).map((row) => row[context.columnName("id")]));
        const missing = ids.filter((id) => !stored.has(id));
        assert.deepEqual(
          missing,
          [],
          `${JSON.stringify(printed)} was printed before rows of ${stream} were stored`,
        );
      }
    },
  });
  assertLastState(assertSucceeded(outcome), { position: steps.length });
}

/** When a state may be printed. */
export const stateCases: readonly SuiteCase[] = [
  {
    name: "multiple_state_messages: states come in order, the last one last, each after its records",
    modes: everyMode,
    async run(context) {
      const steps: readonly Step[] = [
        { stream: "one", id: 1 },
        "state",
        { stream: "two", id: 1 },
        { stream: "two", id: 2 },
        { stream: "one", id: 2 },
        { stream: "one", id: 3 },
        "state",
        { stream: "two", id: 3 },
        { stream: "one", id: 4 },
        { stream: "one", id: 5 },
        "state",
        { stream: "two", id: 6 },
      ];
      for (const size of [1, 2, 3, 100]) {
        const settings = { batch_size_rows: size };
        await assertDurable(context, { steps: onOwnTables(steps, size), settings, chunkBytes: 100 });
      }
    },
  },
  {
    name: "any schedule of three streams: whenever a state is printed, all records before it are stored",
    async run(context) {
      for (let seed = 1; seed <= 12; seed += 1) {
        const random = randomOf(seed * 7919);
        const steps = onOwnTables(scheduleOf(random), seed);
        const settings = { batch_size_rows: 1 + random(8) };
        try {
          await assertDurable(context, { steps, settings, chunkBytes: 20 + random(2000) });
        } catch (error) {
          throw new Error(`schedule ${seed}, ${JSON.stringify(settings)}: ${String(error)}`, {
            cause: error,
          });
        }
      }
    },
  },
  {
    name: "any schedule with state_table: whenever a state is printed, all records before it are stored",
    async run(context) {
      for (let seed = 1; seed <= 5; seed += 1) {
        const random = randomOf(seed * 104_729);
        const settings = {
          batch_size_rows: 1 + random(8),
          state_table: "chorale_state",
          state_id: `seed ${seed}`,
        };
        const steps = onOwnTables(scheduleOf(random), seed);
        await assertDurable(context, { steps, settings, chunkBytes: 20 + random(2000) });
        const stored = JSON.parse((await context.readState(settings)) ?? "null");
        assert.ok(typeof stored.position === "number", `the stored state is ${JSON.stringify(stored)}`);
      }
    },
  },
  {
    name: "streams_only_state: states without records are printed",
    async run(context) {
      const outcome = await context.run([state({ a: 1 }), state({ a: 2 })]);
      assertLastState(assertSucceeded(outcome), { a: 2 });
    },
  },
  {
    name: "an input without messages prints nothing",
    async run(context) {
      assertNoState(assertSucceeded(await context.run([])));
    },
  },
  {
    name: "a state is printed as it was received: digits, escapes, null and all",
    async run(context) {
      const value =
        '{"bookmarks":{"a":{"lsn":9007199254740993,"price":1.10,"at":"2024-01-01T00:00:00+02:00","text":"\\u00e9\\n😀","none":null}},"__proto__":{"x":1},"list":[1,[]]}';
      const outcome = await context.run([`{"type":"STATE","value":${value}}`]);
      const [printed] = assertSucceeded(outcome).states;
      assert.ok(JSON.stringify(printed).includes("9007199254740993"), JSON.stringify(printed));
      for (const other of ["null", "[]", '"text"', "12", "false"]) {
        const run = await context.run([`{"type":"STATE","value":${other}}`]);
        assertLastState(assertSucceeded(run), JSON.parse(other));
      }
    },
  },
  {
    name: "records after the last STATE are stored, and only received states are printed",
    async run(context) {
      const outcome = await context.run([
        ...definitions,
        record("one", { id: 1 }),
        state(1),
        record("one", { id: 2 }),
      ]);
      assertLastState(assertSucceeded(outcome), 1);
      await assertRows(context, "one", [{ id: 1n }, { id: 2n }]);
    },
  },
  {
    name: "batch_wait_limit_seconds: a batch that is old is loaded while the input is idle",
    modes: everyMode,
    async run(context) {
      const outcome = await context.run(
        [...definitions, record("one", { id: 1 }), state(1), record("one", { id: 2 }), state(2)],
        {
          settings: { batch_wait_limit_seconds: 0.1 },
          // Counted in lines that are sent: three SCHEMAs, a RECORD or BATCH, a STATE.
          waitForStateAt: 5,
          onState: async (printed) => {
            const ids = (await context.rows("one")).map((row) => row[context.columnName("id")]);
            assert.ok(ids.includes(BigInt(Number(printed))), `state ${String(printed)}: ${ids.join(", ")}`);
          },
        },
      );
      assertLastState(assertSucceeded(outcome), 2);
      await assertRows(context, "one", [{ id: 1n }, { id: 2n }]);
    },
  },
  {
    name: "a failure of one stream keeps back the states after it, and no others",
    async run(context) {
      const outcome = await context.run(
        [
          ...definitions.slice(0, 2),
          record("one", { id: 1 }),
          record("two", { id: 1 }),
          state({ position: 1 }),
          record("one", { id: 2 }),
          record("two", { id: "broken" }),
          state({ position: 2 }),
        ],
        { settings: { batch_size_rows: 1 }, waitForStateAt: 5 },
      );
      assert.notEqual(outcome.error, undefined, "the run succeeded");
      assertLastState(outcome, { position: 1 });
      await assertRows(context, "two", [{ id: 1n }]);
    },
  },
  {
    name: "SCHEMA changes mid-batch keep the order of records and states",
    modes: everyMode,
    async run(context) {
      const lines = [1, 2, 3, 4, 5, 6].flatMap((id) => [
        schema("one", id % 2 === 0 ? { id: integer, name: text } : { id: integer, size: integer }, ["id"]),
        record("one", { id: 0, name: `name ${id}`, size: id }),
        record("one", { id, name: `name ${id}`, size: id }),
        state({ id }),
      ]);
      assertLastState(assertSucceeded(await context.run(lines)), { id: 6 });
      await assertRows(context, "one", [
        // The last SCHEMA does not name the size: the row keeps the one before it.
        { id: 0n, name: "name 6", size: 5n },
        ...[1n, 3n, 5n].map((id) => ({ id, size: id })),
        ...[2n, 4n, 6n].map((id) => ({ id, name: `name ${id}` })),
      ]);
    },
  },
];
