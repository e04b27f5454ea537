import { ConfigError } from "@chorale/singer";
import { quoteTable, type TableName } from "@chorale/target-sdk/sql";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { snowflakeDialect } from "../src/dialect.ts";
import { snowflakeText } from "../src/literals.ts";
import {
  configuredName,
  locateTable,
  namedTable,
  type PlaceSettings,
  readersOf,
  stageOf,
  stagePath,
  stageReference,
} from "../src/names.ts";
import { piecesOf } from "./sql-lexer.ts";

const dialect = snowflakeDialect({ timestampType: "TIMESTAMP_NTZ", transient: false });
const mapping = { public: { target_schema: "repl", target_schema_select_permissions: ["r"] } };

/** A configuration, or one in which no schema is set. */
type Settings = Partial<PlaceSettings> & { readonly hasSchema?: false };

function place(stream: string, { hasSchema, ...config }: Settings = {}): TableName {
  const schema = hasSchema === false ? {} : { default_target_schema: "shop" };
  return locateTable(stream, { config: { database: "raw", ...schema, ...config }, dialect });
}

describe("where a stream's table is", () => {
  it.each<[stream: string, config: Settings, where: string]>([
    ["users", {}, '"RAW"."SHOP"."USERS"'],
    ["public-users", {}, '"RAW"."SHOP"."PUBLIC_USERS"'],
    ["my users.v2", {}, '"RAW"."SHOP"."MY_USERS_V2"'],
    ["order", { database: '"raw"', default_target_schema: '"in"' }, '"raw"."in"."ORDER"'],
    ["public-users", { schema_mapping: mapping }, '"RAW"."REPL"."USERS"'],
    ["shop-public-old-users", { schema_mapping: mapping }, '"RAW"."REPL"."OLD_USERS"'],
    ["private-users", { schema_mapping: mapping }, '"RAW"."SHOP"."PRIVATE_USERS"'],
    ["public", { schema_mapping: mapping }, '"RAW"."SHOP"."PUBLIC"'],
    ["__proto__-users", { schema_mapping: mapping }, '"RAW"."SHOP"."__PROTO___USERS"'],
    ["users", { stream_overrides: { users: { table: "people" } } }, '"RAW"."SHOP"."PEOPLE"'],
    ["users", { stream_overrides: { users: { table: '"a ""b"".c"' } } }, '"RAW"."SHOP"."a ""b"".c"'],
    ["users", { stream_overrides: { users: { schema: "hr" } } }, '"RAW"."HR"."USERS"'],
    [
      "public-users",
      { schema_mapping: mapping, stream_overrides: { "public-users": { schema: "hr" } } },
      '"RAW"."HR"."USERS"',
    ],
    ["constructor", { stream_overrides: {} }, '"RAW"."SHOP"."CONSTRUCTOR"'],
  ])("%s with %j is %s", (stream, config, where) => {
    expect(quoteTable(place(stream, config))).toBe(where);
  });

  it.each<[stream: string, config: Settings, where: string]>([
    ["users", {}, '"RAW"."SHOP"."USERS"'],
    ["public-users", {}, '"RAW"."SHOP"."USERS"'],
    ["public-my users.v2", {}, '"RAW"."SHOP"."MY USERS_V2"'],
    ["db-public-a-b", {}, '"RAW"."SHOP"."A_B"'],
    ["public-users", { schema_mapping: mapping }, '"RAW"."REPL"."USERS"'],
    ["db-public-users", { schema_mapping: mapping, hasSchema: false }, '"RAW"."REPL"."USERS"'],
  ])("%s with %j is %s as PipelineWise names it", (stream, config, where) => {
    expect(quoteTable(place(stream, { ...config, compat: "pipelinewise" }))).toBe(where);
  });

  it.each<[stream: string, config: Settings, where: string]>([
    ["users", {}, '"RAW"."SHOP"."USERS"'],
    ["public-users", {}, '"RAW"."SHOP"."USERS"'],
    ["public-users", { hasSchema: false }, '"RAW"."PUBLIC"."USERS"'],
    ["db-my schema!-users", { hasSchema: false }, '"RAW"."MY_SCHEMA"."USERS"'],
    ["test:SpecialChars!in?attributes", {}, '"RAW"."SHOP"."TESTSPECIALCHARSINATTRIBUTES"'],
    [" 1st.report ", {}, '"RAW"."SHOP"."BST_REPORT"'],
    ["a-b-c-9 lives", {}, '"RAW"."SHOP"."J_LIVES"'],
    ["TestCamelcase", {}, '"RAW"."SHOP"."TESTCAMELCASE"'],
  ])("%s with %j is %s as MeltanoLabs names it", (stream, config, where) => {
    expect(quoteTable(place(stream, { ...config, compat: "meltanolabs" }))).toBe(where);
  });

  it.each<[why: string, stream: string, config: Settings, message: RegExp]>([
    [
      "no schema",
      "users",
      { hasSchema: false },
      /^users: no schema to load it into\. Set default_target_schema/,
    ],
    ["a blank schema", "users", { default_target_schema: " " }, /^users: no schema/],
    ["no schema in four parts", "a-b-c-d", { hasSchema: false, compat: "meltanolabs" }, /no schema/],
    ["nothing left of a name", "日本", { compat: "meltanolabs" }, /^日本: a stream without a name/],
    ["no name", "", {}, /without a name/],
    ["a NUL", "a\0b", {}, /with a NUL/],
    [
      "a NUL in an override",
      "a",
      { stream_overrides: { a: { table: "b\0" } } },
      /^the table of a: Snowflake has no name like "b\\u0000"/,
    ],
    [
      "too long an override",
      "a",
      { stream_overrides: { a: { table: "b".repeat(256) } } },
      /1 to 255 characters/,
    ],
    ["an empty exact name", "a", { default_target_schema: '""' }, /Snowflake has no name like/],
    ["half a surrogate pair", "a", { default_target_schema: "x\uD800" }, /Snowflake has no name like/],
  ])("refuses %s", (_why, stream, config, message) => {
    const locating = () => place(stream, config);
    expect(locating).toThrow(ConfigError);
    expect(locating).toThrow(message);
  });

  it("shortens a stream's name of 300 characters, and keeps two of them apart", () => {
    const one = place(`${"ä".repeat(299)}a`).table;
    const other = place(`${"ä".repeat(299)}b`).table;
    expect([...one]).toHaveLength(255);
    expect(one).toMatch(/^Ä{246}_[0-9A-F]{8}$/);
    expect(one).not.toBe(other);
  });
});

