import { describe, expect, it } from "vitest";
import {
  anything,
  expectFailure,
  integer,
  moment,
  record,
  schema,
  state,
  testAccount,
  text,
} from "./loads.ts";

const account = testAccount();

describe("exact decimals", () => {
  it("keep 38 digits, as numbers and as texts, on lines as they came and on rewritten ones", async () => {
    const test = await account.schema({ add_record_metadata: false, batch_size_rows: 2 });
    const price = { type: ["null", "number", "string"], format: "singer.decimal", precision: 38, scale: 9 };
    const digits = "12345678901234567890123456789.123456789";
    const of = (id: number, value: string): string =>
      `{"type":"RECORD","stream":"prices","record":{"id":${id},"price":${value}}}`;
    await test.load([
      schema("prices", { id: integer, price }, ["id"]),
      of(1, digits),
      of(2, `"-${digits}"`),
      // Exponents are for the rewriting lane.
      of(3, "1.5e-8"),
      of(4, digits),
      state(1),
    ]);
    expect(await test.columns("PRICES")).toEqual(["ID NUMBER(38,0)", "PRICE NUMBER(38,9)"]);
    expect(await test.rows("PRICES")).toEqual([
      `[1,"${digits}"]`,
      `[2,"-${digits}"]`,
      '[3,"0.000000015"]',
      `[4,"${digits}"]`,
    ]);
  });
});

describe("flattening", () => {
  it("gives the properties of objects columns, on lines as they came and on rewritten ones", async () => {
    const test = await account.schema({
      add_record_metadata: false,
      flattening_enabled: true,
      flattening_max_depth: 2,
    });
    const address = {
      type: ["null", "object"],
      properties: {
        city: text,
        geo: {
          type: "object",
          properties: { lat: { type: "number" }, deep: { type: "object", properties: { x: integer } } },
        },
      },
    };
    const values = { city: "Bursa", geo: { lat: 1.5, deep: { x: 1 } } };
    await test.load([
      schema("users", { id: integer, address }, ["id"]),
      record("users", { id: 1, address: values }),
      `{"type":"RECORD","stream":"users","record":{"id":2e0,"address":${JSON.stringify(values)}}}`,
      record("users", { id: 3, address: null }),
      state(1),
    ]);
    expect(await test.columns("USERS")).toEqual([
      "ID NUMBER(38,0)",
      "ADDRESS__CITY VARCHAR(16777216)",
      "ADDRESS__GEO__LAT FLOAT",
      "ADDRESS__GEO__DEEP VARIANT",
    ]);
    const flat = String.raw`"Bursa",1.5,"{\"x\":1}"]`;
    expect(await test.rows("USERS")).toEqual([`[1,${flat}`, `[2,${flat}`, "[3,null,null,null]"]);
  });
});

describe("values that no column takes", () => {
  const properties = { id: integer, at: moment, note: text, more: anything };
  const described = schema("odd", properties, ["id"]);

  it.each([
    [
      "a year of five digits",
      { at: "20107-05-28T00:00:00Z" },
      /^line 2: odd: a record does not fit its schema: \/at must be a date-time/,
    ],
    [
      "a text beyond what Snowflake keeps",
      { note: "é".repeat(8_388_609) },
      /^line 2: odd: "note" cannot be stored: the text has 16777218 bytes, more than max_string_bytes \(16777216\)/,
    ],
    [
      "JSON beyond what Snowflake keeps",
      { more: { a: "x".repeat(16_777_210) } },
      /^line 2: odd: "more" cannot be stored: the JSON value has 16777218 bytes, more than max_json_bytes \(16777216\)/,
    ],
  ])("are refused by their line before anything is sent: %s", async (_name, values, message) => {
    const test = await account.schema();
    const run = await test.run([described, record("odd", { id: 1, ...values }), state(1)]);
    expectFailure(run, 65, message);
    expect(run.statements.filter((sql) => /^(PUT|COPY)/.test(sql))).toEqual([]);
    expect(run.states).toEqual([]);
  });

  it("become null or are cut where that is set, and are counted", async () => {
    const test = await account.schema({
      ...{ add_record_metadata: false, on_invalid_value: "null", on_oversize: "truncate" },
      ...{ max_string_bytes: 7, max_json_bytes: 20 },
    });
    const { summary } = await test.load([
      described,
      record("odd", { id: 1, at: "20107-05-28T00:00:00Z", note: "kept" }),
      record("odd", { id: 2, at: "0000-00-00", note: "žluťoučký", more: { a: "x".repeat(30) } }),
      record("odd", { id: 3, at: "2024-01-02T00:00:00Z", note: "short", more: { a: 1 } }),
      state(1),
    ]);
    expect(await test.rows("ODD")).toEqual([
      '[1,null,"kept",null]',
      '[2,null,"žluťo",null]',
      String.raw`[3,"2024-01-02T00:00:00.000000","short","{\"a\":1}"]`,
    ]);
    expect(summary?.streams.get("odd")).toMatchObject({ loaded: 3, nulled: { at: 2, more: 1 } });
  });

  it("a whole record beyond what COPY takes is refused with what to do", async () => {
    const test = await account.schema();
    const note = "x".repeat(9_000_000);
    const run = await test.run([described, record("odd", { id: 1, note, more: { note } }), state(1)]);
    expectFailure(run, 70, /Max LOB size.*max_line_bytes/);
    expect(run.states).toEqual([]);
  });
});
