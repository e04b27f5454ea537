import { describe, expect, it } from "vitest";
import { before, ids, withTwo } from "./two-sessions.ts";

describe("transactions", () => {
  it.each([
    ["INSERT", "insert into t values (4, 'd')", [...before, ["4", "d"]]],
    [
      "UPDATE",
      "update t set v = 'x' where id = 2",
      [
        ["1", "a"],
        ["2", "x"],
        ["3", "c"],
      ],
    ],
    ["DELETE", "delete from t where id < 3", [["3", "c"]]],
    ["INSERT OVERWRITE", "insert overwrite into t values (9, 'z')", [["9", "z"]]],
    ["TRUNCATE", "truncate table t", []],
    [
      "MERGE",
      "merge into t using (select 1 as id union all select 7) s on t.id = s.id when matched then delete when not matched then insert (id) values (s.id)",
      [
        ["2", "b"],
        ["3", "c"],
        ["7", null],
      ],
    ],
  ])(
    "show their own %s at once, others see it at COMMIT, nobody after ROLLBACK",
    async (_name, statement, after) => {
      await withTwo(async (one, other) => {
        for (const end of ["rollback", "commit"]) {
          await one.rows("begin");
          await one.rows(statement);
          expect(await one.rows(ids)).toEqual(after);
          expect(await other.rows(ids)).toEqual(before);
          await one.rows(end);
          const settled = end === "commit" ? after : before;
          expect(await one.rows(ids)).toEqual(settled);
          expect(await other.rows(ids)).toEqual(settled);
        }
      });
    },
  );

  it.each(["begin", "begin transaction", "BEGIN WORK NAME t1", "start transaction name t1"])(
    "begin with %s",
    async (begin) => {
      await withTwo(async (one, other) => {
        expect((await one.run(begin)).statementTypeId).toBe(0x5000);
        await one.rows("insert into t values (4, 'd')");
        expect(await other.rows(ids)).toEqual(before);
        await one.rows("rollback work");
        expect(await one.rows(ids)).toEqual(before);
      });
    },
  );

  it("change a row that they changed before, and delete what they inserted", async () => {
    await withTwo(async (one, other) => {
      await one.rows("begin");
      await one.rows("update t set v = 'x'");
      await one.rows("update t set v = v || 'y' where id = 1");
      await one.rows("insert into t values (4, 'd')");
      await one.rows("delete from t where id > 2");
      expect(await one.rows(ids)).toEqual([
        ["1", "xy"],
        ["2", "x"],
      ]);
      await one.rows("rollback");
      expect(await one.rows(ids)).toEqual(before);
      expect(await other.rows("select count(*) from t")).toEqual([["3"]]);
    });
  });

  it("see what others committed meanwhile", async () => {
    await withTwo(async (one, other) => {
      await one.rows("begin");
      expect(await one.rows(ids)).toEqual(before);
      await other.rows("update t set v = 'x' where id = 1");
      await other.rows("insert into t values (4, 'd')");
      expect(await one.rows("update t set v = v || '!' where id in (1, 4)")).toEqual([["2", "0"]]);
      await one.rows("commit");
      expect(await other.rows(ids)).toEqual([
        ["1", "x!"],
        ["2", "b"],
        ["3", "c"],
        ["4", "d!"],
      ]);
    });
  });

  it("go on after a statement that failed, which alone is undone", async () => {
    await withTwo(async (one, other) => {
      await one.rows("begin");
      await one.rows("insert into t values (4, 'd')");
      expect(await one.code("insert into t (id) select 5 union all select 'x'::int")).toBe("100038 (22018)");
      expect(await one.code("selct")).toBe("001003 (42000)");
      await one.rows("commit");
      expect(await other.rows(ids)).toEqual([...before, ["4", "d"]]);
    });
  });

  it.each([
    ["CREATE TABLE", "create table x (a int)"],
    ["CREATE TEMPORARY TABLE", "create temporary table x (a int)"],
    ["ALTER TABLE", "alter table u add column b int"],
    ["DROP TABLE", "drop table u"],
    ["COMMENT", "comment on table u is 'x'"],
    ["GRANT", "grant select on table u to role reader"],
    ["CREATE STAGE", "create stage st"],
  ])("are committed by %s", async (_name, statement) => {
    await withTwo(async (one, other) => {
      await one.rows("begin");
      await one.rows("insert into t values (4, 'd')");
      await one.rows(statement);
      expect(await other.rows(ids)).toEqual([...before, ["4", "d"]]);
      await one.rows("rollback");
      expect(await other.rows("select count(*) from t")).toEqual([["4"]]);
    });
  });

  it("are not committed by DDL that is no SQL", async () => {
    await withTwo(async (one, other) => {
      await one.rows("begin");
      await one.rows("delete from t");
      expect(await one.code("create table x (a")).toBe("001003 (42000)");
      await one.rows("rollback");
      expect(await other.rows(ids)).toEqual(before);
    });
  });

  it("begin by themselves without AUTOCOMMIT", async () => {
    await withTwo(async (one, other) => {
      await one.rows("alter session set autocommit = false");
      await one.rows("delete from t");
      expect(await other.rows(ids)).toEqual(before);
      await one.rows("commit");
      expect(await other.rows(ids)).toEqual([]);
    });
  });

  it("are rolled back when their session closes, however often it does", async () => {
    await withTwo(async (one, other) => {
      await one.rows("begin");
      await one.rows("delete from t");
      await Promise.all([one.session.close(), one.session.close()]);
      await one.session.close();
      expect(await other.rows("delete from t where id = 1")).toEqual([["1"]]);
      expect(await one.code("select 1")).toBe("000604 (57014)");
    });
  });

  it("let several sessions insert into one table at the same time", async () => {
    await withTwo(async (one, other) => {
      await one.rows("begin");
      await other.rows("begin");
      await one.rows("insert into t values (4, 'd')");
      await other.rows("insert into t values (5, 'e')");
      expect(await one.rows("select id from t where id > 3")).toEqual([["4"]]);
      expect(await other.rows("select id from t where id > 3")).toEqual([["5"]]);
      await Promise.all([one.rows("commit"), other.rows("commit")]);
      expect(await one.rows("select id from t where id > 3 order by id")).toEqual([["4"], ["5"]]);
    });
  });
});
