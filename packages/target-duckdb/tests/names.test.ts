import type { JsonSchema } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { testSession } from "./duckdb-session.ts";

const string: JsonSchema = { type: ["null", "string"] };

describe("names of columns", () => {
  const names: readonly [name: string, property: string][] = [
    ["a reserved word", "select"],
    ["an upper-case reserved word", "ORDER"],
    ["camel case", "clientName"],
    ["a colon", "Foo::Bar"],
    ["a double quote", 'a"b'],
    ["only a double quote", '"'],
    ["a single quote", "it's"],
    ["a semicolon and a comment", "x; DROP TABLE users; --"],
    ["a closing brace", "a} b"],
    ["a backslash", "a\\b"],
    ["blanks around", " a "],
    ["a blank", " "],
    ["a dot", "a.b"],
    ["a comma", "a,b"],
    ["a question mark", "a?"],
    ["a dollar sign", "$1"],
    ["a digit first", "1st"],
    ["a line break", "a\nb"],
    ["an emoji", "😀"],
    ["Greek", "ὄνομα"],
    ["Chinese", "名前"],
    ["decomposed letters", "e\u0301"],
    ["255 letters of several bytes", "é".repeat(255)],
    ["1,000 letters", "x".repeat(1000)],
    ["a prototype's", "__proto__"],
    ["a constructor's", "constructor"],
    ["the pseudo column's", "rowid"],
    ["an alias of the load", "s"],
    ["another alias of the load", "_chorale_staged"],
    ["an alias of the target", "_chorale_target"],
    ["the reader's own", "record"],
    ["a field of the message", "version"],
    ["another field of the message", "time_extracted"],
    ["a staged column", "c0"],
    ["a guard's", "lost"],
    ["a file's", "filename"],
  ];
  const lines = (property: string, values: readonly string[]): string[] =>
    values.map((value, id) => `{"id":${id % 2},${JSON.stringify(property)}:${JSON.stringify(value)}}`);

  it.each(names)("%s", async (_name, property) => {
    const test = await testSession();
    const properties = Object.fromEntries([
      ["id", { type: "integer" }],
      [property, string],
    ]);
    const shape = await test.prepare({ properties, keys: ["id", property], metadata: true });
    await test.load(shape, { texts: lines(property, ["a", "b", "a", "c"]) });
    await test.load(shape, { texts: lines(property, ["a", "c"]), root: "line" });
    const quoted = `"${property.replaceAll('"', '""')}"`;
    expect(await test.query(`SELECT id, ${quoted} FROM "users" ORDER BY ALL`)).toEqual([
      ["0", "a"],
      ["1", "b"],
      ["1", "c"],
    ]);
    await test.query('ALTER TABLE "users" ADD COLUMN other INTEGER');
    const again = await test.prepare({ properties, keys: ["id"], metadata: true });
    await test.load(again, { texts: lines(property, ["z"]), hardDelete: true });
    expect(await test.query(`SELECT count(*) FROM "users" WHERE ${quoted} = 'z'`)).toEqual([["1"]]);
  });

  it.each([
    [
      "that differ by case",
      ["id", "ID"],
      'users: the properties "id" and "ID" become one column in DuckDB. Leave one of them out of the selection.',
    ],
    [
      "without a name",
      ["id", ""],
      "users: a property without a name cannot be stored in DuckDB. Leave it out of the selection.",
    ],
    [
      "with a NUL",
      ["id", "a\0b"],
      "users: a property with a NUL in its name cannot be stored in DuckDB. Leave it out of the selection.",
    ],
  ])("two properties %s are an error", async (_name, properties, message) => {
    const test = await testSession();
    const spec = { properties: Object.fromEntries(properties.map((property) => [property, string])) };
    await expect(test.prepare(spec)).rejects.toMatchObject({ name: "ConfigError", exitCode: 78, message });
  });

  it("letters beyond A to Z that differ by case are two columns, as in DuckDB", async () => {
    const test = await testSession();
    const shape = await test.prepare({ properties: { é: string, É: string } });
    await test.load(shape, { texts: ['{"é":"small","É":"capital"}'] });
    expect(await test.query('SELECT "é", "É" FROM "users"')).toEqual([["small", "capital"]]);
  });

  it("2,000 columns", async () => {
    const test = await testSession();
    const properties = Object.fromEntries(
      Array.from({ length: 2000 }, (_, index) => [`column ${index}`, { type: ["null", "integer"] }]),
    );
    const shape = await test.prepare({ properties, keys: ["column 0"], metadata: true });
    const record = Object.fromEntries(Object.keys(properties).map((name, index) => [name, index]));
    await test.load(shape, { records: [record, { ...record, "column 1999": -1 }] });
    expect(await test.query('SELECT "column 1", "column 1998", "column 1999" FROM "users"')).toEqual([
      ["1", "1998", "-1"],
    ]);
  });

  it("no columns but those of the target", async () => {
    const test = await testSession();
    const shape = await test.prepare({ properties: {}, metadata: true });
    await test.load(shape, { texts: ["{}", '{"x":1}'] });
    expect(await test.query('SELECT count(*) FROM "users"')).toEqual([["2"]]);
  });
});

