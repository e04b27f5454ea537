import { type Asker, withAccount } from "./account.ts";

const made = [
  "create table t (id int not null, v varchar(3), w int default 5)",
  "insert into t (id, v) values (1, 'a'), (2, 'b'), (3, null)",
  "create table s (id int, v varchar, gone boolean)",
  "insert into s values (1, 'x', false), (2, 'y', true), (4, 'z', false), (5, 'q', true)",
];

/** Runs a test with a table to change and one to read. */
export async function withTables(test: (asker: Asker) => Promise<void>): Promise<void> {
  await withAccount(async (_account, asker) => {
    for (const statement of made) await asker.rows(statement);
    await test(asker);
  });
}

/** All of the table to change. */
export const all = "select id, v, w from t order by id";
