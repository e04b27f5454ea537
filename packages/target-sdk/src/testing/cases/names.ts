import { assertColumns, assertFailed, assertRows, assertSucceeded } from "../expectations.ts";
import { integer, object, rawRecord, record, schema, state, text } from "../messages.ts";
import { everyMode, lineModes, type SuiteCase } from "../suite-case.ts";

const reservedWords = [
  "SELECT",
  "insert",
  "Update",
  "delete",
  "account",
  "CURRENT_DATE",
  "localtime",
  "table",
  "order",
  "group",
  "from",
  "null",
  "default",
  "values",
  "index",
];

/** Names as hard as they come: each is a column with values of its own. */
const hardNames = [
  "Foo::Bar",
  "lowercase_val::another_val",
  "agent:type",
  "with space",
  " leading",
  "dash-ed",
  "dot.ted",
  'quo"te',
  "apo'strophe",
  "back\\slash",
  "back`tick",
  "semi;colon",
  "per%cent",
  "question?",
  "dollar$1",
  "{brace}",
  "[0]",
  "a/b",
  "a~b",
  "$ref",
  "1starts_with_digit",
  "名前",
  "éèê",
  "😀",
  "ʼn",
  "constructor",
  "toString",
  "hasOwnProperty",
  "record",
  "type",
  "version",
  "time_extracted",
  "filename",
  "row_number",
  "rowid",
  "column0",
  "json",
];

async function expectNamed(
  context: Parameters<SuiteCase["run"]>[0],
  { stream, names }: { stream: string; names: readonly string[] },
): Promise<void> {
  const properties = Object.fromEntries(names.map((name) => [name, text]));
  const row = (prefix: string): Record<string, string> =>
    Object.fromEntries(names.map((name, index) => [name, `${prefix}${index}`]));
  for (const prefix of ["first ", "second "]) {
    const outcome = await context.run([
      schema(stream, { pk: integer, ...properties }, ["pk"]),
      record(stream, { pk: 1, ...row(prefix) }),
      record(stream, { pk: 2, ...row("other ") }),
    ]);
    assertSucceeded(outcome);
    await assertRows(context, stream, [
      { pk: 1n, ...row(prefix) },
      { pk: 2n, ...row("other ") },
    ]);
  }
}

