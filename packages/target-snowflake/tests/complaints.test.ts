import { readFile } from "node:fs/promises";
import { startSnowflake } from "@chorale/sandbox";
import { targetTestCases } from "@chorale/target-sdk/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { spoolRulesOf } from "../src/session.ts";
import { type Complaint, complaints, groundless } from "./complaints.ts";
import {
  activate,
  beginning,
  integer,
  record,
  schema,
  state,
  testAccount,
  testSchema,
  text,
} from "./loads.ts";
import { snowflakeConfig } from "./snowflake-settings.ts";

const account = testAccount();

describe("what users of other targets complain of", () => {
  it("an active version that is activated again loses no row", async () => {
    const test = await account.schema({ hard_delete: true });
    const described = schema("users", { id: integer, name: text }, ["id"]);
    const of = (id: number, name: string): string => record("users", { id, name }, { version: 5 });
    await test.load([
      described,
      activate("users", 5),
      of(1, "a"),
      of(2, "a"),
      activate("users", 5),
      state(1),
    ]);
    await test.load([described, activate("users", 5), of(2, "b"), activate("users", 5), state(2)]);
    await test.load([described, activate("users", 5), state(3)]);
    expect(await test.rows("USERS")).toEqual(['[1,"a"]', '[2,"b"]']);
  });

  it("a version is activated in the table that the stream has by its override", async () => {
    const stream_overrides = { users: { table: "people" } };
    const test = await account.schema({ hard_delete: true, stream_overrides });
    for (const table of ["USERS", "PEOPLE"]) {
      await test.query(`CREATE TABLE RAW.$.${table} (ID NUMBER(38,0), _SDC_TABLE_VERSION NUMBER(38,0))`);
      await test.query(`INSERT INTO RAW.$.${table} SELECT 1, 1`);
    }
    const lines = [schema("users", { id: integer }, ["id"]), record("users", { id: 2 }, { version: 2 })];
    await test.load([...lines, activate("users", 2), state(1)]);
    expect([await test.rows("USERS"), await test.rows("PEOPLE")]).toEqual([["[1]"], ["[2]"]]);
  });

  it("properties without a type are columns of JSON, flattened or not", async () => {
    const test = await account.schema({ add_record_metadata: false, flattening_enabled: true });
    const nested = { type: "object", properties: { any: {}, described: { description: "no type" } } };
    const values = { any: [1, "a"], described: "x" };
    await test.load([
      schema("history", { id: integer, value: {}, nested }, ["id"]),
      record("history", { id: 1, value: { a: 1 }, nested: values }),
      record("history", { id: 2, value: "text", nested: { any: 1.5 } }),
      state(1),
    ]);
    expect(await test.columns("HISTORY")).toEqual([
      "ID NUMBER(38,0)",
      "VALUE VARIANT",
      "NESTED__ANY VARIANT",
      "NESTED__DESCRIBED VARIANT",
    ]);
    expect(await test.rows("HISTORY")).toEqual([
      String.raw`[1,"{\"a\":1}","[1,\"a\"]","\"x\""]`,
      String.raw`[2,"\"text\"","1.5",null]`,
    ]);
  });

  it("a schema may have a reserved name, and everything is found without quotes", async () => {
    const test = testSchema(account.sandbox, { name: '"IN"', settings: { default_target_schema: "in" } });
    const properties = { clientId: integer, "Client Name": text, localtime: text };
    await test.load([
      schema("newOrders", properties, ["clientId"]),
      record("newOrders", { clientId: 1, "Client Name": "a", localtime: "b" }),
      state(1),
    ]);
    const found = await test.query(
      'SELECT clientid, "CLIENT NAME" AS name FROM raw."IN".neworders WHERE clientId = 1',
    );
    expect(found).toEqual([{ CLIENTID: 1n, NAME: "a" }]);
    expect(await test.rows("NEWORDERS")).toEqual(['[1,"a","b"]']);
  });

  it("columns of types that no stream has may be in the table", async () => {
    const test = await account.schema({ add_record_metadata: false });
    await test.query("CREATE TABLE RAW.$.USERS (ID NUMBER(38,0), O OBJECT, A ARRAY, B BINARY, NAME VARCHAR)");
    await test.query(
      "INSERT INTO RAW.$.USERS SELECT 1, OBJECT_CONSTRUCT('a', 1), ARRAY_CONSTRUCT(1), TO_BINARY('ff'), 'old'",
    );
    const lines = [1, 2].map((id) => record("users", { id, name: "new" }));
    await test.load([schema("users", { id: integer, name: text }, ["id"]), ...lines, state(1)]);
    expect(await test.rows("USERS")).toEqual([
      String.raw`[1,"{\"a\":1}","[1]","FF","new"]`,
      '[2,null,null,null,"new"]',
    ]);
  });

  const many = Array.from({ length: 10 }, (_, id) => [record("users", { id }), state(id)]).flat();
  const described = schema("users", { id: integer }, ["id"]);

  it("batches go by their rows, and a STATE flushes none", async () => {
    const test = await account.schema({ batch_size_rows: 4 });
    const { statements, states } = await test.load([described, ...many]);
    expect(beginning(statements, "COPY")).toHaveLength(3);
    expect(states.at(-1)).toBe(9);
    expect(statements.filter((sql) => /\bFILE FORMAT\b/.test(sql))).toEqual([]);
    expect(await test.rows("USERS")).toHaveLength(10);
  });

  it("only the staged rows are looked through for duplicates", async () => {
    const test = await account.schema();
    const { statements } = await test.load([described, ...many]);
    const merges = beginning(statements, "MERGE").filter((sql) => !sql.includes("_CHORALE_COMMITS"));
    expect(merges).toHaveLength(1);
    const [into = "", using = ""] = merges[0]?.split(" ON _chorale_target") ?? [];
    expect(into.split(`"RAW"."${test.name}"."USERS"`)).toHaveLength(2);
    expect(into).toMatch(
      /QUALIFY ROW_NUMBER\(\) OVER \(PARTITION BY "c0" ORDER BY "_FILE" DESC, "_ROW" DESC\) = 1/,
    );
    expect(using).not.toMatch(/SELECT|QUALIFY/);
  });

  it("a run logs in once for each table that is loaded at a time", async () => {
    const test = await account.schema({ batch_size_rows: 1, parallelism: 2, upload_parallelism: 1 });
    const before = account.sandbox.sessions.length;
    await test.load([
      described,
      schema("orders", { id: integer }),
      ...many,
      record("orders", { id: 1 }),
      state(10),
    ]);
    // Two that load, one for all the rest, and one that uploads.
    expect(account.sandbox.sessions.length - before).toBeLessThanOrEqual(4);
  });

  it("a password may have any characters", async () => {
    const password = "p@ss:w/rd?%20&#\\\"'é 日本";
    const snowflake = await startSnowflake({
      users: [{ name: "LOADER", password, defaults: { role: "LOADER", warehouse: "LOADING" } }],
    });
    onTestFinished(() => snowflake.close());
    const test = testSchema(snowflake, { name: "PUBLIC", settings: { password } });
    await test.load([described, record("users", { id: 1 }), state(1)]);
    expect(await test.rows("USERS")).toEqual(["[1]"]);
  });

  it("files are bounded in size", async () => {
    const { maxFileBytes } = spoolRulesOf(await snowflakeConfig());
    expect(maxFileBytes).toBe(128 * 1024 * 1024);
  });
});

describe("the list of complaints", () => {
  const cases = Object.values(targetTestCases).flatMap((some) => some.map(({ name }) => name));

  async function isThere({ place, test }: Complaint): Promise<boolean> {
    if (place === "suite") return cases.filter((name) => name.startsWith(test)).length === 1;
    const source = await readFile(new URL(`${place}.test.ts`, import.meta.url), "utf8").catch(() => "");
    return source.includes(test);
  }

  it("names tests that there are", async () => {
    const lost: string[] = [];
    for (const each of complaints)
      if (!(await isThere(each))) lost.push(`${each.what}: ${each.place}, ${each.test}`);
    expect(lost).toEqual([]);
    expect(complaints.length).toBeGreaterThan(60);
  });

  it("says of the others why they cannot be", () => {
    for (const { what, because } of groundless) expect(`${what}: ${because}`).toMatch(/^\S.{20,}: \S.{20,}$/);
  });
});
