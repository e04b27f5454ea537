import { describe, expect, it } from "vitest";
import { all, withTables } from "./changed-tables.ts";

describe("MERGE", () => {
  const using = "merge into t using s on t.id = s.id";
  it.each<readonly [string, string, readonly string[], readonly (readonly (string | null)[])[]]>([
    [
      "updates and inserts",
      `${using} when matched then update set v = s.v when not matched then insert (id, v) values (s.id, s.v)`,
      ["2", "2"],
      [
        ["1", "x", "5"],
        ["2", "y", "5"],
        ["3", null, "5"],
        ["4", "z", "5"],
        ["5", "q", "5"],
      ],
    ],
    [
      "takes the first branch that applies, in any order",
      `${using} when not matched and not s.gone then insert (id, w) values (s.id, 1) when matched and s.gone then delete when matched then update set t.v = s.v, t.w = t.w + 1`,
      ["1", "1", "1"],
      [
        ["1", "x", "6"],
        ["3", null, "5"],
        ["4", null, "1"],
      ],
    ],
    [
      "deletes only",
      `${using} when matched and s.gone then delete`,
      ["1"],
      [
        ["1", "a", "5"],
        ["3", null, "5"],
      ],
    ],
    [
      "inserts all columns by position",
      `${using} when not matched then insert values (s.id, s.v, 0)`,
      ["2"],
      [
        ["1", "a", "5"],
        ["2", "b", "5"],
        ["3", null, "5"],
        ["4", "z", "0"],
        ["5", "q", "0"],
      ],
    ],
    [
      "reads an alias and a query, and CASE in its branches",
      "merge into t as a using (select id, max(v) as v from s group by id) as b on a.id = b.id and b.id < 5 when matched and case when b.v = 'x' then true else false end then update set v = case when a.w = 5 then b.v end when not matched and b.id > 4 then insert (id) values (b.id)",
      ["1", "1"],
      [
        ["1", "x", "5"],
        ["2", "b", "5"],
        ["3", null, "5"],
        ["5", null, "5"],
      ],
    ],
    [
      "joins null keys with EQUAL_NULL",
      "merge into t using (select null::varchar as v) s on equal_null(t.v, s.v) when matched then update set w = 0",
      ["1"],
      [
        ["1", "a", "5"],
        ["2", "b", "5"],
        ["3", null, "0"],
      ],
    ],
  ])("%s", async (_name, statement, counts, rows) => {
    await withTables(async (asker) => {
      expect(await asker.rows(statement)).toEqual([counts]);
      expect(await asker.rows(all)).toEqual(rows);
    });
  });

  it("names its counts by its branches", async () => {
    await withTables(async ({ run }) => {
      const { columns, statementTypeId } = await run(
        `${using} when matched then delete when not matched then insert (id) values (s.id)`,
      );
      expect(columns.map(({ name }) => name)).toEqual(["number of rows inserted", "number of rows deleted"]);
      expect(statementTypeId).toBe(0x3400);
    });
  });

  const twice =
    "merge into t using (select column1 as id, column2 as v from values (1, 'p'), (1, 'q'), (9, 'r'), (9, 's')) s on t.id = s.id";
  it.each([
    ["updates", `${twice} when matched then update set v = s.v`],
    [
      "updates and deletes",
      `${twice} when matched and s.v = 'p' then delete when matched then update set v = s.v`,
    ],
  ])("refuses two rows that change one: %s", async (_name, statement) => {
    await withTables(async ({ problem, rows }) => {
      expect(await problem(statement)).toEqual({
        code: "100090",
        sqlState: "42P18",
        message: 'Duplicate row detected during DML action\nRow Values: [1, "a", 5]',
      });
      expect(await rows(all)).toEqual([
        ["1", "a", "5"],
        ["2", "b", "5"],
        ["3", null, "5"],
      ]);
    });
  });

  it.each([
    ["inserts", `${twice} when not matched then insert (id, v) values (s.id, s.v)`, ["2"]],
    ["one of them applies", `${twice} when matched and s.v = 'p' then update set v = s.v`, ["1"]],
    ["all of them delete", `${twice} when matched then delete`, ["1"]],
    [
      "all of them delete, by different branches",
      `${twice} when matched and s.v = 'p' then delete when matched then delete`,
      ["1"],
    ],
  ])("lets several rows for one pass where %s", async (_name, statement, counts) => {
    await withTables(async ({ rows }) => {
      expect(await rows(statement)).toEqual([counts]);
    });
  });

  it("refuses rows of which one deletes, although others are deleted by several", async () => {
    const source =
      "(select column1 as id, column2 as v from values (1, 'p'), (1, 'p'), (2, 'p'), (2, 'q')) s";
    const branches = "when matched and s.v = 'p' then delete when matched then update set v = s.v";
    await withTables(async ({ problem, rows }) => {
      const { message } = await problem(`merge into t using ${source} on t.id = s.id ${branches}`);
      expect(message).toBe('Duplicate row detected during DML action\nRow Values: [2, "b", 5]');
      expect(await rows("select count(*) from t")).toEqual([["3"]]);
    });
  });

  it("takes any of them when ERROR_ON_NONDETERMINISTIC_MERGE is FALSE", async () => {
    await withTables(async ({ rows }) => {
      await rows("alter session set error_on_nondeterministic_merge = false");
      expect(await rows(`${twice} when matched then update set v = s.v`)).toEqual([["1"]]);
      expect(["p", "q"]).toContain((await rows("select v from t where id = 1"))[0]?.[0]);
    });
  });

  it.each([
    ["no branch", using, "001003 (42000)"],
    [
      "a branch behind one without a condition",
      `${using} when matched then delete when matched and s.gone then delete`,
      "001003 (42000)",
    ],
    [
      "an INSERT that reads the target",
      `${using} when not matched then insert (id) values (t.w)`,
      "000904 (42000)",
    ],
    ["an INSERT for matched rows", `${using} when matched then insert (id) values (1)`, "001003 (42000)"],
    ["a SET of another table's column", `${using} when matched then update set s.v = 'x'`, "000904 (42000)"],
    ["too few values", `${using} when not matched then insert (id, v) values (s.id)`, "002020 (21S01)"],
    ["NULL in NOT NULL", `${using} when matched then update set id = null`, "100072 (22000)"],
    ["a text that is too long", `${using} when matched then update set v = 'long one'`, "100078 (22000)"],
    ["a missing source", "merge into t using nope on true when matched then delete", "002003 (42S02)"],
  ])("refuses %s", async (_name, statement, code) => {
    await withTables(async (asker) => {
      expect(await asker.code(statement)).toBe(code);
    });
  });
});
