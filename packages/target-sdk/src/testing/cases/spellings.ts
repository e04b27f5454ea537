import {
  assertFailed,
  assertLastState,
  assertNoState,
  assertRows,
  assertSucceeded,
} from "../expectations.ts";
import { integer, rawRecord, record, schema, state, text } from "../messages.ts";
import { everyMode, lineModes, type SuiteCase } from "../suite-case.ts";

const definition = schema("users", { id: integer, name: text }, ["id"]);

/** One message each, as some tap somewhere writes it. */
const records: readonly string[] = [
  '{"type":"RECORD","stream":"users","record":{"id":0,"name":"as most write it"}}',
  '{"type": "RECORD", "stream": "users", "record": {"id": 1, "name": "with blanks"}}',
  '  {\t"type" : "RECORD" , "stream" : "users" ,"record" : { "id" : 2 , "name" : "with many" } }  ',
  '{"stream":"users","type":"RECORD","record":{"id":3,"name":"stream first"}}',
  '{"record":{"id":4,"name":"record first"},"stream":"users","type":"RECORD"}',
  '{"time_extracted":"2024-01-01T00:00:00Z","version":null,"type":"RECORD","stream":"users","record":{"id":5,"name":"extras first"}}',
  '{"type":"record","stream":"users","record":{"id":6,"name":"lower case"}}',
  '{"type":"Record","stream":"users","record":{"id":7,"name":"mixed case"},"time_extracted":null}',
  '{"type":"RECORD","stream":"us\\u0065rs","record":{"id":8,"name":"escaped stream"}}',
  '{"\\u0074ype":"RECORD","stream":"users","record":{"id":9,"name":"escaped key"}}',
  '{"type":"RECORD","stream":"users","other":{"record":{"id":99}},"more":[1,"]}"],"record":{"id":10,"name":"unknown keys"}}',
  '{"type":"RECORD","stream":"users","record":{"type":"STATE","stream":"other","record":{},"id":11,"name":"keys of messages"}}',
  '{"type":"RECORD","stream":"users","record":{"id":12,"name":"\\"}}\\",\\"type\\":\\"STATE\\""}}',
  '{"type":"RECORD","stream":"users","record":{"id":13,"\\u006eame":"escaped property"}}',
];

const names = [
  "as most write it",
  "with blanks",
  "with many",
  "stream first",
  "record first",
  "extras first",
  "lower case",
  "mixed case",
  "escaped stream",
  "escaped key",
  "unknown keys",
  "keys of messages",
  '"}}","type":"STATE"',
  "escaped property",
];

const expected = names.map((name, id) => ({ id: BigInt(id), name }));

/** Messages that say the same in other words. */
export const spellingCases: readonly SuiteCase[] = [
  {
    name: "a RECORD in any spelling is the same record, in one batch",
    modes: everyMode,
    async run(context) {
      assertLastState(assertSucceeded(await context.run([definition, ...records, state(1)])), 1);
      await assertRows(context, "users", expected);
    },
  },
  {
    name: "a RECORD in any spelling is the same record when it comes alone",
    modes: lineModes,
    async run(context) {
      const outcome = await context.run([definition, ...records, state(1)], {
        settings: { batch_size_rows: 1 },
      });
      assertLastState(assertSucceeded(outcome), 1);
      await assertRows(context, "users", expected);
    },
  },
  {
    name: "SCHEMA, STATE and ACTIVATE_VERSION in any spelling are understood",
    async run(context) {
      const outcome = await context.run([
        '{"key_properties": "id", "stream": "users", "schema": {"properties": {"id": {"type": "integer"}, "name": {"type": "string"}}}, "type": "schema", "bookmark_properties": null}',
        '{"type":"activate_version","version":1,"stream":"users"}',
        record("users", { id: 1, name: "a" }, { version: 1 }),
        record("users", { id: 1, name: "b" }, { version: 1 }),
        '{"value": {"type": "RECORD", "record": 1}, "type": "state"}',
      ]);
      assertLastState(assertSucceeded(outcome), { type: "RECORD", record: 1 });
      await assertRows(context, "users", [{ id: 1n, name: "b" }]);
    },
  },
  {
    name: "messages of types that the protocol does not know are passed over",
    async run(context) {
      const outcome = await context.run([
        definition,
        '{"type":"HEARTBEAT","stream":"users","record":{"id":99}}',
        record("users", { id: 1, name: "a" }),
        '{"type":"LOG","level":"info"}',
        state(1),
      ]);
      assertLastState(assertSucceeded(outcome), 1);
      await assertRows(context, "users", [{ id: 1n, name: "a" }]);
    },
  },
  {
    name: "a record without properties is a row of nulls",
    modes: everyMode,
    async run(context) {
      const outcome = await context.run([
        schema("empty", { id: integer, name: text }),
        rawRecord("empty", "{}"),
        rawRecord("empty", '{"id":1}'),
        rawRecord("empty", "{ }"),
      ]);
      assertSucceeded(outcome);
      await assertRows(context, "empty", [{}, { id: 1n }, {}]);
    },
  },
  {
    name: "what is no message is refused by its line",
    async run(context) {
      const wrong = [
        "no json",
        "[]",
        '"RECORD"',
        "1",
        "{}",
        '{"type":1}',
        '{"type":"RECORD","record":{"id":1}}',
        '{"type":"STATE"}',
        '{"type":"SCHEMA","stream":"users"}',
      ];
      for (const line of wrong) {
        const outcome = await context.run([definition, line, state(1)]);
        assertFailed(outcome, { exitCode: 65, words: ["2"] });
        assertNoState(outcome);
      }
    },
  },
  {
    name: "a key that the SCHEMA has no property for is refused by stream and key",
    async run(context) {
      const outcome = await context.run([
        schema("users", { id: integer }, ["uuid"]),
        record("users", { id: 1 }),
        state(1),
      ]);
      assertFailed(outcome, { words: ["users", '"uuid"'] });
      assertNoState(outcome);
    },
  },
];
