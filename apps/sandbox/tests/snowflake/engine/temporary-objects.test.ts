import { describe, expect, it } from "vitest";
import { before, ids, withTwo } from "./two-sessions.ts";

describe("temporary objects", () => {
  it("hide permanent ones of their name from their session only, and end with it", async () => {
    await withTwo(async (one, other, account) => {
      await one.rows("create temporary table t (x int)");
      await one.rows("insert into t values (7)");
      expect(await one.rows("select * from raw.public.t")).toEqual([["7"]]);
      expect(await other.rows(ids)).toEqual(before);
      expect(await one.code("create temp table t (y int)")).toBe("002002 (42710)");
      await one.rows("drop table t");
      expect(await one.rows(ids)).toEqual(before);
      await one.rows("create temp table only_here (a int)");
      expect(await other.code("select * from only_here")).toBe("002003 (42S02)");
      await one.session.close();
      const again = await account.open();
      expect(await again.code("select * from only_here")).toBe("002003 (42S02)");
    });
  });

  it("roll back with their transaction", async () => {
    await withTwo(async (one) => {
      await one.rows("create temporary table x (a int)");
      await one.rows("begin");
      await one.rows("insert into x values (1)");
      await one.rows("rollback");
      expect(await one.rows("select count(*) from x")).toEqual([["0"]]);
    });
  });

  it("take their stages' files with them", async () => {
    await withTwo(async (one, other, account) => {
      await one.rows("create temporary stage st");
      await account.stage(one, "@st", { "a.csv": "1\n" });
      const { stage } = await one.put("put file:///x @st");
      expect(await other.code("list @st")).toBe("002003 (02000)");
      await one.session.close();
      expect(await account.stages.list(stage.stageId, "")).toEqual([]);
    });
  });
});