describe("names in settings", () => {
  it.each([
    ["raw", "RAW"],
    [" Raw ", "RAW"],
    ['"Raw"', "Raw"],
    ['"a""b"', 'a"b'],
    ['a"b', 'A"B'],
    ['"', '"'],
    ['"a"b"', '"A"B"'],
    ["größe", "GRÖßE"],
  ])("%s is %s", (text, name) => {
    expect(configuredName(text, "database")).toBe(name);
  });

  it.each([
    ["states", '"RAW"."SHOP"."STATES"'],
    ["etl.states", '"RAW"."ETL"."STATES"'],
    ['other.etl."s.t"', '"OTHER"."ETL"."s.t"'],
    ['"a""b".states', '"RAW"."a""b"."STATES"'],
  ])("a table %s is %s", (text, where) => {
    const config = { database: "raw", default_target_schema: "shop" };
    expect(quoteTable(namedTable(text, { config, setting: "state_table" }))).toBe(where);
  });

  it.each(["", "a..b", "a.b.c.d", ".a", "a.", '"a', 'a"b"'])("%j is no table", (text) => {
    const config = { database: "raw", default_target_schema: "shop" };
    expect(() => namedTable(text, { config, setting: "state_table" })).toThrow(
      /^state_table: .* is no name\./,
    );
  });

  it("says when no schema is known", () => {
    expect(() => namedTable("states", { config: { database: "raw" }, setting: "state_table" })).toThrow(
      "state_table: no schema for states. Set default_target_schema, or write schema.name.",
    );
  });

  it.each([
    ["public-users", ["R"]],
    ["private-users", ["A", "b"]],
    ["users", ["A", "b"]],
  ])("%s may be read by %j", (stream, roles) => {
    const config = { schema_mapping: mapping, default_target_schema_select_permissions: ["a", '"b"'] };
    expect(readersOf(stream, config)).toEqual(roles);
  });

  it("takes one reader for a list of one, and none for none", () => {
    expect(readersOf("users", { default_target_schema_select_permissions: "reporting" })).toEqual([
      "REPORTING",
    ]);
    expect(readersOf("users", {})).toEqual([]);
  });
});

const hostile = fc.oneof(
  fc.string({ unit: "binary", minLength: 1, maxLength: 300 }),
  fc.string({
    unit: fc.constantFrom(
      '"',
      "'",
      "\\",
      "\n",
      "$$",
      ";",
      "--",
      "/*",
      "*/",
      "//",
      "u0000",
      "ß",
      " ",
      "$1",
      "?",
    ),
    minLength: 1,
    maxLength: 40,
  }),
  fc.constantFrom(
    '"; DROP TABLE users; --',
    "'; DROP TABLE users; --",
    "\\'; --",
    '\\"; --',
    "x\\",
    "$$;$$",
    "é".repeat(300),
  ),
);

