import { assertColumns, assertFailed, assertRows, assertSucceeded } from "../expectations.ts";
import { integer, object, record, schema, state, text } from "../messages.ts";
import { everyMode, lineModes, type SuiteCase } from "../suite-case.ts";

/** Tables that were there before the target. */
export const existingTableCases: readonly SuiteCase[] = [
  {
    name: "existing_table: a table of another loader is taken over",
    modes: everyMode,
    async run(context) {
      await context.createTable("taken", {
        columns: [
          { name: "id", type: { kind: "integer", wide: false } },
          { name: "name", type: { kind: "string" } },
        ],
        rows: [
          ["1", "before"],
          ["2", "stays"],
        ],
      });
      const outcome = await context.run([
        schema("taken", { id: integer, name: text, added: object }, ["id"]),
        record("taken", { id: 1, name: "after", added: { a: 1 } }),
        record("taken", { id: 3, name: "new" }),
      ]);
      assertSucceeded(outcome);
      await assertRows(context, "taken", [
        { id: 1n, name: "after", added: { json: '{"a":1}' } },
        { id: 2n, name: "stays" },
        { id: 3n, name: "new" },
      ]);
    },
  },
  {
    name: "existing_table_alter: wider columns stay, narrower ones are widened",
    modes: lineModes,
    async run(context) {
      await context.createTable("altered", {
        columns: [
          { name: "id", type: { kind: "integer", wide: false } },
          { name: "as_text", type: { kind: "string" } },
          { name: "as_integer", type: { kind: "integer", wide: false } },
        ],
        rows: [["1", "x", "7"]],
      });
      const outcome = await context.run([
        schema("altered", { id: integer, as_text: integer, as_integer: text }, ["id"]),
        record("altered", { id: 2, as_text: 5, as_integer: "y" }),
      ]);
      assertSucceeded(outcome);
      await assertColumns(context, "altered", { id: "integer", as_text: "string", as_integer: "string" });
      await assertRows(context, "altered", [
        { id: 1n, as_text: "x", as_integer: "7" },
        { id: 2n, as_text: "5", as_integer: "y" },
      ]);
    },
  },
  {
    name: "column_order_mismatch: columns are matched by name, and unused ones stay null",
    modes: everyMode,
    async run(context) {
      await context.createTable("order_mismatch", {
        columns: [
          { name: "COL1", type: { kind: "string" } },
          { name: "COL3", type: { kind: "string" } },
          { name: "COL2", type: { kind: "string" } },
          { name: "unused", type: { kind: "integer", wide: false } },
        ],
        rows: [],
      });
      const outcome = await context.run([
        schema("order_mismatch", { COL1: text, COL2: text, COL3: text }),
        record("order_mismatch", { COL1: "one", COL2: "two", COL3: "three" }),
      ]);
      assertSucceeded(outcome);
      await assertRows(context, "order_mismatch", [{ COL1: "one", COL2: "two", COL3: "three" }]);
    },
  },
  {
    name: "existing_reserved_name_table: a table with a reserved name is taken over",
    async run(context) {
      await context.createTable("order", {
        columns: [
          { name: "id", type: { kind: "integer", wide: false } },
          { name: "select", type: { kind: "string" } },
        ],
        rows: [["1", "a"]],
      });
      const outcome = await context.run([
        schema("order", { id: integer, select: text, from: text }, ["id"]),
        record("order", { id: 2, select: "b", from: "c" }),
      ]);
      assertSucceeded(outcome);
      await assertRows(context, "order", [
        { id: 1n, select: "a" },
        { id: 2n, select: "b", from: "c" },
      ]);
    },
  },
  {
    name: "a table whose column cannot hold the data, with on_type_change fail, is refused by name",
    async run(context) {
      await context.createTable("unfit", {
        columns: [
          { name: "id", type: { kind: "integer", wide: false } },
          { name: "value", type: { kind: "boolean" } },
        ],
        rows: [["1", "true"]],
      });
      const outcome = await context.run(
        [
          schema("unfit", { id: integer, value: object }, ["id"]),
          record("unfit", { id: 2, value: {} }),
          state(1),
        ],
        { settings: { on_type_change: "fail" } },
      );
      assertFailed(outcome, { words: ["unfit", "value"] });
      await assertRows(context, "unfit", [{ id: 1n, value: true }]);
    },
  },
];
