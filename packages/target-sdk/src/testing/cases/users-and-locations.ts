import { strict as assert } from "node:assert";
import { assertLastState, assertRows, assertSucceeded } from "../expectations.ts";
import { integer, record, schema, state, text } from "../messages.ts";
import { everyMode, type SuiteCase } from "../suite-case.ts";

const users = { id: integer, name: text };
const locations = { id: integer, name: text };
const visits = { id: integer, user_id: integer, location_id: integer, info: { type: ["null", "object"] } };

const names = ["Philadelphia", "NY", "San Francisco", "Colorado", "DC"];

const schemas = [
  schema("users", users, ["id"]),
  schema("locations", locations, ["id"]),
  schema("user_in_location", visits, ["id"]),
];

const firstRun = [
  ...schemas,
  ...["Jack", "Jill", "John", "Kim", "Kent"].map((name, index) => record("users", { id: index + 1, name })),
  ...names.map((name, index) => record("locations", { id: index + 1, name })),
  record("user_in_location", { id: 1, user_id: 1, location_id: 4, info: { weather: "rainy" } }),
  record("user_in_location", { id: 2, user_id: 2, location_id: 3, info: { weather: "sunny" } }),
  record("user_in_location", { id: 3, user_id: 3, location_id: 2, info: { weather: "cloudy" } }),
  state({ users: 5, locations: 5, user_in_location: 3 }),
];

const secondRun = [
  ...schemas,
  record("users", { id: 1, name: "Johny" }),
  ...["Ann", "Bob", "Cleo"].map((name, index) => record("users", { id: index + 6, name })),
  record("user_in_location", { id: 1, user_id: 1, location_id: 4, info: { weather: "sunny" } }),
  record("user_in_location", { id: 2, user_id: 2, location_id: 3, info: null }),
  record("user_in_location", { id: 6, user_id: 6, location_id: 1, info: { weather: "hail" } }),
  record("user_in_location", { id: 14, user_id: 4, location_id: 5, info: {} }),
  state({ users: 13, locations: 5, user_in_location: 14 }),
];

/** Several streams at once, and a second run that changes some of their rows. */
export const severalStreamCases: readonly SuiteCase[] = [
  {
    name: "user_location_data and user_location_upsert_data: a second run updates and adds",
    modes: everyMode,
    async run(context) {
      assertLastState(assertSucceeded(await context.run(firstRun)), {
        users: 5,
        locations: 5,
        user_in_location: 3,
      });
      const outcome = assertSucceeded(await context.run(secondRun));
      assertLastState(outcome, { users: 13, locations: 5, user_in_location: 14 });
      await assertRows(
        context,
        "users",
        ["Johny", "Jill", "John", "Kim", "Kent", "Ann", "Bob", "Cleo"].map((name, index) => ({
          id: BigInt(index + 1),
          name,
        })),
      );
      await assertRows(
        context,
        "locations",
        names.map((name, index) => ({ id: BigInt(index + 1), name })),
      );
      await assertRows(context, "user_in_location", [
        { id: 1n, user_id: 1n, location_id: 4n, info: { json: '{"weather":"sunny"}' } },
        { id: 2n, user_id: 2n, location_id: 3n },
        { id: 3n, user_id: 3n, location_id: 2n, info: { json: '{"weather":"cloudy"}' } },
        { id: 6n, user_id: 6n, location_id: 1n, info: { json: '{"weather":"hail"}' } },
        { id: 14n, user_id: 4n, location_id: 5n, info: { json: "{}" } },
      ]);
    },
  },
  {
    name: "the summary counts what each stream sent and what was loaded",
    modes: everyMode,
    async run(context) {
      const { summary } = assertSucceeded(await context.run(firstRun, { settings: { batch_size_rows: 2 } }));
      for (const [stream, records] of [
        ["users", 5],
        ["locations", 5],
        ["user_in_location", 3],
      ] as const) {
        const counted = summary?.streams.get(stream);
        assert.deepEqual(
          { records: counted?.records, loaded: counted?.loaded, skipped: counted?.skipped },
          { records, loaded: records, skipped: 0 },
        );
      }
    },
  },
  {
    name: "three-streams: lines of streams in turn, at any batch size and cut anywhere",
    modes: everyMode,
    async run(context) {
      for (const [batchSize, chunkBytes] of [
        [1, 1],
        [2, 7],
        [3, 64],
        [100, 1000],
      ] as const) {
        const streams = ["one", "two", "three"].map((name) => `test_table_${name}_${batchSize}`);
        const lines = [
          ...streams.map((stream) => schema(stream, { id: integer, name: text }, ["id"])),
          ...[1, 2, 3, 4, 5, 6, 7].flatMap((id) =>
            streams.map((stream) => record(stream, { id, name: `${stream} ž日本 ${id}` })),
          ),
          state({ at: 7 }),
        ];
        const outcome = await context.run(lines, { settings: { batch_size_rows: batchSize }, chunkBytes });
        assertLastState(assertSucceeded(outcome), { at: 7 });
        for (const stream of streams) {
          await assertRows(
            context,
            stream,
            [1n, 2n, 3n, 4n, 5n, 6n, 7n].map((id) => ({ id, name: `${stream} ž日本 ${id}` })),
          );
        }
      }
    },
  },
  {
    name: "multi-schemas: names with dots are tables of their own",
    modes: everyMode,
    async run(context) {
      const streams = ["public.test_table", "sales.test_table", "sales-archive.test table"];
      const outcome = await context.run([
        ...streams.map((stream) => schema(stream, { id: integer }, ["id"])),
        ...streams.map((stream, index) => record(stream, { id: index })),
      ]);
      assertSucceeded(outcome);
      for (const [index, stream] of streams.entries())
        await assertRows(context, stream, [{ id: BigInt(index) }]);
    },
  },
  {
    name: "lines end in \\n or \\r\\n, the last one in neither; blank lines are nothing",
    async run(context) {
      const lines = [
        schema("users", users, ["id"]),
        "",
        record("users", { id: 1, name: "a\r\nb" }),
        "  ",
        state(1),
      ];
      assertLastState(assertSucceeded(await context.run([lines.join("\r\n")], { chunkBytes: 3 })), 1);
      await assertRows(context, "users", [{ id: 1n, name: "a\r\nb" }]);
    },
  },
];
