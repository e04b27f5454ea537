import { type Asker, type TestAccount, withAccount } from "./account.ts";

/** Runs a test with a table of three rows, and a second session. */
export async function withTwo(
  test: (one: Asker, other: Asker, account: TestAccount) => Promise<void>,
): Promise<void> {
  await withAccount(async (account, one) => {
    await one.rows("create table t (id int, v varchar)");
    await one.rows("insert into t values (1, 'a'), (2, 'b'), (3, 'c')");
    await one.rows("create table u (id int)");
    await test(one, await account.open(), account);
  });
}

export const ids = "select id, v from t order by id";
export const before = [
  ["1", "a"],
  ["2", "b"],
  ["3", "c"],
];