describe("names of tables", () => {
  it.each([
    ["users", "users"],
    ["public-users", "public_users"],
    ["a.b c", "a_b_c"],
    ["Camel", "Camel"],
    ["order", "order"],
    ["test:SpecialChars!in?attributes", "test:SpecialChars!in?attributes"],
    ['x"; DROP TABLE y; --', 'x";_DROP_TABLE_y;___'],
    ["__proto__", "__proto__"],
    ["ü".repeat(255), "ü".repeat(255)],
  ])("%s", async (stream, table) => {
    const test = await testSession();
    const shape = await test.prepare({ stream, properties: { id: { type: "integer" } } });
    expect(shape.table).toBe(`main.${table}`);
    await test.load(
      { ...shape, spec: { ...shape.spec } },
      { files: [{ bytes: '{"record":{"id":1}}\n', rows: 1 }] },
    );
    expect(await test.query(`SELECT id FROM "${table.replaceAll('"', '""')}"`)).toEqual([["1"]]);
  });

  it("two streams that become one table are an error that names both", async () => {
    const test = await testSession();
    const properties = { id: { type: "integer" } };
    await test.prepare({ stream: "a-b", properties });
    await test.prepare({ stream: "a-b", properties });
    await expect(test.prepare({ stream: "A_b", properties })).rejects.toMatchObject({
      name: "ConfigError",
      message:
        'the streams "a-b" and "A_b" become one table, A_b. Give one of them another table in stream_overrides.',
    });
  });

  it("stream_overrides name a table", async () => {
    const test = await testSession({ stream_overrides: { users: { table: "My Users.v2" } } });
    const shape = await test.prepare({ properties: { id: { type: "integer" } } });
    expect(shape.table).toBe("main.My Users.v2");
    await test.load(shape, { texts: ['{"id":1}'] });
    expect(await test.query('SELECT id FROM "My Users.v2"')).toEqual([["1"]]);
  });

  it("stream_overrides name a schema, where a table may bear another stream's name", async () => {
    const test = await testSession({ stream_overrides: { "a-b": { schema: "Side" } } });
    const properties = { id: { type: "integer" } };
    const main = await test.prepare({ stream: "a_b", properties });
    const side = await test.prepare({ stream: "a-b", properties });
    expect([main.table, side.table]).toEqual(["main.a_b", "Side.a_b"]);
    await test.load(side, { texts: ['{"id":1}'] });
    expect(await test.query('SELECT id FROM "test"."Side"."a_b"')).toEqual([["1"]]);
    expect(await test.query('SELECT id FROM "test"."main"."a_b"')).toEqual([]);
  });

  it.each(["tap_shop", "select", 'a "b"', "test"])("default_target_schema %s is made", async (schema) => {
    const test = await testSession({ default_target_schema: schema });
    const shape = await test.prepare({
      properties: { id: { type: "integer" } },
      keys: ["id"],
      metadata: true,
    });
    await test.load(shape, { texts: ['{"id":1}', '{"id":1}'] });
    const quoted = `"${schema.replaceAll('"', '""')}"`;
    expect(await test.query(`SELECT id FROM "test".${quoted}."users"`)).toEqual([["1"]]);
  });
});
