import { strict as assert } from "node:assert";
import {
  assertColumns,
  assertLastState,
  assertNoState,
  assertRows,
  assertSucceeded,
} from "../expectations.ts";
import { flag, integer, list, moment, object, record, schema, state, text } from "../messages.ts";
import { everyMode, type SuiteCase } from "../suite-case.ts";

/** The field's conformance cases for plain data. */
export const basicCases: readonly SuiteCase[] = [
  {
    name: "array_data: arrays keep their order",
    modes: everyMode,
    async run(context) {
      const stream = "test_array_data";
      const fruits = [
        ["apple", "orange", "pear"],
        ["banana", "apple"],
        ["pear"],
        ["orange", "banana", "apple", "pear"],
      ];
      const rows = fruits.map((names, index) => ({ id: index + 1, fruits: names }));
      const outcome = await context.run([
        schema(stream, { id: integer, fruits: { type: "array", items: { type: "string" } } }, ["id"]),
        ...rows.map((row) => record(stream, row)),
        state({ [stream]: 4 }),
      ]);
      assertLastState(assertSucceeded(outcome), { [stream]: 4 });
      await assertColumns(context, stream, { id: "integer", fruits: "json" });
      await assertRows(
        context,
        stream,
        rows.map(({ id, fruits: names }) => ({ id: BigInt(id), fruits: { json: JSON.stringify(names) } })),
      );
    },
  },
  {
    name: "camelcase: names in mixed case, and no state when none came",
    modes: everyMode,
    async run(context) {
      const stream = "TestCamelcase";
      const outcome = await context.run([
        schema(stream, { Id: { type: "string" }, clientName: { type: "string" } }, ["Id"]),
        record(stream, { Id: "1", clientName: "Gitter Windows Desktop App" }),
        record(stream, { Id: "2", clientName: "Gitter iOS App" }),
      ]);
      assertNoState(assertSucceeded(outcome));
      await assertRows(context, stream, [
        { Id: "1", clientName: "Gitter Windows Desktop App" },
        { Id: "2", clientName: "Gitter iOS App" },
      ]);
    },
  },
  {
    name: "camelcase_complex_schema: a table without records has every column of its last SCHEMA",
    async run(context) {
      const stream = "ForecastingTypeToCategory";
      const moments = { anyOf: [{ type: "string", format: "date-time" }, { type: ["string", "null"] }] };
      const strictMoment = { anyOf: [{ type: "string", format: "date-time" }, { type: "null" }] };
      const first = {
        Id: { type: "string" },
        CreatedDate: strictMoment,
        LastModifiedDate: moment,
        IsDeleted: flag,
      };
      const added = { ForecastingTypeId: text, CategoryPosition: { type: ["null", "integer"] }, Extra: {} };
      const outcome = await context.run([
        schema(stream, first, ["Id"]),
        schema(stream, { ...first, ...added, Loose: moments }, ["Id"]),
        state({ bookmarks: { [stream]: null } }),
      ]);
      assertLastState(assertSucceeded(outcome), { bookmarks: { [stream]: null } });
      await assertRows(context, stream, []);
      await assertColumns(context, stream, {
        Id: "string",
        CreatedDate: "timestamp",
        LastModifiedDate: "timestamp",
        IsDeleted: "boolean",
        ForecastingTypeId: "string",
        CategoryPosition: "integer",
        Extra: "json",
        Loose: ["string", "timestamp"],
      });
    },
  },
  {
    name: "about: the target describes itself as JSON",
    async run(context) {
      const about: unknown = JSON.parse(JSON.stringify(await context.about()));
      for (const key of ["name", "version", "capabilities", "settings"]) {
        assert.ok(typeof about === "object" && about !== null && key in about, `about has no "${key}"`);
      }
    },
  },
  {
    name: "duplicate_records: the last of a key wins, at every batch size",
    modes: everyMode,
    async run(context) {
      for (const size of [1, 2, 3, 4, 5, 6]) {
        const stream = `test_duplicate_records_${size}`;
        const values = [
          [1, 1],
          [2, 2],
          [1, 10],
          [2, 20],
          [1, 100],
        ];
        const outcome = await context.run(
          [
            schema(stream, { id: integer, metric: integer }, ["id"]),
            ...values.map(([id, metric]) => record(stream, { id, metric })),
          ],
          { settings: { batch_size_rows: size } },
        );
        assertSucceeded(outcome);
        await assertRows(context, stream, [
          { id: 1n, metric: 100n },
          { id: 2n, metric: 20n },
        ]);
      }
    },
  },
  {
    name: "no_primary_keys: rows are appended, in one run and the next",
    modes: everyMode,
    async run(context) {
      const stream = "test_no_pk";
      const lines = (ids: readonly number[]): string[] => [
        schema(stream, { id: integer, metric: integer }),
        ...ids.map((id) => record(stream, { id, metric: id * 10 })),
        state({ last: ids.at(-1) }),
      ];
      assertLastState(assertSucceeded(await context.run(lines([1, 2, 3]))), { last: 3 });
      assertSucceeded(await context.run(lines([1, 2, 3, 4, 5])));
      await assertRows(
        context,
        stream,
        [1, 2, 3, 1, 2, 3, 4, 5].map((id) => ({ id: BigInt(id), metric: BigInt(id * 10) })),
      );
    },
  },
  {
    name: "append-only: rows with keys are appended too",
    modes: everyMode,
    async run(context) {
      const lines = [
        schema("events", { id: integer }, ["id"]),
        record("events", { id: 1 }),
        record("events", { id: 1 }),
      ];
      for (let round = 0; round < 2; round += 1) {
        assertSucceeded(await context.run(lines, { settings: { load_method: "append-only" } }));
      }
      await assertRows(context, "events", [{ id: 1n }, { id: 1n }, { id: 1n }, { id: 1n }]);
    },
  },
  {
    name: "optional_attributes and record_missing_fields: absent is null, and an empty state comes back",
    modes: everyMode,
    async run(context) {
      const stream = "test_optional_attributes";
      const outcome = await context.run([
        schema(stream, { id: { type: "integer" }, optional: { type: "string" }, nullable: text }, ["id"]),
        record(stream, { id: 1, optional: "This is optional", nullable: "a" }),
        record(stream, { id: 2 }),
        record(stream, { id: 3, optional: "Also optional", nullable: null }),
        state({}),
      ]);
      assertLastState(assertSucceeded(outcome), {});
      await assertRows(context, stream, [
        { id: 1n, optional: "This is optional", nullable: "a" },
        { id: 2n },
        { id: 3n, optional: "Also optional" },
      ]);
    },
  },
  {
    name: "schema_no_properties: objects without known properties are kept whole",
    modes: everyMode,
    async run(context) {
      const stream = "test_object_schema_no_properties";
      const known: Record<string, unknown> = { type: "object", properties: { a: integer } };
      const outcome = await context.run([
        schema(stream, { id: integer, loose: { type: "object" }, known, any: {} }, ["id"]),
        record(stream, { id: 1, loose: { x: [1, { y: null }] }, known: { a: 1, b: "b" }, any: "text" }),
        record(stream, { id: 2, loose: {}, known: {}, any: [true, 1.5, "x", null, {}] }),
      ]);
      assertSucceeded(outcome);
      await assertRows(context, stream, [
        {
          id: 1n,
          loose: { json: '{"x":[1,{"y":null}]}' },
          known: { json: '{"a":1,"b":"b"}' },
          any: { json: '"text"' },
        },
        { id: 2n, loose: { json: "{}" }, known: { json: "{}" }, any: { json: '[true,1.5,"x",null,{}]' } },
      ]);
    },
  },
  {
    name: "nested-schema: nested objects and lists stay in one column each",
    modes: everyMode,
    async run(context) {
      const stream = "test_table_nested_schema";
      const nested = { 'a"b': [{ c: "d\\e", deep: [[["x"]]] }], nul: null, number: 1.25 };
      const outcome = await context.run([
        schema(stream, { c_pk: integer, c_object: object, c_list: list }, ["c_pk"]),
        record(stream, { c_pk: 1, c_object: nested, c_list: [nested, "b"] }),
      ]);
      assertSucceeded(outcome);
      await assertRows(context, stream, [
        {
          c_pk: 1n,
          c_object: { json: JSON.stringify(nested) },
          c_list: { json: JSON.stringify([nested, "b"]) },
        },
      ]);
    },
  },
];