/** Names of streams and properties. */
export const nameCases: readonly SuiteCase[] = [
  {
    name: "reserved words are columns",
    modes: lineModes,
    run: (context) => expectNamed(context, { stream: "test_reserved_words", names: reservedWords }),
  },
  {
    name: "colons, quotes, blanks and letters of any script are columns",
    modes: everyMode,
    run: (context) => expectNamed(context, { stream: "test_hard_names", names: hardNames }),
  },
  {
    name: "reserved and hard names are tables, and keys",
    modes: lineModes,
    async run(context) {
      const streams = [
        "order",
        "SELECT",
        "table",
        "with space",
        'quo"te',
        "apo'strophe",
        "colon:ed",
        "test:SpecialChars!in?attributes",
        "名前",
        "semi;colon",
        "constructor",
        "back\\slash",
        "50%",
      ];
      const lines = streams.flatMap((stream, index) => [
        schema(stream, { [stream]: integer, "in:side": object }, [stream]),
        record(stream, { [stream]: index, "in:side": { "agent:type": "x", version: index } }),
        record(stream, { [stream]: index, "in:side": { "agent:type": "y", version: index } }),
      ]);
      for (let round = 0; round < 2; round += 1) assertSucceeded(await context.run(lines));
      for (const [index, stream] of streams.entries()) {
        await assertRows(context, stream, [
          {
            [stream]: BigInt(index),
            "in:side": { json: JSON.stringify({ "agent:type": "y", version: index }) },
          },
        ]);
      }
    },
  },
  {
    name: "__proto__ is a stream and a property like others",
    modes: everyMode,
    async run(context) {
      const stream = "__proto__";
      const outcome = await context.run([
        `{"type":"SCHEMA","stream":"__proto__","schema":{"properties":{"__proto__":{"type":"string"},"id":{"type":"integer"},"extra":{"type":"object"}}},"key_properties":["__proto__"]}`,
        rawRecord(stream, '{"__proto__":"a","id":1,"extra":{"__proto__":{"polluted":true}}}'),
        rawRecord(stream, '{"__proto__":"b","id":2}'),
        rawRecord(stream, '{"__proto__":"a","id":3,"extra":{"__proto__":1}}'),
        '{"type":"STATE","value":{"__proto__":{"a":1}}}',
      ]);
      assertSucceeded(outcome);
      await assertRows(context, stream, [
        Object.fromEntries([
          ["__proto__", "a"],
          ["id", 3n],
          ["extra", { json: '{"__proto__":1}' }],
        ]),
        Object.fromEntries([
          ["__proto__", "b"],
          ["id", 2n],
        ]),
      ]);
    },
  },
  {
    name: "the longest names are kept whole, in any script",
    modes: everyMode,
    async run(context) {
      const { nameLength } = context.limits;
      const names = [
        `${"long_".repeat(nameLength)}`.slice(0, nameLength),
        `${"long_".repeat(nameLength)}`.slice(0, nameLength - 1),
        "名".repeat(Math.floor(nameLength / 3)),
      ];
      await expectNamed(context, { stream: "s".repeat(Math.min(nameLength, 200)), names });
    },
  },
  {
    name: "properties that differ only by case are two columns, or an error that names both",
    modes: lineModes,
    async run(context) {
      const outcome = await context.run([
        schema("clash", { id: integer, Name: text, name: text }, ["id"]),
        record("clash", { id: 1, Name: "upper", name: "lower" }),
        state(1),
      ]);
      if (context.limits.caseSensitiveColumns) {
        assertSucceeded(outcome);
        await assertRows(context, "clash", [{ id: 1n, Name: "upper", name: "lower" }]);
      } else assertFailed(outcome, { words: ["clash", '"Name"', '"name"'] });
    },
  },
  {
    name: "a key without a column that differs from a column only by case does no harm",
    modes: lineModes,
    async run(context) {
      const outcome = await context.run([
        schema("twins", { id: integer, name: text }, ["id"]),
        record("twins", { id: 1, name: "lower", NAME: "upper" }),
        record("twins", { ID: 7, id: 2, NAME: "upper" }),
      ]);
      assertSucceeded(outcome);
      await assertRows(context, "twins", [{ id: 1n, name: "lower" }, { id: 2n }]);
    },
  },
  {
    name: "two streams that become one table are an error that names both",
    async run(context) {
      const outcome = await context.run([
        schema("a.b", { id: integer }, ["id"]),
        record("a.b", { id: 1 }),
        schema("a-b", { id: integer }, ["id"]),
        record("a-b", { id: 2 }),
        state(2),
      ]);
      assertFailed(outcome, { words: ['"a.b"', '"a-b"'] });
    },
  },
  {
    name: "keys that the SCHEMA does not name are left out",
    modes: everyMode,
    async run(context) {
      const outcome = await context.run([
        schema("narrow", { id: integer, name: text }, ["id"]),
        record("narrow", { id: 1, name: "a", surplus: "x", "other one": { deep: [1] } }),
        record("narrow", { surplus: null, id: 2 }),
      ]);
      assertSucceeded(outcome);
      await assertColumns(context, "narrow", { id: "integer", name: "string" });
      await assertRows(context, "narrow", [{ id: 1n, name: "a" }, { id: 2n }]);
    },
  },
  {
    name: "two thousand columns are one table",
    modes: everyMode,
    async run(context) {
      const names = Array.from({ length: 2000 }, (_, index) => `column_${index}`);
      const outcome = await context.run([
        schema("wide", { id: integer, ...Object.fromEntries(names.map((name) => [name, integer])) }, ["id"]),
        record("wide", { id: 1, ...Object.fromEntries(names.map((name, index) => [name, index])) }),
        record("wide", { id: 2, column_1999: 5 }),
      ]);
      assertSucceeded(outcome);
      await assertRows(context, "wide", [
        { id: 1n, ...Object.fromEntries(names.map((name, index) => [name, BigInt(index)])) },
        { id: 2n, column_1999: 5n },
      ]);
    },
  },
];
