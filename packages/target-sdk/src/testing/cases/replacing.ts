import {
  assertColumns,
  assertFailed,
  assertLastState,
  assertNoState,
  assertRows,
  assertSucceeded,
} from "../expectations.ts";
import { integer, record, schema, state, text } from "../messages.ts";
import { everyMode, lineModes, type SuiteCase } from "../suite-case.ts";

const keyed = schema("items", { id: integer, name: text }, ["id"]);
const overwrite = { load_method: "overwrite" };

function items(name: string, ids: readonly number[]): string[] {
  return ids.map((id) => record("items", { id, name }));
}

function extracted(time: string, name: string): string {
  return record("items", { id: 1, name }, { time_extracted: `2024-01-01T${time}Z` });
}

/** Which rows take the place of which. */
export const replacingCases: readonly SuiteCase[] = [
  {
    name: "overwrite: a whole input replaces all rows, at every batch size",
    modes: everyMode,
    async run(context) {
      for (const size of [1, 2, 100]) {
        const settings = { ...overwrite, batch_size_rows: size };
        assertSucceeded(await context.run([keyed, ...items("old", [1, 2, 3]), state(1)], { settings }));
        const outcome = assertSucceeded(
          await context.run([keyed, ...items("new", [3, 4, 3]), state(2)], { settings }),
        );
        assertLastState(outcome, 2);
        const names = (await context.rows("items")).map((row) => row[context.columnName("name")]);
        if (names.length < 2 || names.some((name) => name !== "new"))
          throw new Error(`left: ${names.join(", ")}`);
      }
    },
  },
  {
    name: "overwrite: an input that does not end with a STATE leaves the old rows",
    modes: everyMode,
    async run(context) {
      assertSucceeded(await context.run([keyed, ...items("old", [1, 2]), state(1)], { settings: overwrite }));
      const settings = { ...overwrite, batch_size_rows: 1 };
      const outcome = await context.run([keyed, ...items("new", [3, 4]), state(2), ...items("new", [5])], {
        settings,
      });
      assertFailed(outcome, { exitCode: 65 });
      assertNoState(outcome);
      await assertRows(context, "items", [
        { id: 1n, name: "old" },
        { id: 2n, name: "old" },
      ]);
    },
  },
  {
    name: "overwrite: an input that breaks off leaves the old rows",
    modes: everyMode,
    async run(context) {
      assertSucceeded(await context.run([keyed, ...items("old", [1, 2]), state(1)], { settings: overwrite }));
      const outcome = await context.run([keyed, ...items("new", [3]), state(2)], {
        settings: { ...overwrite, batch_size_rows: 1 },
        inputError: new Error("the tap died"),
      });
      if (outcome.error === undefined) throw new Error("the run succeeded");
      assertNoState(outcome);
      await assertRows(context, "items", [
        { id: 1n, name: "old" },
        { id: 2n, name: "old" },
      ]);
    },
  },
  {
    name: "overwrite: a table that grows columns is replaced too",
    modes: lineModes,
    async run(context) {
      assertSucceeded(await context.run([keyed, ...items("old", [1]), state(1)], { settings: overwrite }));
      const grown = schema("items", { id: integer, name: text, added: integer }, ["id"]);
      const lines = [grown, record("items", { id: 2, name: "new", added: 5 }), state(2)];
      assertSucceeded(await context.run(lines, { settings: overwrite }));
      await assertColumns(context, "items", { id: "integer", name: "string", added: "integer" });
      await assertRows(context, "items", [{ id: 2n, name: "new", added: 5n }]);
    },
  },
  {
    name: "overwrite: a stream without records is emptied by a whole input",
    async run(context) {
      assertSucceeded(await context.run([keyed, ...items("old", [1]), state(1)], { settings: overwrite }));
      assertSucceeded(await context.run([keyed, state(2)], { settings: overwrite }));
      await assertRows(context, "items", []);
    },
  },
  {
    name: "dedupe: a newer record replaces the row, an older one never does, one without a moment does",
    modes: lineModes,
    async run(context) {
      const steps: readonly (readonly [string, string])[] = [
        [extracted("10:00:00", "first"), "first"],
        [extracted("11:00:00", "newer"), "newer"],
        [extracted("10:30:00", "older"), "newer"],
        [extracted("11:00:00", "as old"), "as old"],
        [extracted("11:00:00.000001", "a microsecond newer"), "a microsecond newer"],
        [extracted("11:00:00", "a microsecond older"), "a microsecond newer"],
        [record("items", { id: 1, name: "of no moment" }), "of no moment"],
        [extracted("09:00:00", "after none"), "after none"],
      ];
      for (const [line, name] of steps) {
        assertSucceeded(
          await context.run([keyed, line, state(1)], { settings: { add_record_metadata: true } }),
        );
        await assertRows(context, "items", [{ id: 1n, name }]);
      }
    },
  },
  {
    name: "dedupe: within one batch the later line wins, offsets or not",
    modes: lineModes,
    async run(context) {
      const at = (time: string, name: string): string =>
        record("items", { id: 1, name }, { time_extracted: time });
      const lines = [
        at("2024-01-01T12:00:00+02:00", "first"),
        at("2024-01-01T10:00:00Z", "second"),
        at("2024-01-01T10:00:00.5Z", "third"),
      ];
      assertSucceeded(await context.run([keyed, ...lines, state(1)]));
      await assertRows(context, "items", [{ id: 1n, name: "third" }]);
    },
  },
  {
    name: "empty stream: a SCHEMA alone makes a table, and its state comes back",
    async run(context) {
      const outcome = assertSucceeded(await context.run([keyed, state({ bookmarks: {} })]));
      assertLastState(outcome, { bookmarks: {} });
      await assertColumns(context, "items", { id: "integer", name: "string" });
      await assertRows(context, "items", []);
    },
  },
];
