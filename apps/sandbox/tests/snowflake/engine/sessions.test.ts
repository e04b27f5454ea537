import { describe, expect, it } from "vitest";
import { withAccount } from "./account.ts";

describe("a session", () => {
  it("begins where its login says, as far as that is there", async () => {
    await withAccount(async (account, { session }) => {
      expect(session.place).toEqual({
        database: "RAW",
        schema: "PUBLIC",
        warehouse: "LOADING",
        role: "LOADER",
      });
      const lost = await account.open({ database: "NOPE", warehouse: "NOPE", schema: "SALES" });
      expect(lost.session.place).toEqual({ database: null, schema: null, warehouse: null, role: "LOADER" });
      const { session: other } = await account.open({ schema: "NOPE" });
      expect(other.place.schema).toBe("PUBLIC");
    });
  });

  it.each([
    ['use database "Mixed"', { database: "Mixed", schema: "PUBLIC" }],
    ['use "Mixed"', { database: "Mixed", schema: "PUBLIC" }],
    ["use schema sales", { database: "RAW", schema: "SALES" }],
    ['use schema "Mixed"."lower"', { database: "Mixed", schema: "lower" }],
    ["use raw.sales", { database: "RAW", schema: "SALES" }],
    ['use warehouse "Small wh"', { warehouse: "Small wh" }],
    ["USE ROLE reader", { role: "READER" }],
  ])("moves with %s", async (statement, place) => {
    await withAccount(async (_account, { session, run }) => {
      expect((await run(statement)).rows).toEqual([["Statement executed successfully."]]);
      expect(session.place).toMatchObject(place);
    });
  });

  it.each([
    ["use database mixed", "002043 (02000)"],
    ['use schema "sales"', "002043 (02000)"],
    ["use warehouse nope", "002043 (02000)"],
    ["use role nope", "003013 (42501)"],
    ["use warehouse", "001003 (42000)"],
    ["alter session set nope = 1", "001006 (22023)"],
    ["alter session unset nope", "001006 (22023)"],
    ["alter session set lock_timeout = -1", "001003 (42000)"],
    ["alter session set lock_timeout = 'soon'", "001008 (22023)"],
    ["alter session set autocommit = 2", "001008 (22023)"],
    ["alter session set timestamp_type_mapping = 'DATE'", "001008 (22023)"],
    ["alter session set", "001003 (42000)"],
    ["", "000900 (42601)"],
    [" -- nothing\n /* at all */ ; ", "000900 (42601)"],
    ["select 1; select 2", "000008 (0A000)"],
    ["hello world", "001003 (42000)"],
    ["select 'unfinished", "001003 (42000)"],
    ["create view v as select 1", "001003 (42000)"],
    ["pragma database_list", "001003 (42000)"],
    ["attach 'x.db'", "001003 (42000)"],
    ["install json", "001003 (42000)"],
    ["explain select 1", "000002 (0A000)"],
    ["call p()", "000002 (0A000)"],
    ["execute immediate 'select 1'", "000002 (0A000)"],
    ["get @~/x file:///tmp", "000002 (0A000)"],
    ["select system$wait(1)", "002140 (42601)"],
    ["select * from duckdb_tables()", "001003 (42000)"],
    ['select * from "~scratch"', "002003 (42S02)"],
    ["select * from information_schema.nope", "002003 (42S02)"],
    ["show nonsense", "001003 (42000)"],
    ["describe table nope", "002003 (42S02)"],
    ["describe stage nope", "002003 (02000)"],
    ["list @nope", "002003 (02000)"],
    ["list @%nope", "002003 (42S02)"],
    ["put file:///tmp/x @~ colour = red", "001420 (22023)"],
    ["put file:///tmp/x @~ parallel = 0", "001008 (22023)"],
    ["put file:///tmp/x @~ source_compression = zip", "001008 (22023)"],
    ["put /tmp/x @~", "001003 (42000)"],
    ["put file:///tmp/x", "001003 (42000)"],
    ["grant select on table nope to role reader", "002003 (42S02)"],
    ["grant flying on schema public to role reader", "001003 (42000)"],
    ["grant usage on schema public to role nope", "002003 (02000)"],
    ["truncate table nope", "002003 (42S02)"],
    ["create stage st encryption = (type = 'ROT13')", "001008 (22023)"],
    ["create stage st colour = 'red'", "001420 (22023)"],
    ["create file format f type = xml", "000002 (0A000)"],
  ])("is refused: %s", async (statement, code) => {
    await withAccount(async (_account, asker) => {
      expect(await asker.code(statement)).toBe(code);
      expect(await asker.rows("select 1")).toEqual([["1"]]);
    });
  });

  it("sets parameters for itself only, and takes them back", async () => {
    await withAccount(async (account, { session, rows }) => {
      const other = await account.open();
      await rows(
        "alter session set timezone = 'UTC', lock_timeout = 5 query_tag = 'x y', strict_json_output = true",
      );
      expect(
        ["TIMEZONE", "LOCK_TIMEOUT", "QUERY_TAG", "STRICT_JSON_OUTPUT"].map((name) =>
          session.parameters.get(name),
        ),
      ).toEqual(["UTC", 5, "x y", true]);
      expect(other.session.parameters.get("LOCK_TIMEOUT")).toBe(43_200);
      expect(await rows("show parameters like 'lock_time%' in session")).toEqual([
        ["LOCK_TIMEOUT", "5", "43200", "SESSION", "", "NUMBER"],
      ]);
      await rows("alter session unset lock_timeout, timezone");
      expect(session.parameters.get("LOCK_TIMEOUT")).toBe(43_200);
    });
  });

  it("needs a warehouse for rows, and none for the rest", async () => {
    await withAccount(async (account, { rows }) => {
      await rows("create table t (a int)");
      const bare = await account.open({ warehouse: "NONE" });
      for (const statement of [
        "select * from t",
        "insert into t values (1)",
        "delete from t",
        "copy into t from @~ file_format = (type = csv)",
        "create table u as select 1 a",
      ]) {
        expect(await bare.problem(statement), statement).toEqual({
          code: "000606",
          sqlState: "57P03",
          message:
            "No active warehouse selected in the current session.  Select an active warehouse with the 'use warehouse' command.\n",
        });
      }
      for (const statement of [
        "select 1",
        "create table v (a int)",
        "describe table t",
        "show tables",
        "list @~",
        "truncate table t",
        "begin",
        "commit",
        "alter table t add column b int",
      ]) {
        await bare.run(statement);
      }
      await bare.put("put file:///x @~");
    });
  });

  it("is refused what its role lacks", async () => {
    await withAccount(async (account, { rows }) => {
      await rows("create table t (a int)");
      const reader = await account.open({ role: "READER" });
      expect(await reader.problem("create table x (a int)")).toEqual({
        code: "003001",
        sqlState: "42501",
        message: "SQL access control error:\nInsufficient privileges to operate on schema 'PUBLIC'",
      });
      await reader.rows("create table sales.x (a int)");
      expect(await reader.code("select * from t")).toBe("000606 (57P03)");
      await reader.rows('use warehouse "Small wh"');
      expect(await reader.rows("select * from t")).toEqual([]);
      expect(await reader.code("insert into t values (1)")).toBe("003001 (42501)");
      expect(await reader.code("use warehouse loading")).toBe("003001 (42501)");
    });
  });

  it("answers statements in the order in which they came", async () => {
    await withAccount(async (_account, { rows }) => {
      await rows("create table t (a int)");
      const [, second, third] = await Promise.all([
        rows("insert into t values (1)"),
        rows("select count(*) from t"),
        rows("insert into t select a + 1 from t"),
      ]);
      expect([second, third]).toEqual([[["1"]], [["1"]]]);
    });
  });

  it("stops a statement that runs, and goes on", async () => {
    await withAccount(async (_account, { rows, code }) => {
      await rows(
        "create table t as select column1 as a from values (1), (2), (3), (4), (5), (6), (7), (8), (9), (10)",
      );
      const joins = Array.from({ length: 12 }, (_, index) => `t t${index}`).join(", ");
      const endless = `select max(t0.a + t11.a * t5.a) from ${joins}`;
      expect(await code(endless, { parameters: { STATEMENT_TIMEOUT_IN_SECONDS: 1 } })).toBe("000630 (57014)");
      const cancel = new AbortController();
      const running = code(`insert into t select t0.a from ${joins}`, { signal: cancel.signal });
      setTimeout(() => cancel.abort(), 100);
      expect(await running).toBe("000604 (57014)");
      expect(await code("select 1", { signal: AbortSignal.abort() })).toBe("000604 (57014)");
      expect(await rows("select count(*) from t")).toEqual([["10"]]);
    });
  });
});