describe("stages", () => {
  const config = { database: "raw", default_target_schema: "shop" };

  it.each<[setting: string | undefined, reference: string]>([
    [undefined, '@"RAW"."SHOP"."_CHORALE_STAGE"'],
    ["~", "@~"],
    ["@~", "@~"],
    ["files", '@"RAW"."SHOP"."FILES"'],
    ["@etl.files", '@"RAW"."ETL"."FILES"'],
    ['other.etl."files"', '@"OTHER"."ETL"."files"'],
  ])("%s is %s", (stage, reference) => {
    expect(stageReference(stageOf({ ...config, ...(stage === undefined ? {} : { stage }) }))).toBe(reference);
  });

  it("is the user's own when there is no schema to make one in", () => {
    expect(stageOf({ database: "raw" })).toBe("~");
  });

  it.each([
    [{ prefix: "chorale", stream: "users", batchId: "b-1" }, "chorale/users/b-1/"],
    [{ prefix: "/a//b/", stream: "users", batchId: "1" }, "a/b/users/1/"],
    [{ prefix: "", stream: "users", batchId: "1" }, "users/1/"],
    [{ prefix: "", stream: "..", batchId: "." }, "_-#/_-#/"],
    [{ prefix: "", stream: "a/../b", batchId: "1" }, "a_.._b-#/1/"],
    [{ prefix: "", stream: "größe", batchId: "1" }, "gr_e-#/1/"],
  ])("%j is the folder %s", (options, path) => {
    // What stands for other characters is followed by a hash.
    expect(stagePath(options).replaceAll(/-[0-9a-f]{8}/g, "-#")).toBe(path);
  });

  it("keeps folders of different streams apart, and their names short", () => {
    const path = (stream: string) => stagePath({ prefix: "", stream, batchId: "1" });
    expect(new Set(["a b", "a_b", "a/b", "a\\b", "a'b"].map(path)).size).toBe(5);
    expect(path("x".repeat(300)).length).toBeLessThan(120);
    expect(path(`${"x".repeat(300)}a`)).not.toBe(path(`${"x".repeat(300)}b`));
  });

  it("is made of harmless characters, whatever the stream is called", () => {
    fc.assert(
      fc.property(hostile, hostile, (prefix, stream) => {
        const path = stagePath({ prefix, stream, batchId: "1" });
        expect(path).toMatch(/^(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*\/)+$/);
      }),
    );
  });
});

describe("hostile names and texts", () => {
  it("stay one name each", () => {
    fc.assert(
      fc.property(hostile, hostile, hostile, (database, schema, table) => {
        const sql = `DESCRIBE TABLE ${quoteTable({ catalog: database, schema, table })}`;
        if (sql.includes("\0")) return;
        expect(piecesOf(sql)).toEqual([
          { kind: "word", value: "DESCRIBE" },
          { kind: "word", value: "TABLE" },
          { kind: "name", value: database },
          { kind: "symbol", value: "." },
          { kind: "name", value: schema },
          { kind: "symbol", value: "." },
          { kind: "name", value: table },
        ]);
      }),
    );
  });

  it("of streams and settings are one name each, or refused", () => {
    fc.assert(
      fc.property(hostile, hostile, (stream, schema) => {
        let table: TableName;
        try {
          table = place(stream, { default_target_schema: schema });
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
          return;
        }
        const names = piecesOf(`DROP TABLE ${quoteTable(table)}`).filter(({ kind }) => kind === "name");
        expect(names.map(({ value }) => value)).toEqual([table.catalog, table.schema, table.table]);
        expect([...table.table].length).toBeLessThanOrEqual(255);
      }),
    );
  });

  it("stay one text", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(piecesOf(`COMMENT ${snowflakeText(text)} x`)).toEqual([
          { kind: "word", value: "COMMENT" },
          { kind: "text", value: text.toWellFormed() },
          { kind: "word", value: "X" },
        ]);
      }),
    );
  });

  it("would be found out by the lexer of these tests", () => {
    expect(() => piecesOf("SELECT '\\'")).toThrow("a text does not end");
    expect(() => piecesOf('SELECT "a"; DROP TABLE t; --"')).toThrow("injected");
    expect(piecesOf("'a\\'b''c\\\\\\u0000'")).toEqual([{ kind: "text", value: "a'b'c\\\0" }]);
  });
});
