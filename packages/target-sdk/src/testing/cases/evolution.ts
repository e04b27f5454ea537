import type { JsonSchema } from "@chorale/singer";
import { assertColumns, assertFailed, assertRows, assertSucceeded } from "../expectations.ts";
import {
  flag,
  integer,
  list,
  moment,
  number,
  object,
  rawRecord,
  record,
  schema,
  state,
  text,
} from "../messages.ts";
import { everyMode, lineModes, type SuiteCase } from "../suite-case.ts";

/** Schemas that change, between runs and within one. */
export const evolutionCases: readonly SuiteCase[] = [
  {
    name: "schema_updates: each SCHEMA adds columns, and rows before it have null there",
    modes: everyMode,
    async run(context) {
      const stream = "test_schema_updates";
      let properties: Readonly<Record<string, JsonSchema>> = { id: integer, a1: number };
      const grow = (added: Readonly<Record<string, JsonSchema>>): string => {
        properties = { ...properties, ...added };
        return schema(stream, properties, ["id"]);
      };
      const outcome = await context.run([
        grow({}),
        record(stream, { id: 1, a1: 101 }),
        grow({ a2: text }),
        record(stream, { id: 2, a1: 102, a2: "string2" }),
        grow({ a3: flag }),
        record(stream, { id: 3, a1: 103, a2: "string3", a3: true }),
        grow({ a4: list, a5: object }),
        record(stream, { id: 4, a1: 104, a4: [4] }),
        record(stream, { id: 5, a1: 105, a5: { five: 5 } }),
        grow({ a6: moment }),
        record(stream, { id: 6, a1: 106, a6: "2024-01-01T00:00:00Z" }),
      ]);
      assertSucceeded(outcome);
      await assertRows(context, stream, [
        { id: 1n, a1: 101 },
        { id: 2n, a1: 102, a2: "string2" },
        { id: 3n, a1: 103, a2: "string3", a3: true },
        { id: 4n, a1: 104, a4: { json: "[4]" } },
        { id: 5n, a1: 105, a5: { json: '{"five":5}' } },
        { id: 6n, a1: 106, a6: "2024-01-01T00:00:00.000000Z" },
      ]);
    },
  },
  {
    name: "a property that is gone keeps its column, and its rows keep their values",
    modes: everyMode,
    async run(context) {
      const both = schema("shrinking", { id: integer, old: text }, ["id"]);
      assertSucceeded(
        await context.run([
          both,
          record("shrinking", { id: 1, old: "kept" }),
          record("shrinking", { id: 2, old: "x" }),
        ]),
      );
      assertSucceeded(
        await context.run([schema("shrinking", { id: integer }, ["id"]), record("shrinking", { id: 3 })]),
      );
      await assertRows(context, "shrinking", [{ id: 1n, old: "kept" }, { id: 2n, old: "x" }, { id: 3n }]);
    },
  },
  {
    name: "same-schemas-multiple-times: ten thousand identical SCHEMAs change nothing and flush nothing",
    async run(context) {
      const line = schema("repeated", { id: integer, name: text }, ["id"]);
      const lines = Array.from({ length: 10_000 }, (_, index) => [
        line,
        record("repeated", { id: index % 100, name: "x" }),
      ]);
      assertSucceeded(await context.run([...lines.flat(), state(1)]));
      const rows = await context.rows("repeated");
      const moments = new Set(rows.map((row) => row[context.columnName("_sdc_batched_at")]));
      if (rows.length !== 100 || moments.size !== 1) {
        throw new Error(`${rows.length} rows were loaded in ${moments.size} batches, not 100 in one`);
      }
    },
  },
  {
    name: "type flip integer → text → integer: the wider type stays, and no value is lost",
    modes: everyMode,
    async run(context) {
      const flip = (type: JsonSchema, rows: readonly (readonly [number, unknown])[]): string[] => [
        schema("flipping", { id: integer, value: type }, ["id"]),
        ...rows.map(([id, value]) => record("flipping", { id, value })),
      ];
      const lines = [...flip(integer, [[1, 1]]), ...flip(text, [[2, "abc"]]), ...flip(integer, [[3, 3]])];
      assertSucceeded(await context.run(lines));
      assertSucceeded(await context.run([...flip(integer, [[4, 4]]), ...flip(text, [[5, "5"]])]));
      await assertColumns(context, "flipping", { id: "integer", value: "string" });
      await assertRows(
        context,
        "flipping",
        ["1", "abc", "3", "4", "5"].map((value, index) => ({ id: BigInt(index + 1), value })),
      );
    },
  },
  {
    name: "an integer that becomes a number keeps its digits",
    modes: everyMode,
    async run(context) {
      assertSucceeded(
        await context.run([
          schema("growing", { id: integer, n: integer }, ["id"]),
          record("growing", { id: 1, n: 5 }),
        ]),
      );
      assertSucceeded(
        await context.run([
          schema("growing", { id: integer, n: number }, ["id"]),
          record("growing", { id: 2, n: 1.5 }),
        ]),
      );
      assertSucceeded(
        await context.run([
          schema("growing", { id: integer, n: integer }, ["id"]),
          record("growing", { id: 3, n: 7 }),
        ]),
      );
      await assertRows(context, "growing", [
        { id: 1n, n: { number: "5" } },
        { id: 2n, n: { number: "1.5" } },
        { id: 3n, n: { number: "7" } },
      ]);
    },
  },
  {
    name: "an integer that its widened column of doubles cannot hold is refused, never rounded",
    modes: lineModes,
    async run(context) {
      const stream = "rounding";
      assertSucceeded(
        await context.run([
          schema(stream, { id: integer, n: number }, ["id"]),
          record(stream, { id: 1, n: 1.5 }),
        ]),
      );
      const large = [
        schema(stream, { id: integer, n: integer }, ["id"]),
        rawRecord(stream, '{"id":2,"n":9007199254740993}'),
      ];
      assertFailed(await context.run([...large, state(2)]), { exitCode: 65, words: [stream, '"n"'] });
      await assertRows(context, stream, [{ id: 1n, n: { number: "1.5" } }]);
    },
  },
  {
    name: "a decimal that needs more digits gets them",
    modes: everyMode,
    async run(context) {
      const decimal = (precision: number, scale: number): JsonSchema => ({
        type: ["null", "string"],
        format: "x-singer.decimal",
        precision,
        scale,
      });
      const stream = "prices";
      assertSucceeded(
        await context.run([
          schema(stream, { id: integer, p: decimal(6, 2) }, ["id"]),
          record(stream, { id: 1, p: "1234.56" }),
        ]),
      );
      assertSucceeded(
        await context.run([
          schema(stream, { id: integer, p: decimal(18, 6) }, ["id"]),
          record(stream, { id: 2, p: "123456789012.345678" }),
        ]),
      );
      assertSucceeded(
        await context.run([
          schema(stream, { id: integer, p: decimal(6, 2) }, ["id"]),
          record(stream, { id: 3, p: "0.01" }),
        ]),
      );
      await assertRows(context, stream, [
        { id: 1n, p: { number: "1234.56" } },
        { id: 2n, p: { number: "123456789012.345678" } },
        { id: 3n, p: { number: "0.01" } },
      ]);
    },
  },
  {
    name: "a scalar that becomes an object, and back, is kept as JSON",
    modes: everyMode,
    async run(context) {
      const stream = "loosening";
      assertSucceeded(
        await context.run([
          schema(stream, { id: integer, v: text }, ["id"]),
          record(stream, { id: 1, v: 'quo"te' }),
        ]),
      );
      assertSucceeded(
        await context.run([
          schema(stream, { id: integer, v: object }, ["id"]),
          record(stream, { id: 2, v: { a: 1 } }),
        ]),
      );
      assertSucceeded(
        await context.run([
          schema(stream, { id: integer, v: text }, ["id"]),
          record(stream, { id: 3, v: "text" }),
        ]),
      );
      await assertColumns(context, stream, { id: "integer", v: "json" });
      await assertRows(context, stream, [
        { id: 1n, v: { json: '"quo\\"te"' } },
        { id: 2n, v: { json: '{"a":1}' } },
        { id: 3n, v: { json: '"text"' } },
      ]);
    },
  },
  {
    name: "a moment that becomes a text keeps its day and time",
    modes: lineModes,
    async run(context) {
      const stream = "dated";
      assertSucceeded(
        await context.run([
          schema(stream, { id: integer, at: moment }, ["id"]),
          record(stream, { id: 1, at: "2024-01-31T10:00:00Z" }),
        ]),
      );
      assertSucceeded(
        await context.run([
          schema(stream, { id: integer, at: text }, ["id"]),
          record(stream, { id: 2, at: "soon" }),
        ]),
      );
      const values = (await context.rows(stream))
        .map((row) => String(row[context.columnName("at")]))
        .toSorted();
      const [first = "", second] = values;
      if (!/^2024-01-31[ T]10:00:00/.test(first) || second !== "soon")
        throw new Error(`stored: ${values.join(", ")}`);
    },
  },
  {
    name: "on_type_change fail: a type that does not fit is refused by stream and property",
    async run(context) {
      const settings = { on_type_change: "fail" };
      assertSucceeded(
        await context.run(
          [schema("strict", { id: integer, v: integer }, ["id"]), record("strict", { id: 1, v: 1 })],
          { settings },
        ),
      );
      const outcome = await context.run(
        [schema("strict", { id: integer, v: text }, ["id"]), record("strict", { id: 2, v: "x" }), state(1)],
        { settings },
      );
      assertFailed(outcome, { words: ["strict", "v"] });
      await assertRows(context, "strict", [{ id: 1n, v: 1n }]);
    },
  },
  {
    name: "mixed types of scalars are a text with their source, beside objects they are JSON",
    modes: lineModes,
    async run(context) {
      const scalar = { type: ["integer", "string", "boolean", "null"] };
      const anything = { type: ["null", "object", "string", "integer"] };
      const outcome = await context.run([
        schema("mixed", { id: integer, scalar, anything }, ["id"]),
        rawRecord("mixed", '{"id":1,"scalar":1,"anything":1}'),
        rawRecord("mixed", '{"id":2,"scalar":"1","anything":"1"}'),
        rawRecord("mixed", '{"id":3,"scalar":true,"anything":{"a":null}}'),
        rawRecord("mixed", '{"id":4,"scalar":null,"anything":null}'),
      ]);
      assertSucceeded(outcome);
      await assertRows(context, "mixed", [
        { id: 1n, scalar: "1", anything: { json: "1" } },
        { id: 2n, scalar: "1", anything: { json: '"1"' } },
        { id: 3n, scalar: "true", anything: { json: '{"a":null}' } },
        { id: 4n },
      ]);
    },
  },
];
