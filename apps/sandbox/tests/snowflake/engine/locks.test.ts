import { describe, expect, it } from "vitest";
import { before, ids, withTwo } from "./two-sessions.ts";

describe("locks", () => {
  it.each([
    ["UPDATE", "update t set v = 'y' where id = 3"],
    ["DELETE", "delete from t where id = 3"],
    [
      "MERGE",
      "merge into t using (select 9 as id) s on t.id = s.id when not matched then insert (id) values (s.id)",
    ],
    ["INSERT OVERWRITE", "insert overwrite into t values (1, 'z')"],
    ["TRUNCATE", "truncate table t"],
  ])("make %s wait for another transaction, up to LOCK_TIMEOUT", async (_name, statement) => {
    await withTwo(async (one, other) => {
      await one.rows("begin");
      await one.rows("update t set v = 'x' where id = 1", { queryId: "the-holder" });
      const [[, , transaction] = []] = await one.rows("show locks");
      await other.rows("alter session set lock_timeout = 0");
      expect(await other.problem(statement)).toEqual({
        code: "000625",
        sqlState: "57014",
        message: `Statement 'the-holder' has locked table 'RAW.PUBLIC.T' in transaction ${transaction} and this lock has not yet been released.\nYour statement was aborted.`,
      });
      await one.rows("commit");
      await other.rows(statement);
    });
  });

  it("are waited for, and then what was committed is seen", async () => {
    await withTwo(async (one, other) => {
      await one.rows("begin");
      await one.rows("update t set v = 'x' where id = 1");
      const waiting = other.rows("update t set v = v || '!' where id = 1");
      const waits = async (): Promise<boolean> =>
        (await one.rows("show locks")).some((row) => row[4] === "WAITING");
      while (!(await waits())) await new Promise((resume) => setImmediate(resume));
      await one.rows("commit");
      expect(await waiting).toEqual([["1", "0"]]);
      expect(await one.rows("select v from t where id = 1")).toEqual([["x!"]]);
      expect(await one.rows("show locks")).toEqual([]);
    });
  });

  it("do not stop readers and inserts", async () => {
    await withTwo(async (one, other) => {
      await one.rows("begin");
      await one.rows("delete from t where id = 1");
      await other.rows("alter session set lock_timeout = 0");
      expect(await other.rows("insert into t values (4, 'd')")).toEqual([["1"]]);
      expect(await other.rows(ids)).toEqual([...before, ["4", "d"]]);
      await one.rows("commit");
      expect(await other.rows("select count(*) from t")).toEqual([["3"]]);
    });
  });

  it("are shown while they are held", async () => {
    await withTwo(async (one, other) => {
      await one.rows("begin");
      await one.rows("delete from t where id = 1", { queryId: "deleting" });
      const [row = [], ...others] = await other.rows("show locks");
      expect(others).toEqual([]);
      expect([row[0], row[1], row[4], row[6]]).toEqual(["RAW.PUBLIC.T", "PARTITIONS", "HOLDING", "deleting"]);
    });
  });

  it("end with SYSTEM$ABORT_TRANSACTION, and the transaction's session is told", async () => {
    await withTwo(async (one, other) => {
      await one.rows("begin");
      await one.rows("delete from t");
      const [[id] = []] = await other.rows("show transactions");
      await other.rows(`select system$abort_transaction(${id})`);
      expect(await other.rows("delete from t where id = 1")).toEqual([["1"]]);
      expect(await one.code("insert into t values (9, 'z')")).toBe("000670 (57014)");
      expect(await one.rows("select count(*) from t")).toEqual([["2"]]);
      expect(await other.code(`select system$abort_transaction(${id})`)).toBe("000671 (02000)");
    });
  });

  it("are refused where two transactions wait for each other", async () => {
    await withTwo(async (one, other) => {
      await one.rows("insert into u values (1)");
      await one.rows("begin");
      await other.rows("begin");
      await one.rows("delete from t where id = 1");
      await other.rows("delete from u");
      const waiting = one.rows("delete from u");
      const waits = async (): Promise<boolean> =>
        (await other.rows("show locks")).some((row) => row[4] === "WAITING");
      while (!(await waits())) await new Promise((resume) => setImmediate(resume));
      expect(await other.code("delete from t where id = 2")).toBe("000625 (57014)");
      await other.rows("rollback");
      expect(await waiting).toEqual([["1"]]);
    });
  });

  it("are given in the order in which they were asked for", async () => {
    await withTwo(async (one, _other, account) => {
      await one.rows("begin");
      await one.rows("update t set v = '' where id = 1");
      const sessions = await Promise.all([1, 2, 3].map(() => account.open()));
      const waiting: Promise<unknown>[] = [];
      for (const [index, session] of sessions.entries()) {
        waiting.push(session.rows(`update t set v = v || '${index}' where id = 1`));
        const count = async (): Promise<number> => (await one.rows("show locks")).length;
        while ((await count()) < index + 2) await new Promise((resume) => setImmediate(resume));
      }
      await one.rows("commit");
      await Promise.all(waiting);
      expect(await one.rows("select v from t where id = 1")).toEqual([["012"]]);
    });
  });

  it("are of no use to a statement whose table was dropped while it waited", async () => {
    await withTwo(async (one, other, account) => {
      const third = await account.open();
      await one.rows("begin");
      await one.rows("delete from t where id = 1");
      const waiting = other.code("delete from t");
      const waits = async (): Promise<boolean> =>
        (await third.rows("show locks")).some((row) => row[4] === "WAITING");
      while (!(await waits())) await new Promise((resume) => setImmediate(resume));
      await third.rows("create or replace table t (x int)");
      await one.rows("commit");
      expect(await waiting).toBe("002003 (42S02)");
    });
  });

  it("are given up by a statement that is canceled while it waits", async () => {
    await withTwo(async (one, other) => {
      await one.rows("begin");
      await one.rows("delete from t where id = 1");
      const cancel = new AbortController();
      const waiting = other.code("delete from t", { signal: cancel.signal });
      const waits = async (): Promise<boolean> =>
        (await one.rows("show locks")).some((row) => row[4] === "WAITING");
      while (!(await waits())) await new Promise((resume) => setImmediate(resume));
      cancel.abort();
      expect(await waiting).toBe("000604 (57014)");
      await one.rows("commit");
      expect(await other.rows("select count(*) from t")).toEqual([["2"]]);
    });
  });
});
