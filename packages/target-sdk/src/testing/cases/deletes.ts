import { assertColumns, assertRows, assertSucceeded } from "../expectations.ts";
import { integer, moment, record, schema, state, text } from "../messages.ts";
import { everyMode, lineModes, type SuiteCase } from "../suite-case.ts";

const at = "2024-01-31T10:00:00.000000Z";
const logged = { id: integer, name: text, _sdc_lsn: integer, _sdc_deleted_at: moment };

const inserts = (stream: string): readonly string[] =>
  [1, 2, 3, 4].map((id) => record(stream, { id, name: `row ${id}`, _sdc_lsn: id }));
const changes = (stream: string): readonly string[] => [
  record(stream, { id: 1, name: "updated", _sdc_lsn: 5 }),
  record(stream, { id: 2, name: "row 2", _sdc_lsn: 6, _sdc_deleted_at: at }),
  record(stream, { id: 5, name: "short-lived", _sdc_lsn: 7 }),
  record(stream, { id: 5, name: "short-lived", _sdc_lsn: 8, _sdc_deleted_at: at }),
  record(stream, { id: 3, name: "row 3", _sdc_lsn: 9, _sdc_deleted_at: at }),
  record(stream, { id: 3, name: "back again", _sdc_lsn: 10 }),
];

/** Rows that the source deleted. */
export const deleteCases: readonly SuiteCase[] = [
  {
    name: "log-based inserts, updates and deletes: deleted rows are marked",
    modes: everyMode,
    async run(context) {
      for (const size of [1, 3, 100]) {
        const stream = `logged_${size}`;
        const definition = schema(stream, logged, ["id"]);
        const settings = { batch_size_rows: size, add_record_metadata: true };
        assertSucceeded(await context.run([definition, ...inserts(stream), state(4)], { settings }));
        assertSucceeded(await context.run([definition, ...changes(stream), state(10)], { settings }));
        await assertRows(context, stream, [
          { id: 1n, name: "updated", _sdc_lsn: 5n, _sdc_deleted_at: null },
          { id: 2n, name: "row 2", _sdc_lsn: 6n, _sdc_deleted_at: at },
          { id: 3n, name: "back again", _sdc_lsn: 10n, _sdc_deleted_at: null },
          { id: 4n, name: "row 4", _sdc_lsn: 4n, _sdc_deleted_at: null },
          { id: 5n, name: "short-lived", _sdc_lsn: 8n, _sdc_deleted_at: at },
        ]);
      }
    },
  },
  {
    name: "log-based with hard_delete: deleted rows are gone, at every batch size",
    modes: everyMode,
    async run(context) {
      for (const size of [1, 2, 5, 100]) {
        const stream = `logged_${size}`;
        const definition = schema(stream, logged, ["id"]);
        const settings = { batch_size_rows: size, hard_delete: true };
        assertSucceeded(
          await context.run([definition, ...inserts(stream), ...changes(stream), state(10)], { settings }),
        );
        await assertRows(context, stream, [
          { id: 1n, name: "updated", _sdc_lsn: 5n },
          { id: 3n, name: "back again", _sdc_lsn: 10n },
          { id: 4n, name: "row 4", _sdc_lsn: 4n },
        ]);
      }
    },
  },
  {
    name: "hard_delete without metadata columns: the mark is obeyed",
    modes: everyMode,
    async run(context) {
      const definition = schema("logged", logged, ["id"]);
      const settings = { hard_delete: true, add_record_metadata: false };
      assertSucceeded(await context.run([definition, ...inserts("logged"), state(4)], { settings }));
      assertSucceeded(await context.run([definition, ...changes("logged"), state(10)], { settings }));
      await assertRows(context, "logged", [
        { id: 1n, name: "updated", _sdc_lsn: 5n },
        { id: 3n, name: "back again", _sdc_lsn: 10n },
        { id: 4n, name: "row 4", _sdc_lsn: 4n },
      ]);
    },
  },
  {
    name: "a mark that the SCHEMA does not name is obeyed too",
    modes: everyMode,
    async run(context) {
      for (const hardDelete of [false, true]) {
        const stream = `unnamed_${hardDelete}`;
        const outcome = await context.run(
          [
            schema(stream, { id: integer, name: text }, ["id"]),
            record(stream, { id: 1, name: "a" }),
            record(stream, { id: 2, name: "b" }),
            record(stream, { id: 1, name: "a", _sdc_deleted_at: "2024-01-31T12:00:00+02:00" }),
          ],
          { settings: { hard_delete: hardDelete, add_record_metadata: true } },
        );
        assertSucceeded(outcome);
        const kept = { id: 2n, name: "b", _sdc_deleted_at: null };
        await assertRows(
          context,
          stream,
          hardDelete ? [kept] : [{ id: 1n, name: "a", _sdc_deleted_at: at }, kept],
        );
      }
    },
  },
  {
    name: "append-only keeps a deletion as a row",
    modes: everyMode,
    async run(context) {
      const outcome = await context.run(
        [
          schema("logged", logged, ["id"]),
          record("logged", { id: 1, name: "a" }),
          record("logged", { id: 1, name: "a", _sdc_deleted_at: at }),
        ],
        { settings: { load_method: "append-only", add_record_metadata: true } },
      );
      assertSucceeded(outcome);
      await assertRows(context, "logged", [
        { id: 1n, name: "a", _sdc_deleted_at: null },
        { id: 1n, name: "a", _sdc_deleted_at: at },
      ]);
    },
  },
  {
    name: "metadata columns of the source: the target's own win, and without metadata they are columns",
    modes: everyMode,
    async run(context) {
      const properties = { id: integer, _sdc_batched_at: text };
      const lines = (stream: string): string[] => [
        schema(stream, properties, ["id"]),
        record(stream, { id: 1, _sdc_batched_at: "of the source" }),
      ];
      assertSucceeded(await context.run(lines("with_metadata"), { settings: { add_record_metadata: true } }));
      const [row] = await context.rows("with_metadata");
      const stored = String(row?.[context.columnName("_sdc_batched_at")]);
      if (!/^20[0-9]{2}-[0-9]{2}-[0-9]{2}T/.test(stored)) throw new Error(`_sdc_batched_at is ${stored}`);
      assertSucceeded(
        await context.run(lines("without_metadata"), { settings: { add_record_metadata: false } }),
      );
      await assertRows(context, "without_metadata", [{ id: 1n, _sdc_batched_at: "of the source" }]);
    },
  },
  {
    name: "add_record_metadata false: no column of the target's own",
    modes: lineModes,
    async run(context) {
      const outcome = await context.run(
        [schema("bare", { id: integer }, ["id"]), record("bare", { id: 1 }), state(1)],
        {
          settings: { add_record_metadata: false },
        },
      );
      assertSucceeded(outcome);
      await assertColumns(context, "bare", { id: "integer" });
      const names = (await context.columns("bare")).map(({ name }) => name);
      if (names.length !== 1) throw new Error(`the columns are ${names.join(", ")}`);
    },
  },
];
