import { describe, expect, it } from "vitest";
import { type Asker, openAccount, type TestAccount } from "./account.ts";

async function withAbandoned(
  abandonedTransactionMs: number,
  test: (owner: Asker, other: Asker, account: TestAccount) => Promise<void>,
): Promise<void> {
  const account = await openAccount({ abandonedTransactionMs });
  try {
    const owner = await account.open();
    await owner.rows("create table t (id int)");
    await owner.rows("insert into t values (1), (2)");
    await owner.rows("begin");
    await owner.rows("delete from t where id = 1");
    await test(owner, await account.open(), account);
  } finally {
    await account.close();
  }
}

describe("a transaction that its session has abandoned", () => {
  it("is aborted when another statement waits for its table", async () => {
    await withAbandoned(30, async (owner, other) => {
      expect(await other.rows("delete from t")).toEqual([["2"]]);
      expect(await other.rows("show transactions")).toEqual([]);
      expect(await owner.code("select 1")).toBe("000670 (57014)");
      expect(await owner.rows("select count(*) from t")).toEqual([["0"]]);
    });
  });

  it("stays as long as nobody waits, however long that is", async () => {
    await withAbandoned(0, async (owner, other) => {
      expect(await other.rows("insert into t values (3)")).toEqual([["1"]]);
      expect(await other.rows("select count(*) from t")).toEqual([["3"]]);
      expect(await other.rows("show transactions")).toHaveLength(1);
      await owner.rows("commit");
      expect(await other.rows("select count(*) from t")).toEqual([["2"]]);
    });
  });

  it("stays for the time that it has", async () => {
    await withAbandoned(300_000, async (owner, other) => {
      await other.rows("alter session set lock_timeout = 0");
      expect(await other.code("delete from t")).toBe("000625 (57014)");
      await owner.rows("commit");
      expect(await other.rows("delete from t")).toEqual([["1"]]);
    });
  });

  it("stays while its session has a statement", async () => {
    await withAbandoned(30, async (owner, other, account) => {
      await owner.rows("create table u (id int)");
      await owner.rows("insert into u values (1)");
      const third = await account.open();
      await third.rows("begin");
      await third.rows("delete from u");
      await owner.rows("begin");
      await owner.rows("delete from t where id = 2");
      // The owner waits for the third, whose turn is over first: it is idle.
      const blocked = owner.rows("delete from u");
      const waiting = other.rows("delete from t");
      expect(await blocked).toEqual([["1"]]);
      expect(await third.code("select 1")).toBe("000670 (57014)");
      await owner.rows("commit");
      expect(await waiting).toEqual([["0"]]);
    });
  });
});
