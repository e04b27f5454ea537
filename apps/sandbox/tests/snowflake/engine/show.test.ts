import { describe, expect, it } from "vitest";
import { withAccount } from "./account.ts";

describe("SHOW", () => {
  it.each<readonly [string, string, readonly (string | null)[]]>([
    ["show databases", "name", ["RAW", "Mixed"]],
    ["show databases like 'mix%'", "name", ["Mixed"]],
    ["show schemas in database raw", "name", ["INFORMATION_SCHEMA", "PUBLIC", "SALES"]],
    ["show schemas in account", "database_name", ["RAW", "RAW", "RAW", "Mixed", "Mixed", "Mixed"]],
    ["show tables", "name", ["T", "TMP", "t"]],
    ["show tables", "kind", ["TABLE", "TEMPORARY", "TRANSIENT"]],
    ["show tables like 't'", "name", ["T", "t"]],
    ["show tables in schema sales", "name", []],
    ["show terse tables starts with 't' limit 5", "name", ["t"]],
    ["show columns in table t", "column_name", ["A", "B"]],
    ["show columns in schema raw.public", "table_name", ["T", "T", "TMP", "t"]],
    [
      "show columns like 'b' in table t",
      "data_type",
      ['{"type":"TEXT","length":10,"byteLength":40,"nullable":true,"fixed":false}'],
    ],
    ["show stages", "name", ["ST"]],
    ["show file formats", "name", ["F"]],
    ["show warehouses", "name", ["LOADING", "Small wh"]],
    ["show roles", "name", ["LOADER", "READER"]],
    ["show grants on table t", "privilege", ["SELECT"]],
    ["show grants to role reader", "name", ["RAW.PUBLIC.T", "RAW.PUBLIC"]],
    ["show locks", "resource", []],
    ["show transactions", "id", []],
  ])("%s: %s", async (statement, column, values) => {
    await withAccount(async (_account, { run }) => {
      for (const made of [
        "create table t (a int not null, b varchar(10))",
        'create transient table "t" (x int)',
        "create temp table tmp (x int)",
        "create stage st",
        "create file format f type = json",
        "grant select on table t to role reader",
        "grant usage on schema public to role reader",
      ]) {
        await run(made);
      }
      const { columns, rows } = await run(statement);
      const at = columns.findIndex(({ name }) => name === column);
      expect(rows.map((row) => row[at])).toEqual(values);
    });
  });

  it("takes back what REVOKE names", async () => {
    await withAccount(async (_account, { rows }) => {
      await rows("grant usage, create table on schema raw.public to role reader");
      await rows("revoke usage on schema public from role reader");
      expect((await rows("show grants on schema public")).map((row) => row[1])).toEqual(["CREATE TABLE"]);
    });
  });

  it("has views in INFORMATION_SCHEMA, with exact names", async () => {
    await withAccount(async (_account, { rows }) => {
      await rows(
        'create table "Mixed"."lower"."T t" ("x y" number(5,2) not null comment \'c\', b varchar(3) default \'d\')',
      );
      expect(
        await rows(
          "select column_name, ordinal_position, data_type, is_nullable, numeric_precision, numeric_scale, character_maximum_length, column_default, comment from \"Mixed\".information_schema.columns where table_schema = 'lower' and table_name = 'T t' order by 2",
        ),
      ).toEqual([
        ["x y", "1", "NUMBER", "NO", "5", "2", null, null, "c"],
        ["B", "2", "TEXT", "YES", null, null, "3", "'d'", null],
      ]);
      expect(
        await rows('select table_name, table_type, is_transient from "Mixed".information_schema.tables'),
      ).toEqual([["T t", "BASE TABLE", "NO"]]);
      expect(
        await rows(
          "select schema_name from information_schema.schemata where catalog_name = 'RAW' order by 1",
        ),
      ).toEqual([["INFORMATION_SCHEMA"], ["PUBLIC"], ["SALES"]]);
    });
  });
});
