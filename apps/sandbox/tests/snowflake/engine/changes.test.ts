import { describe, expect, it } from "vitest";
import { withAccount } from "./account.ts";
import { all, withTables } from "./changed-tables.ts";

const wall = "1704164645.000000000";

describe("values without an offset", () => {
  it.each([
    [
      "INSERT of timestamps",
      "insert into z (tz, ltz) select '2024-01-02T03:04:05'::timestamp_ntz, '2024-01-02T03:04:05'::timestamp_ntz",
    ],
    ["INSERT of texts", "insert into z (tz, ltz) select '2024-01-02T03:04:05', '2024-01-02 03:04:05'"],
    [
      "INSERT OVERWRITE",
      "insert overwrite into z (tz, ltz) values ('2024-01-02T03:04:05', '2024-01-02T03:04:05')",
    ],
    ["a default", "insert into z (n) select 1"],
    [
      "UPDATE",
      "update z set tz = '2024-01-02T03:04:05', ltz = '2024-01-02T03:04:05'::timestamp_ntz",
      "insert into z values (null, null, 1)",
    ],
    [
      "MERGE",
      "merge into z using (select '2024-01-02T03:04:05'::timestamp_ntz as at) s on false when not matched then insert (tz, ltz) values (s.at, s.at)",
    ],
  ])("are in the session's zone: %s", async (_name, statement, before = "select 1") => {
    await withAccount(async (_account, { rows }) => {
      await rows("alter session set timezone = 'UTC'");
      await rows(
        "create table z (tz timestamp_tz default '2024-01-02T03:04:05', ltz timestamp_ltz default '2024-01-02T03:04:05', n int)",
      );
      await rows(before);
      await rows(statement);
      expect(await rows("select tz, ltz from z")).toEqual([[`${wall} 1440`, wall]]);
    });
  });

  it("are in the session's zone: CREATE TABLE AS", async () => {
    await withAccount(async (_account, { rows }) => {
      await rows("alter session set timezone = 'Asia/Kolkata'");
      await rows(
        "create table z (tz timestamp_tz, ltz timestamp_ltz) as select '2024-01-02T08:34:05', '2024-01-02T08:34:05'::timestamp_ntz",
      );
      expect(await rows("select tz, ltz from z")).toEqual([[`${wall} 1770`, wall]]);
    });
  });
});

describe("statements that change rows", () => {
  it.each<readonly [string, string, readonly string[], readonly (readonly (string | null)[])[]]>([
    [
      "INSERT by position",
      "insert into t values (9, 'q', 1)",
      ["1"],
      [
        ["1", "a", "5"],
        ["2", "b", "5"],
        ["3", null, "5"],
        ["9", "q", "1"],
      ],
    ],
    [
      "INSERT of a query",
      "insert into t (v, id) select v, id + 10 from s where not gone",
      ["2"],
      [
        ["1", "a", "5"],
        ["2", "b", "5"],
        ["3", null, "5"],
        ["11", "x", "5"],
        ["14", "z", "5"],
      ],
    ],
    ["INSERT OVERWRITE", "insert overwrite into t (id) select 8", ["1"], [["8", null, "5"]]],
    [
      "UPDATE",
      "update t set v = upper(v), w = id where id < 3",
      ["2", "0"],
      [
        ["1", "A", "1"],
        ["2", "B", "2"],
        ["3", null, "5"],
      ],
    ],
    [
      "UPDATE with its own columns on the right",
      "update t set w = w + id",
      ["3", "0"],
      [
        ["1", "a", "6"],
        ["2", "b", "7"],
        ["3", null, "8"],
      ],
    ],
    [
      "UPDATE from another table",
      "update t set v = s.v from s where s.id = t.id",
      ["2", "0"],
      [
        ["1", "x", "5"],
        ["2", "y", "5"],
        ["3", null, "5"],
      ],
    ],
    [
      "UPDATE of many from many",
      "update t set w = 9 from s where t.id = 1 and s.id > 1",
      ["1", "1"],
      [
        ["1", "a", "9"],
        ["2", "b", "5"],
        ["3", null, "5"],
      ],
    ],
    [
      "DELETE",
      "delete from t where v is null",
      ["1"],
      [
        ["1", "a", "5"],
        ["2", "b", "5"],
      ],
    ],
    ["DELETE of all", "delete from t", ["3"], []],
    [
      "DELETE by another table",
      "delete from t a using (select id from s where gone) b where a.id = b.id",
      ["1"],
      [
        ["1", "a", "5"],
        ["3", null, "5"],
      ],
    ],
    [
      "DELETE by several rows for one",
      "delete from t using s where t.id = 1",
      ["1"],
      [
        ["2", "b", "5"],
        ["3", null, "5"],
      ],
    ],
    ["TRUNCATE", "truncate table t", ["Statement executed successfully."], []],
  ])("%s", async (_name, statement, counts, rows) => {
    await withTables(async (asker) => {
      expect(await asker.rows(statement)).toEqual([counts]);
      expect(await asker.rows(all)).toEqual(rows);
    });
  });

  it.each([
    ["more values than columns", "insert into t (id) values (1, 2)", "002020 (21S01)"],
    ["a column twice", "insert into t (id, ID) values (1, 2)", "002025 (42S21)"],
    ["an unknown column", "insert into t (nope) values (1)", "000904 (42000)"],
    ["a column of another case", 'insert into t ("id") values (1)', "000904 (42000)"],
    ["NULL in NOT NULL", "insert into t (v) values ('a')", "100072 (22000)"],
    ["UPDATE to NULL in NOT NULL", "update t set id = null", "100072 (22000)"],
    ["a text that is too long", "insert into t (id, v) values (1, 'abcd')", "100078 (22000)"],
    ["a text that is no number", "insert into t (id) values ('x')", "100038 (22018)"],
    ["a missing table", "insert into nope values (1)", "002003 (42S02)"],
    ["an INSERT of nothing", "insert into t", "001003 (42000)"],
    ["a SET of an unknown column", "update t set nope = 1", "000904 (42000)"],
    ["a SET of the same column twice", "update t set w = 1, W = 2", "002025 (42S21)"],
    ["an UPDATE without SET", "update t where id = 1", "001003 (42000)"],
    ["a DELETE without FROM", "delete t", "001003 (42000)"],
    ["a WHERE that is no condition", "delete from t where 'x'", "001003 (42601)"],
  ])("refuses %s, and changes nothing", async (_name, statement, code) => {
    await withTables(async (asker) => {
      expect(await asker.code(statement)).toBe(code);
      expect(await asker.rows(all)).toEqual([
        ["1", "a", "5"],
        ["2", "b", "5"],
        ["3", null, "5"],
      ]);
    });
  });

  it("runs a statement for each row of array binds", async () => {
    await withTables(async (asker) => {
      const binds = [
        { type: "FIXED", value: ["21", "22"] },
        { type: "TEXT", value: ["p", null] },
      ];
      expect(await asker.rows("insert into t (id, v) values (?, ?)", { binds })).toEqual([["2"]]);
      expect(await asker.rows("select id, v from t where id > 20 order by id")).toEqual([
        ["21", "p"],
        ["22", null],
      ]);
    });
  });
});
