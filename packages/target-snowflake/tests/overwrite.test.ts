import { describe, expect, it } from "vitest";
import {
  beginning,
  expectFailure,
  integer,
  record,
  schema,
  state,
  type TestSchema,
  testAccount,
  text,
} from "./loads.ts";

const account = testAccount();
const properties = { id: integer, name: text };
const keyed = schema("users", properties, ["id"]);
const overwriting = { load_method: "overwrite" };

/** A schema with a table of two former rows. */
async function withFormerRows(settings: object = {}): Promise<TestSchema> {
  const test = await account.schema({ ...overwriting, add_record_metadata: false, ...settings });
  await test.query('CREATE TABLE RAW.$.USERS ("ID" NUMBER(38,0), "NAME" VARCHAR)');
  await test.query("INSERT INTO RAW.$.USERS SELECT 1, 'old' UNION ALL SELECT 2, 'old'");
  return test;
}

const formerRows = ['[1,"old"]', '[2,"old"]'];

function users(...names: readonly string[]): readonly string[] {
  return names.map((name, index) => record("users", { id: index + 1, name }));
}

describe("overwrite", () => {
  it.each([
    ["with keys the last of each stays", ["id"], ['[1,"new"]', '[2,"other"]']],
    ["without keys all stay", [], ['[1,"first"]', '[1,"new"]', '[2,"other"]']],
  ])(
    "replaces all rows by INSERT OVERWRITE, which keeps what was granted, and by no DDL: %s",
    async (_name, keys, rows) => {
      const test = await withFormerRows({ batch_size_rows: 2 });
      const described = schema("users", properties, keys);
      const lines = [["first"], ["new", "other"]].flatMap((names) => users(...names));
      const { statements, states } = await test.load([described, ...lines, state(2)]);
      expect(await test.rows("USERS")).toEqual(rows);
      expect(states).toEqual([2]);
      expect(beginning(statements, "CREATE TABLE", "ALTER TABLE", "TRUNCATE", "DELETE")).toEqual([
        expect.stringMatching(/^CREATE TABLE IF NOT EXISTS .*"_CHORALE_COMMITS"/),
        expect.stringMatching(/^DELETE FROM .*"_CHORALE_COMMITS" WHERE "COMMITTED_AT" < /),
      ]);
    },
  );

  it("is one transaction of all batches, in their order", async () => {
    const test = await withFormerRows({ batch_size_rows: 1 });
    const { statements } = await test.load([keyed, ...users("a", "b", "c"), state(2)]);
    const verbs = beginning(statements, "BEGIN", "INSERT", "MERGE", "COMMIT", "ROLLBACK").map((sql) =>
      sql.replace(/^(INSERT OVERWRITE|\w+).*/s, "$1"),
    );
    expect(verbs).toEqual(["BEGIN", "INSERT OVERWRITE", "MERGE", "MERGE", "MERGE", "COMMIT"]);
    expect(await test.rows("USERS")).toEqual(['[1,"a"]', '[2,"b"]', '[3,"c"]']);
  });

  it("leaves rows, columns and stage alone when the input ends without a STATE", async () => {
    const test = await withFormerRows();
    const run = await test.run([keyed, state(2), ...users("new")]);
    expectFailure(run, 65, /^the input ended without a STATE: the former rows of users stay as they are/);
    expect(beginning(run.statements, "BEGIN", "INSERT", "MERGE", "DELETE", "TRUNCATE")).toEqual([]);
    expect(run.states).toEqual([2]);
    expect(await test.rows("USERS")).toEqual(formerRows);
    expect(await account.sandbox.stagedFiles()).toEqual([]);
  });

  it("shows readers the former rows until the commit", async () => {
    const test = await withFormerRows({ batch_size_rows: 1 });
    const seen: unknown[] = [];
    async function* lines(): AsyncGenerator<string> {
      yield* [keyed, ...users("a", "b", "c")];
      await expect
        .poll(async () => (await account.sandbox.stagedFiles()).length, { timeout: 10_000 })
        .toBeGreaterThan(2);
      seen.push(await test.rows("USERS"));
      yield state(2);
    }
    await test.load(lines());
    expect(seen).toEqual([formerRows]);
    expect(await test.rows("USERS")).toEqual(['[1,"a"]', '[2,"b"]', '[3,"c"]']);
  });

  it("is for one stream alone where it is set for one", async () => {
    const test = await withFormerRows({ load_method: "upsert", stream_overrides: { users: overwriting } });
    const orders = schema("orders", { id: integer }, ["id"]);
    await test.query('CREATE TABLE RAW.$.ORDERS ("ID" NUMBER(38,0))');
    await test.query("INSERT INTO RAW.$.ORDERS SELECT 1");
    await test.load([keyed, orders, ...users("new"), record("orders", { id: 2 }), state(2)]);
    expect(await test.rows("USERS")).toEqual(['[1,"new"]']);
    expect(await test.rows("ORDERS")).toEqual(["[1]", "[2]"]);
  });

  it("commits with its state where a state table is set", async () => {
    const test = await withFormerRows({ state_table: "states", state_id: "shop" });
    const { statements } = await test.load([keyed, ...users("new"), state(2)]);
    expect(beginning(statements, "INSERT OVERWRITE")).toHaveLength(1);
    expect(beginning(statements, "COMMIT")).toHaveLength(1);
    expect(await test.rows("USERS")).toEqual(['[1,"new"]']);
    expect(await test.query("SELECT STATE FROM RAW.$.STATES")).toEqual([{ STATE: "2" }]);
  });
});
