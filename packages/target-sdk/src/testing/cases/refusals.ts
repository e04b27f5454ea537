import {
  assertFailed,
  assertLastState,
  assertNoState,
  assertRows,
  assertSucceeded,
} from "../expectations.ts";
import { flag, integer, moment, number, rawRecord, record, schema, state, text } from "../messages.ts";
import { everyMode, lineModes, type SuiteCase } from "../suite-case.ts";

const keyed = schema("users", { id: { type: "integer" }, name: text }, ["id"]);

/** Input that a target must refuse, with an error that names what is wrong, and without losing what came before. */
export const refusalCases: readonly SuiteCase[] = [
  {
    name: "invalid_schema: a SCHEMA without properties is refused by the stream's name",
    async run(context) {
      const outcome = await context.run([
        '{"type":"SCHEMA","stream":"test_invalid_schema","schema":{"type":"object"},"key_properties":[]}',
        record("test_invalid_schema", { id: 1 }),
        state(1),
      ]);
      assertFailed(outcome, { words: ["test_invalid_schema"] });
      assertNoState(outcome);
    },
  },
  {
    name: "record_before_schema: a RECORD without a SCHEMA is refused by the stream's name",
    modes: everyMode,
    async run(context) {
      const outcome = await context.run([record("users", { id: 1 }), state(1)]);
      assertFailed(outcome, { exitCode: 65, words: ["users", "SCHEMA"] });
      assertNoState(outcome);
    },
  },
  {
    name: "record_missing_key_property and null-pk: a row without its key is refused before it is loaded",
    modes: everyMode,
    async run(context) {
      for (const values of [{ name: "no key" }, { id: null, name: "null key" }]) {
        const outcome = await context.run([
          keyed,
          record("users", { id: 1 }),
          record("users", values),
          state(1),
        ]);
        assertFailed(outcome, { exitCode: 65, words: ["users", "id"] });
        assertNoState(outcome);
        await assertRows(context, "users", []);
      }
    },
  },
  {
    name: "record_missing_required_property: refused by validation alone",
    modes: everyMode,
    async run(context) {
      const required = {
        type: "SCHEMA",
        stream: "users",
        schema: { type: "object", properties: { id: integer, name: text }, required: ["id", "name"] },
        key_properties: [],
      };
      const lines = [JSON.stringify(required), record("users", { id: 1 }), state(1)];
      const outcome = await context.run(lines);
      if (context.mode === "unvalidated") {
        assertSucceeded(outcome);
        await assertRows(context, "users", [{ id: 1n }]);
        return;
      }
      assertFailed(outcome, { exitCode: 65, words: ["users", "name"] });
      await assertRows(context, "users", []);
    },
  },
  {
    name: "invalid-json: a broken line is refused by its number, and what was committed before stays",
    async run(context) {
      const lines = [
        keyed,
        record("users", { id: 1 }),
        state(1),
        '{"type":"RECORD","stream":"users","rec',
        state(2),
      ];
      const outcome = await context.run(lines, { settings: { batch_size_rows: 1 }, waitForStateAt: 3 });
      assertFailed(outcome, { exitCode: 65, words: ["4"] });
      assertLastState(outcome, 1);
      await assertRows(context, "users", [{ id: 1n }]);
    },
  },
  {
    name: "a broken line within a stream is refused, validated or not",
    modes: lineModes,
    async run(context) {
      for (const broken of ['{"id":2', "{'id':2}", '{"id":2} {}', '{"id":NaN}', '{"id":02}', '{"id":2}}']) {
        const outcome = await context.run([
          keyed,
          record("users", { id: 1 }),
          rawRecord("users", broken),
          state(1),
        ]);
        assertFailed(outcome, { exitCode: 65, words: ["users"] });
        assertNoState(outcome);
        await assertRows(context, "users", []);
      }
    },
  },
  {
    name: "a comma too many is refused, or read as if it were not there where the limits say so",
    modes: lineModes,
    async run(context) {
      const lines = [keyed, record("users", { id: 1 }), rawRecord("users", '{"id":2,"name":"a",}'), state(1)];
      const outcome = await context.run(lines);
      if (context.mode === "unvalidated" && context.limits.looseJson) {
        assertLastState(assertSucceeded(outcome), 1);
        await assertRows(context, "users", [{ id: 1n }, { id: 2n, name: "a" }]);
        return;
      }
      assertFailed(outcome, { exitCode: 65, words: ["users"] });
      assertNoState(outcome);
      await assertRows(context, "users", []);
    },
  },
  {
    name: "a record that is no object is refused",
    modes: lineModes,
    async run(context) {
      for (const wrong of ["[1]", '"text"', "1", "null"]) {
        const outcome = await context.run([keyed, rawRecord("users", wrong), state(1)]);
        assertFailed(outcome, { exitCode: 65, words: ["users"] });
        assertNoState(outcome);
      }
    },
  },
  {
    name: "unexpected-types: a value of another type is refused by stream and property",
    modes: everyMode,
    async run(context) {
      const properties = { id: integer, count: integer, ratio: number, on: flag, at: moment };
      const wrong: readonly [string, unknown][] = [
        ["count", 1.5],
        ["count", true],
        ["count", ""],
        ["ratio", "much"],
        ["on", "perhaps"],
        ["at", 1_704_067_200],
        ["at", "tomorrow"],
      ];
      for (const [property, value] of wrong) {
        const outcome = await context.run([
          schema("test_types", properties, ["id"]),
          record("test_types", { id: 1, [property]: value }),
          state(1),
        ]);
        assertFailed(outcome, { exitCode: 65, words: ["test_types", property] });
        assertNoState(outcome);
        await assertRows(context, "test_types", []);
      }
    },
  },
  {
    name: "on_invalid_value null: values that do not fit become null, all else stays",
    modes: everyMode,
    async run(context) {
      const properties = { id: integer, count: integer, at: moment, ratio: number };
      const outcome = await context.run(
        [
          schema("loose", properties, ["id"]),
          rawRecord("loose", '{"id":1,"count":1.5,"at":"2024-01-01T00:00:00Z","ratio":1}'),
          rawRecord("loose", '{"id":2,"count":2,"at":"0000-00-00","ratio":1e400}'),
          rawRecord("loose", '{"id":3,"count":3,"at":"2024-01-01T00:00:00Z","ratio":3}'),
          state(3),
        ],
        { settings: { on_invalid_value: "null" } },
      );
      assertLastState(assertSucceeded(outcome), 3);
      await assertRows(context, "loose", [
        { id: 1n, at: "2024-01-01T00:00:00.000000Z", ratio: 1 },
        { id: 2n, count: 2n },
        { id: 3n, count: 3n, at: "2024-01-01T00:00:00.000000Z", ratio: 3 },
      ]);
    },
  },
  {
    name: "on_invalid_value null: a key is never set to null",
    modes: everyMode,
    async run(context) {
      const lines = [keyed, record("users", { id: "x", name: "a" }), state(1)];
      const outcome = await context.run(lines, { settings: { on_invalid_value: "null" } });
      assertFailed(outcome, { exitCode: 65, words: ["users", "id"] });
      assertNoState(outcome);
      await assertRows(context, "users", []);
    },
  },
  {
    name: "on_invalid_record skip and quarantine: the others are loaded",
    async run(context) {
      for (const policy of ["skip", "quarantine"]) {
        const outcome = await context.run(
          [
            keyed,
            record("users", { id: 1 }),
            record("users", { id: 2, name: 5 }),
            record("users", { id: 3 }),
            state(3),
          ],
          { settings: { on_invalid_record: policy } },
        );
        assertLastState(assertSucceeded(outcome), 3);
        await assertRows(context, "users", [{ id: 1n }, { id: 3n }]);
      }
    },
  },
  {
    name: "an input that breaks off is a failure, and no state beyond the committed is printed",
    async run(context) {
      const outcome = await context.run(
        [keyed, record("users", { id: 1 }), state(1), record("users", { id: 2 })],
        {
          inputError: new Error("the pipe broke"),
          settings: { batch_size_rows: 1 },
        },
      );
      if (outcome.error === undefined) throw new Error("the run succeeded");
      for (const printed of outcome.states) assertLastState({ ...outcome, states: [printed] }, 1);
    },
  },
];
