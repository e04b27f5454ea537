import { describe, expect, it } from "vitest";
import { type TestSession, testFolder, testSession } from "./duckdb-session.ts";

const keyed = { properties: { id: { type: "integer" } }, keys: ["id"] };
const settings = { state_table: "states", state_id: "shop" };

async function commitState(test: TestSession, state: { id: string; value: string }): Promise<void> {
  await test.commit([], state);
}

describe("state_table", () => {
  it("keeps the last state of each id, as the text that was received", async () => {
    const test = await testSession(settings);
    expect(await test.session.readState("shop")).toBeUndefined();
    await commitState(test, { id: "shop", value: '{"a":1.10,"big":12345678901234567890.10}' });
    await commitState(test, { id: "other's", value: "null" });
    await commitState(test, { id: "shop", value: '{"b":"\\u0000 ü \'?\'"}' });
    expect(await test.session.readState("shop")).toBe('{"b":"\\u0000 ü \'?\'"}');
    expect(await test.session.readState("other's")).toBe("null");
    expect(await test.session.readState("nobody")).toBeUndefined();
    expect(
      await test.query(
        "SELECT state_id, commit_id, abs(date_diff('minute', committed_at, now()::TIMESTAMP)) < 5 FROM states ORDER BY 1",
      ),
    ).toEqual([
      ["other's", "commit of null", true],
      ["shop", 'commit of {"b":"\\u0000 ü \'?\'"}', true],
    ]);
  });

  it("is committed with the rows, or not at all", async () => {
    const test = await testSession(settings);
    await test.query('CREATE TABLE "users" (id BIGINT CHECK (id < 10))');
    const shape = await test.prepare(keyed);
    await test.load(shape, { texts: ['{"id":1}'] }, { state: { id: "shop", value: "1" } });
    const failed = test.load(
      shape,
      { texts: ['{"id":2}', '{"id":10}'] },
      { state: { id: "shop", value: "2" } },
    );
    await expect(failed).rejects.toMatchObject({ name: "LoadError", table: "main.users", rowCount: 2 });
    expect(await test.session.readState("shop")).toBe("1");
    expect(await test.query('SELECT id FROM "users"')).toEqual([["1"]]);
  });

  it("is there for the next run", async () => {
    const folder = await testFolder();
    const first = await testSession(settings, { folder });
    await commitState(first, { id: "shop", value: '{"a":1}' });
    await first.close();
    const second = await testSession(settings, { folder });
    expect(await second.session.readState("shop")).toBe('{"a":1}');
  });

  it("may be in a schema of its own", async () => {
    const test = await testSession({ ...settings, state_table: "ops.states", default_target_schema: "raw" });
    await commitState(test, { id: "shop", value: "7" });
    expect(await test.session.readState("shop")).toBe("7");
    expect(await test.query('SELECT state FROM "test"."ops"."states"')).toEqual([["7"]]);
  });

  it("is in default_target_schema else", async () => {
    const test = await testSession({ ...settings, default_target_schema: "raw" });
    await commitState(test, { id: "shop", value: "7" });
    expect(await test.query('SELECT state FROM "test"."raw"."states"')).toEqual([["7"]]);
  });

  it("that is another table is an error of one line", async () => {
    const test = await testSession(settings);
    await test.query("CREATE TABLE states (a INTEGER)");
    await expect(commitState(test, { id: "shop", value: "1" })).rejects.toMatchObject({
      name: "LoadError",
      message: expect.stringMatching(
        /^cannot write to the state table main\.states: Binder Error: .*state_id.*$/,
      ),
    });
  });
});
