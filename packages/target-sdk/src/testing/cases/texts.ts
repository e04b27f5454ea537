import { assertRows, assertSucceeded } from "../expectations.ts";
import { integer, list, object, rawRecord, record, schema, text } from "../messages.ts";
import { everyMode, lineModes, type SuiteCase } from "../suite-case.ts";

const encoded = [
  "simple",
  "προσοχή: Ελληνικά",
  "我能吞下玻璃而不伤身体",
  "Ůňíčöďé žluťoučký kůň",
  "😀👩‍👩‍👧‍👦",
  "quotes \" ' ` „“",
  "\\ / \\n \\\\ \\u0000",
  "line\nfeed\r\ntab\tform\fback\b",
  "control \u0001\u001f\u007f\u0085",
  "separators \u2028\u2029",
  "mark \uFEFF inside",
  "\uFEFFmark at the beginning",
  " blanks around ",
  "%s {} $1 ; -- /* */",
  "a,b;c|d\te",
  "<a href='x'>&amp;</a>",
];

/** Texts as real data has them. */
export const textCases: readonly SuiteCase[] = [
  {
    name: "encoded_string_data and unicode: texts come back character by character, in columns and in JSON",
    modes: everyMode,
    async run(context) {
      const outcome = await context.run([
        schema("strings", { id: integer, s: text, o: object, a: list }, ["id"]),
        ...encoded.map((s, id) => record("strings", { id, s, o: { s, [s]: 1 }, a: [s, [s]] })),
      ]);
      assertSucceeded(outcome);
      await assertRows(
        context,
        "strings",
        encoded.map((s, id) => ({
          id: BigInt(id),
          s,
          o: { json: JSON.stringify({ s, [s]: 1 }) },
          a: { json: JSON.stringify([s, [s]]) },
        })),
      );
    },
  },
  {
    name: "texts written with escapes are the same texts",
    modes: lineModes,
    async run(context) {
      const escaped = (value: string): string =>
        JSON.stringify(value).replaceAll(
          /[^ -~]/g,
          (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
        );
      const outcome = await context.run([
        schema("escaped", { id: integer, s: text, o: object }, ["id"]),
        ...encoded.map((s, id) =>
          rawRecord("escaped", `{"id":${id},"s":${escaped(s)},"o":{"s":${escaped(s)}}}`),
        ),
        rawRecord("escaped", '{"id":100,"s":"\\u0041\\/\\uD83D\\uDE00"}'),
      ]);
      assertSucceeded(outcome);
      await assertRows(context, "escaped", [
        ...encoded.map((s, id) => ({ id: BigInt(id), s, o: { json: JSON.stringify({ s }) } })),
        { id: 100n, s: "A/😀" },
      ]);
    },
  },
  {
    name: "NUL follows the stated rule, and its neighbours are safe",
    modes: everyMode,
    async run(context) {
      const values = ["a\u0000b", "\u0000", "\\u0000", "after"];
      const outcome = await context.run([
        schema("nuls", { id: integer, s: text, o: object }, ["id"]),
        ...values.map((s, id) => record("nuls", { id, s, o: { s } })),
      ]);
      assertSucceeded(outcome);
      await assertRows(
        context,
        "nuls",
        values.map((s, id) => ({ id: BigInt(id), s, o: { json: JSON.stringify({ s }) } })),
      );
    },
  },
  {
    name: "half a surrogate pair becomes U+FFFD, and its neighbours are safe",
    modes: everyMode,
    async run(context) {
      const outcome = await context.run([
        schema("surrogates", { id: integer, s: text, o: object }, ["id"]),
        rawRecord("surrogates", '{"id":1,"s":"x\\ud83dy","o":{"s":"\\ude00"}}'),
        rawRecord("surrogates", '{"id":2,"s":"\\ud83d\\ude00","o":{"s":"\\ud83d\\ude00"}}'),
        rawRecord("surrogates", '{"id":3,"s":"plain"}'),
      ]);
      assertSucceeded(outcome);
      await assertRows(context, "surrogates", [
        { id: 1n, s: "x\uFFFDy", o: { json: '{"s":"\uFFFD"}' } },
        { id: 2n, s: "😀", o: { json: '{"s":"😀"}' } },
        { id: 3n, s: "plain" },
      ]);
    },
  },
  {
    name: "the empty text, null, absent and texts that look like null are kept apart",
    modes: everyMode,
    async run(context) {
      const values = [
        "",
        "\\N",
        "\\\\N",
        "null",
        "NULL",
        "None",
        "undefined",
        "NaN",
        '""',
        " ",
        "true",
        "0",
        "{}",
      ];
      const outcome = await context.run([
        schema("nulls", { id: integer, s: text, any: {}, n: integer }, ["id"]),
        ...values.map((s, id) => record("nulls", { id, s, any: s, n: null })),
        record("nulls", { id: 100, s: null, any: null, n: null }),
        record("nulls", { id: 101 }),
      ]);
      assertSucceeded(outcome);
      await assertRows(context, "nulls", [
        ...values.map((s, id) => ({ id: BigInt(id), s, any: { json: JSON.stringify(s) } })),
        { id: 100n },
        { id: 101n },
      ]);
    },
  },
  {
    name: "JSON keeps null within, and the order of lists; the last of a duplicate key counts",
    modes: lineModes,
    async run(context) {
      const outcome = await context.run([
        schema("in_json", { id: integer, o: object, s: text }, ["id"]),
        rawRecord("in_json", '{"id":1,"o":{"a":null,"b":[null,1],"":{"":""}}}'),
        rawRecord("in_json", '{"id":9,"s":"first","id":2,"s":"last","o":{"a":1}}'),
      ]);
      assertSucceeded(outcome);
      await assertRows(context, "in_json", [
        { id: 1n, o: { json: '{"a":null,"b":[null,1],"":{"":""}}' } },
        { id: 2n, s: "last", o: { json: '{"a":1}' } },
      ]);
    },
  },
  {
    name: "texts that look like moments and numbers stay texts",
    modes: everyMode,
    async run(context) {
      const values = [
        "2024-01-01T00:00:00+02:00",
        "2024-01-01",
        "10:00:00",
        "007",
        "1e5",
        "1.10",
        "-0",
        "0x10",
        "12345678901234567890123",
      ];
      const outcome = await context.run([
        schema("lookalikes", { id: integer, s: text }, ["id"]),
        ...values.map((s, id) => record("lookalikes", { id, s })),
      ]);
      assertSucceeded(outcome);
      await assertRows(
        context,
        "lookalikes",
        values.map((s, id) => ({ id: BigInt(id), s })),
      );
    },
  },
  {
    name: "a line of ten megabytes is taken whole",
    modes: everyMode,
    async run(context) {
      const long = "0123456789ž".repeat(1_000_000);
      const outcome = await context.run([
        schema("long_lines", { id: integer, s: text, o: object }, ["id"]),
        record("long_lines", { id: 1, s: long }),
        record("long_lines", { id: 2, s: "short", o: { a: 1 } }),
      ]);
      assertSucceeded(outcome);
      await assertRows(context, "long_lines", [
        { id: 1n, s: long },
        { id: 2n, s: "short", o: { json: '{"a":1}' } },
      ]);
    },
  },
];
