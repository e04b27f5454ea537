import { describe, expect, it } from "vitest";
import { withAccount } from "./account.ts";

/** Runs statements, the last of which is looked at. */
async function outcome(
  statements: readonly string[],
  look: (answer: Awaited<ReturnType<typeof ask>>) => void,
) {
  look(await ask(statements));
}

async function ask(statements: readonly string[]) {
  let answer: { code: string } | { rows: readonly (readonly (string | null)[])[] } = { rows: [] };
  await withAccount(async (_account, { rows, code }) => {
    for (const statement of statements.slice(0, -1)) await rows(statement);
    const last = statements.at(-1) ?? "";
    answer = await rows(last).then(
      (found) => ({ rows: found }),
      async () => ({ code: await code(last) }),
    );
  });
  return answer;
}

const t = "create table t (a int not null, b varchar(10), n number(10,2))";

describe("CREATE, ALTER and DROP TABLE", () => {
  it.each([
    ["creates", ["create table t (a int)"], "Table T successfully created."],
    ["keeps small letters in quotes", ['create table "t" (a int)'], 'Table "t" successfully created.'],
    [
      "leaves what is there",
      [t, "create table if not exists t (b int)"],
      "T already exists, statement succeeded.",
    ],
    ["replaces", [t, "create or replace table t (b int)"], "Table T successfully created."],
    ["drops", [t, "drop table t"], "T successfully dropped."],
    [
      "drops what is not there, if told to",
      ["drop table if exists t"],
      "Drop statement executed successfully (T already dropped).",
    ],
    [
      "takes names that differ by case",
      ["create table ab (a int)", 'create table "Ab" (a int)'],
      'Table "Ab" successfully created.',
    ],
    [
      "takes columns that differ by case",
      ['create table t (ab int, "Ab" int, "ab" int)'],
      "Table T successfully created.",
    ],
    [
      "takes options",
      [
        "create transient table t (a int primary key) cluster by (a) comment = 'x' data_retention_time_in_days = 1",
      ],
      "Table T successfully created.",
    ],
    ["qualifies", ['create table "Mixed"."lower"."x y" ("p q" int)'], 'Table "x y" successfully created.'],
  ])("%s", async (_name, statements, status) => {
    await outcome(statements, (answer) => expect(answer).toEqual({ rows: [[status]] }));
  });

  it.each([
    ["an existing table", [t, "create table T (a int)"], "002002 (42710)"],
    ["a table with the same name twice", ["create table t (a int, A int)"], "002025 (42S21)"],
    ["a table without columns", ["create table t ()"], "001003 (42000)"],
    ["an unknown type", ["create table t (a floaty)"], "002040 (42601)"],
    ["a missing schema", ["create table nope.t (a int)"], "002003 (02000)"],
    ["a missing database", ["create table nope.public.t (a int)"], "002003 (02000)"],
    ["AUTOINCREMENT", ["create table t (a int autoincrement)"], "000002 (0A000)"],
    ["IF NOT EXISTS with OR REPLACE", ["create or replace table if not exists t (a int)"], "001003 (42000)"],
    ["a reserved word as a name", ["create table select (a int)"], "001003 (42000)"],
    ["an unknown option", ["create table t (a int) colour = 'red'"], "001003 (42000)"],
    ["dropping a missing table", ["drop table t"], "002003 (42S02)"],
    ["dropping by another case", ['create table "t" (a int)', "drop table t"], "002003 (42S02)"],
    ["altering a missing table", ["alter table t add column a int"], "002003 (42S02)"],
    ["adding an existing column", [t, "alter table t add column A int"], "001428 (42711)"],
    [
      "adding NOT NULL to rows",
      [t, "insert into t values (1, 'x', 2)", "alter table t add column c int not null"],
      "002029 (22000)",
    ],
    ["dropping a missing column", [t, "alter table t drop column c"], "002003 (02000)"],
    ["dropping all columns", ["create table t (a int)", "alter table t drop column a"], "002110 (22000)"],
    ["renaming onto another column", [t, "alter table t rename column a to b"], "001428 (42711)"],
    [
      "renaming onto another table",
      [t, "create table u (a int)", "alter table t rename to u"],
      "002002 (42710)",
    ],
    ["NUMBER to VARCHAR", [t, "alter table t alter column a set data type varchar(5)"], "002108 (22000)"],
    ["another scale", [t, "alter table t alter column n set data type number(12,4)"], "002108 (22000)"],
    ["VARCHAR to NUMBER", [t, "alter table t modify b type number"], "002108 (22000)"],
    ["a shorter VARCHAR", [t, "alter table t alter b set data type varchar(5)"], "002106 (22000)"],
    ["fewer digits", [t, "alter table t alter n set data type number(9,2)"], "002106 (22000)"],
    ["a constraint", [t, "alter table t add primary key (a)"], "000002 (0A000)"],
    [
      "swapping a temporary table",
      [t, "create temp table u (a int)", "alter table t swap with u"],
      "000002 (0A000)",
    ],
    ["swapping with nothing", [t, "alter table t swap with u"], "002003 (42S02)"],
    ["UNDROP", ["undrop table t"], "000002 (0A000)"],
    [
      "a table of a query with too few columns",
      ["create table t (a int, b int) as select 1"],
      "002020 (21S01)",
    ],
    [
      "a table of a query with NULL in NOT NULL",
      ["create table t (a int not null) as select null::int"],
      "100072 (22000)",
    ],
  ])("refuses %s", async (_name, statements, code) => {
    await outcome(statements, (answer) => expect(answer).toEqual({ code }));
  });

  it.each<readonly [string, readonly string[], readonly (readonly (string | null)[])[]]>([
    [
      "adds several columns, those that are missing",
      [
        t,
        "alter table t add column if not exists a int, if not exists c varchar comment 'why', if not exists d float",
      ],
      [
        ["A", "NUMBER(38,0)"],
        ["B", "VARCHAR(10)"],
        ["N", "NUMBER(10,2)"],
        ["C", "VARCHAR(16777216)"],
        ["D", "FLOAT"],
      ],
    ],
    [
      "widens",
      [t, "alter table t alter b set data type varchar(20), column n set data type number(20,2)"],
      [
        ["A", "NUMBER(38,0)"],
        ["B", "VARCHAR(20)"],
        ["N", "NUMBER(20,2)"],
      ],
    ],
    ["drops columns", [t, "alter table t drop column a, n"], [["B", "VARCHAR(10)"]]],
    [
      "renames a column",
      [t, 'alter table t rename column b to "b"'],
      [
        ["A", "NUMBER(38,0)"],
        ["b", "VARCHAR(10)"],
        ["N", "NUMBER(10,2)"],
      ],
    ],
    [
      "is like another",
      ["create table u (x time(3), y timestamp_tz, z binary)", "create table t like u"],
      [
        ["X", "TIME(3)"],
        ["Y", "TIMESTAMP_TZ(9)"],
        ["Z", "BINARY(8388608)"],
      ],
    ],
    [
      "is made of a query",
      ["create table t as select 1 as a, 'x' as \"b\""],
      [
        ["A", "NUMBER(1,0)"],
        ["b", "VARCHAR(1)"],
      ],
    ],
  ])("%s", async (_name, statements, columns) => {
    await outcome([...statements, "describe table t"], (answer) => {
      expect("rows" in answer ? answer.rows.map((row) => row.slice(0, 2)) : answer).toEqual(columns);
    });
  });

  it("describes columns with all that they have", async () => {
    await withAccount(async (_account, { run }) => {
      await run("create table t (a int not null comment 'key' primary key, b varchar default 'x', c int)");
      await run("alter table t alter column b comment 'it''s'");
      await run("comment on column t.c is 'c'");
      const { columns, rows } = await run("desc table t");
      expect(columns.map(({ name }) => name)).toEqual([
        "name",
        "type",
        "kind",
        "null?",
        "default",
        "primary key",
        "unique key",
        "check",
        "expression",
        "comment",
        "policy name",
      ]);
      expect(rows).toEqual([
        ["A", "NUMBER(38,0)", "COLUMN", "N", null, "Y", "N", null, null, "key", null],
        ["B", "VARCHAR(16777216)", "COLUMN", "Y", "'x'", "N", "N", null, null, "it's", null],
        ["C", "NUMBER(38,0)", "COLUMN", "Y", null, "N", "N", null, null, "c", null],
      ]);
    });
  });

  it("keeps rows over changes of columns, and fills new ones with their default", async () => {
    await withAccount(async (_account, { rows }) => {
      await rows("create table t (a int, b varchar)");
      await rows("insert into t values (1, 'x')");
      await rows("alter table t add column c int default 7");
      await rows("alter table t drop column b");
      await rows("alter table t add column b int");
      await rows("alter table t rename column a to z");
      expect(await rows("select z, c, b from t")).toEqual([["1", "7", null]]);
    });
  });

  it("swaps two tables with all that is in them", async () => {
    await withAccount(async (_account, { rows }) => {
      await rows("create table t as select 1 as a");
      await rows('create table sales."t2" as select 2 as b');
      await rows('alter table t swap with sales."t2"');
      expect(await rows("select b from t")).toEqual([["2"]]);
      expect(await rows('select a from sales."t2"')).toEqual([["1"]]);
    });
  });

  it("clones rows, and the two go their own ways", async () => {
    await withAccount(async (_account, { rows }) => {
      await rows("create table t as select 1 as a");
      await rows("create table u clone t");
      await rows("insert into t values (2)");
      expect(await rows("select a from u")).toEqual([["1"]]);
    });
  });

  it("drops NOT NULL, and puts it back where no null is", async () => {
    await withAccount(async (_account, { rows, code }) => {
      await rows("create table t (a int not null)");
      await rows("alter table t alter column a drop not null");
      await rows("insert into t values (null)");
      expect(await code("alter table t alter column a set not null")).toBe("002103 (22000)");
      await rows("delete from t where a is null");
      await rows("alter table t alter column a set not null");
      expect(await code("insert into t values (null)")).toBe("100072 (22000)");
    });
  });

  it("makes and drops schemas and databases with what is in them", async () => {
    await withAccount(async (_account, { rows, code, session }) => {
      expect(await rows("create database if not exists d")).toEqual([["Database D successfully created."]]);
      expect(session.place).toMatchObject({ database: "D", schema: "PUBLIC" });
      expect(await rows("create schema \"S\" comment = 'x'")).toEqual([["Schema S successfully created."]]);
      expect(await code("create schema s")).toBe("002002 (42710)");
      await rows("create table t (a int)");
      expect(await rows("drop schema s")).toEqual([["S successfully dropped."]]);
      expect(session.place.schema).toBeNull();
      expect(await code("create table t (a int)")).toBe("090106 (22000)");
      expect(await rows("drop database d")).toEqual([["D successfully dropped."]]);
      expect(await code("create table t (a int)")).toBe("090105 (22000)");
      expect(await code("drop database d")).toBe("002003 (02000)");
    });
  });
});
