import { describe, expect, it } from "vitest";
import type { Asker } from "./account.ts";
import { withTwo } from "./two-sessions.ts";

async function untilOneWaits(asker: Asker): Promise<void> {
  const waits = async (): Promise<boolean> =>
    (await asker.rows("show locks")).some((row) => row[4] === "WAITING");
  while (!(await waits())) await new Promise((resume) => setImmediate(resume));
}

describe("a statement that waits for a lock while DDL changes its table", () => {
  it.each<readonly [string, string, string, readonly (readonly (string | null)[])[]]>([
    [
      "UPDATE, and a new column",
      "alter table t add column w int default 7",
      "update t set v = v || '!' where id < 3",
      [
        ["1", "x!", "7"],
        ["2", "b!", "7"],
        ["3", "c", "7"],
      ],
    ],
    [
      "DELETE, and a column that goes",
      "alter table t drop column v",
      "delete from t where id = 2",
      [["1"], ["3"]],
    ],
    [
      "MERGE, and a new column",
      "alter table t add column w int default 7",
      "merge into t using (select 3 as id union all select 9) s on t.id = s.id when matched then update set v = 'm' when not matched then insert (id) values (s.id)",
      [
        ["1", "x", "7"],
        ["2", "b", "7"],
        ["3", "m", "7"],
        ["9", null, "7"],
      ],
    ],
    [
      "INSERT OVERWRITE, and a column that goes",
      "alter table t drop column v",
      "insert overwrite into t (id) select 5",
      [["5"]],
    ],
    [
      "UPDATE, and a longer column",
      "alter table t alter column v set data type varchar(9)",
      "update t set v = '123456789' where id = 1",
      [
        ["1", "123456789"],
        ["2", "b"],
        ["3", "c"],
      ],
    ],
  ])("is planned again: %s", async (_name, change, statement, rows) => {
    await withTwo(async (one, other, account) => {
      await one.rows("create or replace table t (id int, v varchar(5))");
      await one.rows("insert into t values (1, 'a'), (2, 'b'), (3, 'c')");
      const third = await account.open();
      await one.rows("begin");
      await one.rows("update t set v = 'x' where id = 1");
      const waiting = other.rows(statement);
      await untilOneWaits(third);
      await third.rows(change);
      await one.rows("commit");
      await waiting;
      expect(await third.rows("select * from t order by id")).toEqual(rows);
      expect(await third.rows("show locks")).toEqual([]);
    });
  });

  it("is refused where its column is gone, as if it came now", async () => {
    await withTwo(async (one, other, account) => {
      const third = await account.open();
      await one.rows("begin");
      await one.rows("delete from t where id = 1");
      const waiting = other.code("update t set v = 'x'");
      await untilOneWaits(third);
      await third.rows("alter table t drop column v");
      await one.rows("commit");
      expect(await waiting).toBe("000904 (42000)");
      expect(await other.rows("delete from t where id = 2")).toEqual([["1"]]);
    });
  });

  it("is refused before it waits where it cannot be planned", async () => {
    await withTwo(async (one, other) => {
      await one.rows("begin");
      await one.rows("delete from t where id = 1");
      expect(await other.code("update t set nope = 'x'")).toBe("000904 (42000)");
    });
  });

  it("reads the table that its source is now", async () => {
    await withTwo(async (one, other, account) => {
      const third = await account.open();
      await one.rows("insert into u values (1)");
      await one.rows("begin");
      await one.rows("delete from t where id = 1");
      const waiting = other.rows("update t set v = 'u' from u where u.id = t.id");
      await untilOneWaits(third);
      await third.rows("create or replace table u as select 2 as id union all select 3");
      await one.rows("commit");
      expect(await waiting).toEqual([["2", "0"]]);
    });
  });
});
