import { strict as assert } from "node:assert";
import {
  assertFailed,
  assertLastState,
  assertNoState,
  assertRows,
  assertSucceeded,
} from "../expectations.ts";
import { activateVersion, integer, record, schema, state } from "../messages.ts";
import { everyMode, type SuiteCase } from "../suite-case.ts";
import type { SuiteContext } from "../suite-context.ts";

const events = schema("events", { id: integer });
const others = schema("others", { id: integer });
const table = { state_table: "chorale_state", state_id: "pipeline 'one'", load_method: "append-only" };

function event(id: number): string {
  return record("events", { id });
}

async function assertStored(context: SuiteContext, expected: unknown): Promise<void> {
  const stored = await context.readState(table);
  assert.deepEqual(stored === undefined ? undefined : JSON.parse(stored), expected);
}

/** Rows and state in one transaction: exactly once, even for rows without keys. */
export const stateTableCases: readonly SuiteCase[] = [
  {
    name: "state_table: what comes after the last STATE is not loaded, and the next run goes on from it",
    modes: everyMode,
    async run(context) {
      for (const size of [1, 2, 100]) {
        const settings = { ...table, state_id: `size ${size}`, batch_size_rows: size };
        const stream = `events_${size}`;
        const definition = schema(stream, { id: integer });
        const row = (id: number): string => record(stream, { id });
        const first = await context.run(
          [definition, row(1), row(2), row(3), state({ id: 3 }), row(4), row(5)],
          { settings },
        );
        assertFailed(first, { exitCode: 75 });
        assertLastState(first, { id: 3 });
        assert.deepEqual(JSON.parse((await context.readState(settings)) ?? "null"), { id: 3 });
        await assertRows(context, stream, [{ id: 1n }, { id: 2n }, { id: 3n }]);
        const second = await context.run([definition, row(4), row(5), row(6), state({ id: 6 })], {
          settings,
        });
        assertLastState(assertSucceeded(second), { id: 6 });
        await assertRows(
          context,
          stream,
          [1n, 2n, 3n, 4n, 5n, 6n].map((id) => ({ id })),
        );
      }
    },
  },
  {
    name: "state_table: nothing was stored before the first STATE",
    async run(context) {
      await assertStored(context, undefined);
      const outcome = await context.run([events, event(1), event(2)], {
        settings: { ...table, batch_size_rows: 1 },
      });
      assertFailed(outcome, { exitCode: 75 });
      assertNoState(outcome);
      await assertStored(context, undefined);
      await assertRows(context, "events", []);
    },
  },
  {
    name: "state_table: all streams up to a STATE are stored together with it",
    async run(context) {
      const settings = { ...table, batch_size_rows: 2 };
      const lines = [1, 2, 3, 4, 5].flatMap((id) => [event(id), record("others", { id }), state({ id })]);
      const outcome = await context.run([events, others, ...lines], {
        settings,
        onState: async (printed) => {
          const { id } = JSON.parse(JSON.stringify(printed));
          const rows = [await context.rows("events"), await context.rows("others")];
          assert.ok(
            rows.every(({ length }) => length >= id),
            `state ${id}: ${rows.map(({ length }) => length)} rows`,
          );
        },
      });
      assertLastState(assertSucceeded(outcome), { id: 5 });
      await assertStored(context, { id: 5 });
      for (const stream of ["events", "others"]) {
        await assertRows(
          context,
          stream,
          [1n, 2n, 3n, 4n, 5n].map((id) => ({ id })),
        );
      }
    },
  },
  {
    name: "state_table: a failure leaves rows and state of the last commit",
    async run(context) {
      const settings = { ...table, batch_size_rows: 1 };
      const lines = [
        events,
        event(1),
        state({ id: 1 }),
        event(2),
        record("events", { id: "broken" }),
        state({ id: 3 }),
      ];
      const outcome = await context.run(lines, { settings, waitForStateAt: 3 });
      assertFailed(outcome, { exitCode: 65, words: ["events", "id"] });
      assertLastState(outcome, { id: 1 });
      await assertStored(context, { id: 1 });
      await assertRows(context, "events", [{ id: 1n }]);
    },
  },
  {
    name: "state_table: records behind an ACTIVATE_VERSION are not those that it removes",
    modes: everyMode,
    async run(context) {
      for (const size of [1, 2, 100]) {
        const stream = `versions_${size}`;
        const row = (id: number, version?: number): string =>
          record(stream, { id }, version === undefined ? {} : { version });
        const definition = schema(stream, { id: integer });
        const settings = { ...table, hard_delete: true, add_record_metadata: true, batch_size_rows: size };
        const former = [row(1, 1), row(2, 1), activateVersion(stream, 1), state({ version: 1 })];
        assertSucceeded(await context.run([definition, ...former], { settings }));
        const lines = [row(3), row(4, 2), activateVersion(stream, 2), row(5), row(6), state({ version: 2 })];
        assertLastState(assertSucceeded(await context.run([definition, ...lines], { settings })), {
          version: 2,
        });
        await assertRows(
          context,
          stream,
          [4n, 5n, 6n].map((id) => ({ id })),
        );
      }
    },
  },
  {
    name: "state_table: pipelines of other ids keep their own state",
    async run(context) {
      assertSucceeded(await context.run([events, event(1), state({ id: 1 })], { settings: table }));
      const other = { ...table, state_id: "other" };
      assertSucceeded(await context.run([events, event(2), state({ "it's": "ž" })], { settings: other }));
      await assertStored(context, { id: 1 });
      assert.deepEqual(JSON.parse((await context.readState(other)) ?? "null"), { "it's": "ž" });
      await assertRows(context, "events", [{ id: 1n }, { id: 2n }]);
    },
  },
];
