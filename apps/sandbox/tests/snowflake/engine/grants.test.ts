import { describe, expect, it } from "vitest";
import { withAccount } from "./account.ts";

describe("a grant", () => {
  it("gives a role what it lacks, and a REVOKE takes it back", async () => {
    await withAccount(async (account, { rows }) => {
      await rows("create table t (a int)");
      const reader = await account.open({ role: "READER", warehouse: "Small wh" });
      expect(await reader.code("insert into t values (1)")).toBe("003001 (42501)");
      await rows("grant all on table t to role reader");
      await reader.rows("insert into t values (1)");
      await rows("revoke insert on table t from role reader");
      expect(await reader.code("insert into t values (1)")).toBe("003001 (42501)");
      await rows("grant insert on table t to role loader");
      expect(await reader.code("insert into t values (1)")).toBe("003001 (42501)");
      await rows("grant select, insert on table t to role reader");
      await reader.rows("insert into t values (1)");
    });
  });

  it("to make tables is not needed for temporary ones", async () => {
    await withAccount(async (account) => {
      const reader = await account.open({ role: "READER", warehouse: "Small wh" });
      await reader.rows("create temporary table tmp (a int)");
      expect(await reader.code("create table t (a int)")).toBe("003001 (42501)");
    });
  });

  it("stays with its table through RENAME and SWAP, and goes with it", async () => {
    await withAccount(async (_account, { rows }) => {
      const grantsOn = async (table: string) =>
        (await rows(`show grants on table ${table}`)).map(([, privilege, , name]) => [privilege, name]);
      await rows("create table a (x int)");
      await rows("create table b (x int)");
      await rows("grant select on table a to role reader");
      await rows("grant update on table b to role reader");
      await rows("alter table a swap with b");
      expect(await grantsOn("a")).toEqual([["UPDATE", "RAW.PUBLIC.A"]]);
      expect(await grantsOn("b")).toEqual([["SELECT", "RAW.PUBLIC.B"]]);
      await rows("alter table a rename to c");
      expect(await grantsOn("c")).toEqual([["UPDATE", "RAW.PUBLIC.C"]]);
      await rows("drop table b");
      await rows("create or replace table c (x int)");
      await rows("create table b (x int)");
      expect([await grantsOn("b"), await grantsOn("c")]).toEqual([[], []]);
    });
  });
});
