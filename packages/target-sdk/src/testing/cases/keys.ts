import { assertRows, assertSucceeded } from "../expectations.ts";
import { flag, integer, number, rawRecord, record, schema, state, text } from "../messages.ts";
import { everyMode, lineModes, type SuiteCase } from "../suite-case.ts";

/** What makes two records the same row. */
export const keyCases: readonly SuiteCase[] = [
  {
    name: "pk_updates: key_properties that stand in the wrong place are none",
    modes: everyMode,
    async run(context) {
      const misplaced = (key: string): string =>
        JSON.stringify({
          type: "SCHEMA",
          stream: "test_pk_updates",
          schema: { type: "object", properties: { id: integer, email: text }, key_properties: [key] },
        });
      const outcome = await context.run([
        misplaced("id"),
        record("test_pk_updates", { id: 1, email: "a@x.test" }),
        record("test_pk_updates", { id: 1, email: "b@x.test" }),
        misplaced("email"),
        record("test_pk_updates", { id: 2, email: "b@x.test" }),
      ]);
      assertSucceeded(outcome);
      await assertRows(context, "test_pk_updates", [
        { id: 1n, email: "a@x.test" },
        { id: 1n, email: "b@x.test" },
        { id: 2n, email: "b@x.test" },
      ]);
    },
  },
  {
    name: "changing-pk: rows after a SCHEMA are matched by its keys",
    modes: everyMode,
    async run(context) {
      const properties = { c_pk: integer, email: text, name: text };
      const outcome = await context.run([
        schema("people", properties, ["c_pk"]),
        record("people", { c_pk: 1, email: "a@x.test", name: "A" }),
        record("people", { c_pk: 1, email: "b@x.test", name: "B" }),
        record("people", { c_pk: 2, email: "c@x.test", name: "C" }),
        schema("people", { ...properties, email: { type: "string" } }, ["email"]),
        record("people", { c_pk: 3, email: "c@x.test", name: "C renamed" }),
        record("people", { c_pk: 4, email: "d@x.test", name: "D" }),
        state(4),
      ]);
      assertSucceeded(outcome);
      await assertRows(context, "people", [
        { c_pk: 1n, email: "b@x.test", name: "B" },
        { c_pk: 3n, email: "c@x.test", name: "C renamed" },
        { c_pk: 4n, email: "d@x.test", name: "D" },
      ]);
    },
  },
  {
    name: "new-pk: a table without keys gets them later",
    modes: everyMode,
    async run(context) {
      const properties = { id: integer, name: text };
      assertSucceeded(
        await context.run([
          schema("late", properties),
          record("late", { id: 1, name: "a" }),
          record("late", { id: 2, name: "b" }),
        ]),
      );
      assertSucceeded(
        await context.run([
          schema("late", properties, ["id"]),
          record("late", { id: 2, name: "c" }),
          record("late", { id: 3, name: "d" }),
        ]),
      );
      await assertRows(context, "late", [
        { id: 1n, name: "a" },
        { id: 2n, name: "c" },
        { id: 3n, name: "d" },
      ]);
    },
  },
  {
    name: "falsy-pk: zero, the empty text and false are keys like others",
    modes: everyMode,
    async run(context) {
      const properties = {
        number: { type: "integer" },
        text: { type: "string" },
        flag: { type: "boolean" },
        value: text,
      };
      const keys = [
        { number: 0, text: "", flag: false },
        { number: 0, text: "", flag: true },
        { number: 0, text: "a", flag: false },
        { number: 1, text: "", flag: false },
      ];
      const lines = (value: string): string[] => [
        schema("falsy", properties, ["number", "text", "flag"]),
        ...keys.map((key, index) => record("falsy", { ...key, value: `${value}${index}` })),
      ];
      assertSucceeded(await context.run(lines("first ")));
      assertSucceeded(await context.run(lines("second ")));
      await assertRows(
        context,
        "falsy",
        keys.map((key, index) => ({ ...key, number: BigInt(key.number), value: `second ${index}` })),
      );
    },
  },
  {
    name: "keys of texts: separators, case, blanks and forms of Unicode tell rows apart",
    modes: everyMode,
    async run(context) {
      const keys = [
        ["a,b", "c"],
        ["a", "b,c"],
        ["A", "b,c"],
        ["a ", "b,c"],
        ["\u00e9", ""],
        ["e\u0301", ""],
        ["", "\u00e9"],
        ["'", '"'],
        ["\\N", "null"],
        ["😀", "\u2028"],
      ] as const;
      const lines = (value: number): string[] => [
        schema("texts", { left: { type: "string" }, right: { type: "string" }, value: integer }, [
          "left",
          "right",
        ]),
        ...keys.map(([left, right], index) => record("texts", { left, right, value: value + index })),
      ];
      assertSucceeded(await context.run(lines(0)));
      assertSucceeded(await context.run(lines(100), { settings: { batch_size_rows: 3 } }));
      await assertRows(
        context,
        "texts",
        keys.map(([left, right], index) => ({ left, right, value: BigInt(100 + index) })),
      );
    },
  },
  {
    name: "keys of numbers: the spelling makes no other row",
    modes: lineModes,
    async run(context) {
      const outcome = await context.run([
        schema("counted", { id: { type: "integer" }, value: text }, ["id"]),
        rawRecord("counted", '{"id":1,"value":"a"}'),
        rawRecord("counted", '{"id":1.0,"value":"b"}'),
        rawRecord("counted", '{"id":10e-1,"value":"c"}'),
        schema("measured", { id: { type: "number" }, value: text }, ["id"]),
        rawRecord("measured", '{"id":1,"value":"a"}'),
        rawRecord("measured", '{"id":1.50,"value":"b"}'),
        rawRecord("measured", '{"id":15e-1,"value":"c"}'),
        rawRecord("measured", '{"id":1.0,"value":"d"}'),
      ]);
      assertSucceeded(outcome);
      await assertRows(context, "counted", [{ id: 1n, value: "c" }]);
      await assertRows(context, "measured", [
        { id: 1, value: "d" },
        { id: 1.5, value: "c" },
      ]);
    },
  },
  {
    name: "keys beyond 2^53 that differ in their last digit are two rows",
    modes: everyMode,
    async run(context) {
      const ids = ["9007199254740992", "9007199254740993", "9223372036854775807", "-9223372036854775808"];
      for (let round = 0; round < 2; round += 1) {
        const outcome = await context.run([
          schema("large", { id: integer, value: integer }, ["id"]),
          ...ids.map((id) => rawRecord("large", `{"id":${id},"value":${round}}`)),
        ]);
        assertSucceeded(outcome);
      }
      await assertRows(
        context,
        "large",
        ids.map((id) => ({ id: BigInt(id), value: 1n })),
      );
    },
  },
  {
    name: "keys of moments: one moment in two offsets is one row",
    modes: everyMode,
    async run(context) {
      const at = { type: "string", format: "date-time" };
      const outcome = await context.run([
        schema("moments", { at, value: number, on: flag }, ["at"]),
        record("moments", { at: "2024-01-01T00:00:00Z", value: 1 }),
        record("moments", { at: "2024-01-01T02:00:00+02:00", value: 2 }),
        record("moments", { at: "2024-01-01T00:00:00.000001Z", value: 3 }),
      ]);
      assertSucceeded(outcome);
      await assertRows(context, "moments", [
        { at: "2024-01-01T00:00:00.000000Z", value: 2 },
        { at: "2024-01-01T00:00:00.000001Z", value: 3 },
      ]);
    },
  },
  {
    name: "an update replaces the whole row: what it leaves out is null",
    modes: everyMode,
    async run(context) {
      const properties = { id: integer, name: text, note: text };
      assertSucceeded(
        await context.run([
          schema("whole", properties, ["id"]),
          record("whole", { id: 1, name: "a", note: "b" }),
        ]),
      );
      assertSucceeded(
        await context.run([schema("whole", properties, ["id"]), record("whole", { id: 1, name: "c" })]),
      );
      await assertRows(context, "whole", [{ id: 1n, name: "c" }]);
    },
  },
];
