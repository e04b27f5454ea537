import { describe, expect, it } from "vitest";
import type { SnowflakeStatement } from "../src/connection.ts";
import { logLines } from "./log-lines.ts";
import { rowsOf, scriptedEngine } from "./scripted-engine.ts";
import { connected, standIn } from "./stand-in.ts";

const patience = { timeout: 15_000, interval: 10 };

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => expect.fail("the statement should have failed"),
    (error: unknown) => error,
  );
}

describe("a statement", () => {
  it("answers rows as texts, as the server wrote them", async () => {
    const values = rowsOf({ N: "fixed", F: "real", T: "text", B: "boolean", BI: "binary", V: "variant" }, [
      ["12345678901234567890123456789012345678", "1e400", "", "1", "00FF", '{"n":12345678901234567890.10}'],
      ["-0", "NaN", "NULL", "0", null, "null"],
      [null, null, null, null, null, null],
    ]);
    const snowflake = await standIn({ engine: scriptedEngine({ "SELECT * FROM T": values }) });
    const connection = await connected(snowflake);
    expect(await connection.execute({ sql: "SELECT * FROM T" })).toEqual({
      queryId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      columns: ["N", "F", "T", "B", "BI", "V"],
      rows: [
        [
          "12345678901234567890123456789012345678",
          "1e400",
          "",
          "TRUE",
          "00FF",
          '{"n":12345678901234567890.10}',
        ],
        ["-0", "NaN", "NULL", "FALSE", null, "null"],
        [null, null, null, null, null, null],
      ],
      affected: 0,
    });
  });

  it("keeps columns of one name apart", async () => {
    const twice = { ...rowsOf({ A: "text", B: "text" }, [["1", "2"]]) };
    const columns = twice.columns.map((column) => ({ ...column, name: "SAME" }));
    const snowflake = await standIn({ engine: scriptedEngine({ "SELECT 1, 2": { ...twice, columns } }) });
    const result = await (await connected(snowflake)).execute({ sql: "SELECT 1, 2" });
    expect(result).toMatchObject({ columns: ["SAME", "SAME"], rows: [["1", "2"]] });
  });

  it("answers many rows", async () => {
    const rows = Array.from({ length: 3000 }, (_, index) => [String(index)]);
    const snowflake = await standIn({ engine: scriptedEngine({ "SELECT N": rowsOf({ N: "fixed" }, rows) }) });
    expect((await (await connected(snowflake)).execute({ sql: "SELECT N" })).rows).toEqual(rows);
  });

  it("is sent with its values", async () => {
    const seen: unknown[] = [];
    const engine = scriptedEngine(({ sql, binds }) => {
      if (sql.startsWith("INSERT")) seen.push(binds);
      return rowsOf({ "number of rows inserted": "fixed" }, [["1"]], 0x3100);
    });
    const connection = await connected(await standIn({ engine }));
    const values = ["it's \\ \u0000 \u2028", "", "12"];
    expect(await connection.execute({ sql: "INSERT INTO T VALUES (?, ?, ?)", values })).toMatchObject({
      affected: 1,
    });
    expect(seen).toEqual([values.map((value) => ({ type: "TEXT", value }))]);
  });

  it.each([
    ["INSERT", rowsOf({ "number of rows inserted": "fixed" }, [["12"]]), 12],
    [
      "MERGE",
      rowsOf({ "number of rows inserted": "fixed", "number of rows updated": "fixed" }, [["2", "3"]]),
      5,
    ],
    [
      "UPDATE",
      rowsOf({ "number of rows updated": "fixed", "number of multi-joined rows updated": "fixed" }, [
        ["4", "2"],
      ]),
      4,
    ],
    ["DELETE", rowsOf({ "number of rows deleted": "fixed" }, [["0"]]), 0],
    [
      "COPY",
      rowsOf({ file: "text", rows_parsed: "fixed", rows_loaded: "fixed" }, [
        ["a", "5", "5"],
        ["b", "7", "6"],
      ]),
      11,
    ],
  ])("%s answers the rows that it changed", async (sql, answer, affected) => {
    const connection = await connected(await standIn({ engine: scriptedEngine({ [sql]: answer }) }));
    expect((await connection.execute({ sql })).affected).toBe(affected);
  });

  it("that fails says what with, and the connection goes on", async () => {
    const problem = { code: "002003", sqlState: "42S02", message: "Object 'T' does not exist." };
    const connection = await connected(await standIn({ engine: scriptedEngine({ "SELECT 1": problem }) }));
    const failure = await failureOf(connection.execute({ sql: "SELECT 1" }));
    expect(failure).toMatchObject({
      name: "SnowflakeFailure",
      message: "Object 'T' does not exist",
      code: "002003",
      sqlState: "42S02",
      queryId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      action: "config",
    });
    expect(connection.isUp).toBe(true);
    await expect(connection.execute({ sql: "SELECT 2" })).resolves.toMatchObject({ affected: 0 });
  });

  it("whose failure has no SQL state is not sent again behind our back", async () => {
    const snowflake = await standIn({ engine: scriptedEngine() });
    const connection = await connected(snowflake);
    const problem = { code: "000604", sqlState: "", message: "SQL execution canceled" };
    const other = { code: "000605", sqlState: "02000", message: "Statement is not executing" };
    snowflake.faults.add(
      { match: { sql: /^COMMIT/ }, nth: 1, fault: { kind: "problem", problem } },
      { match: { endpoint: "result" }, fault: { kind: "problem", problem: other } },
    );
    expect(await failureOf(connection.execute({ sql: "COMMIT" }))).toMatchObject({
      code: "000604",
      sqlState: undefined,
      action: "retry",
    });
    // The first is what every session begins with.
    expect(snowflake.requests.filter(({ path }) => path.startsWith("/queries/"))).toHaveLength(2);
  });

  it("whose answer is lost is executed once", async () => {
    const snowflake = await standIn({ engine: scriptedEngine() });
    const connection = await connected(snowflake);
    snowflake.faults.add({ match: { sql: /^COMMIT/ }, nth: 1, fault: { kind: "lost-answer" } });
    await connection.execute({ sql: "COMMIT" });
    const sent = snowflake.statements.filter(({ sql }) => sql === "COMMIT");
    expect(sent).toMatchObject([{ requests: 2, isExecuted: true, outcome: "ok" }]);
  });

  it("goes on after the session's token was renewed", async () => {
    const snowflake = await standIn({ engine: scriptedEngine() });
    const connection = await connected(snowflake);
    snowflake.faults.add({ match: { sql: /^BEGIN/ }, nth: 1, fault: { kind: "token-expired" } });
    await connection.execute({ sql: "BEGIN" });
    expect(connection.isUp).toBe(true);
  });

  it.each([
    ["the session ended", { kind: "session-gone" as const, code: "390111" as const }],
    ["the session's token is unknown", { kind: "session-gone" as const, code: "390104" as const }],
    ["the master token expired", { kind: "master-token-expired" as const }],
  ])("fails for good when %s", async (_name, fault) => {
    const snowflake = await standIn({ engine: scriptedEngine() });
    const connection = await connected(snowflake);
    snowflake.faults.add({ match: { sql: /^COMMIT/ }, nth: 1, fault });
    expect(await failureOf(connection.execute({ sql: "COMMIT" }))).toMatchObject({
      action: "reconnect",
    });
    expect(connection.isUp).toBe(false);
    expect(await failureOf(connection.execute({ sql: "SELECT 1" }))).toMatchObject({
      code: "407002",
      action: "reconnect",
    });
    await connection.close();
  });
});

const hanging = { match: { sql: /^CALL/ }, fault: { kind: "hang" as const } };

describe("a statement that does not end", () => {
  it("is canceled at its deadline, and the connection goes on", async () => {
    const snowflake = await standIn({ engine: scriptedEngine() });
    const connection = await connected(snowflake);
    snowflake.faults.add(hanging);
    const statement: SnowflakeStatement = { sql: "CALL SLEEP()", deadlineMs: 100 };
    expect(await failureOf(connection.execute(statement))).toMatchObject({
      name: "SnowflakeFailure",
      message: "it did not end within 0.1 s and was canceled",
      code: "000604",
      action: "retry",
    });
    expect(connection.isUp).toBe(true);
    await expect(connection.execute({ sql: "SELECT 1" })).resolves.toMatchObject({ affected: 0 });
  });

  it("ends the connection when the cancel is not answered", async () => {
    const snowflake = await standIn({ engine: scriptedEngine() });
    const connection = await connected(snowflake, { request_timeout_seconds: 0.3 });
    snowflake.faults.add(hanging, { match: { endpoint: "abort" }, fault: { kind: "withheld" } });
    const begin = performance.now();
    expect(await failureOf(connection.execute({ sql: "CALL SLEEP()", deadlineMs: 100 }))).toMatchObject({
      message: "it did not end within 0.1 s and could not be canceled",
      action: "reconnect",
    });
    expect(performance.now() - begin).toBeLessThan(5000);
    expect(connection.isUp).toBe(false);
  });

  it("is canceled when the run is stopped, which rejects with the reason", async () => {
    const snowflake = await standIn({ engine: scriptedEngine() });
    const stop = new AbortController();
    const connection = await connected(snowflake, {}, { signal: stop.signal });
    snowflake.faults.add(hanging);
    const running = failureOf(connection.execute({ sql: "CALL SLEEP()" }));
    await expect
      .poll(() => snowflake.statements.some(({ sql }) => sql === "CALL SLEEP()"), patience)
      .toBe(true);
    const reason = new Error("stopped");
    stop.abort(reason);
    expect(await running).toBe(reason);
    expect(snowflake.requests.filter(({ path }) => path.endsWith("/abort-request"))).toHaveLength(1);
    expect(await failureOf(connection.execute({ sql: "SELECT 1" }))).toBe(reason);
    await connection.close();
    expect(connection.isUp).toBe(false);
  });
});

describe("closing", () => {
  it("logs out, once", async () => {
    const snowflake = await standIn({ engine: scriptedEngine() });
    const connection = await connected(snowflake);
    await Promise.all([connection.close(), connection.close()]);
    await connection.close();
    expect(connection.isUp).toBe(false);
    expect(snowflake.requests.filter(({ path }) => path === "/session")).toHaveLength(1);
    expect(await failureOf(connection.execute({ sql: "SELECT 1" }))).toMatchObject({ action: "reconnect" });
  });

  it("does not wait for an answer that never comes", { timeout: 15_000 }, async () => {
    const snowflake = await standIn({ engine: scriptedEngine() });
    const connection = await connected(snowflake);
    snowflake.faults.add({ match: { endpoint: "logout" }, fault: { kind: "withheld" } });
    const begin = performance.now();
    await connection.close();
    expect(performance.now() - begin).toBeLessThan(8000);
  });
});

describe("the session's first statements", () => {
  it("are run in their order", async () => {
    const snowflake = await standIn({ engine: scriptedEngine() });
    const session = ["ALTER SESSION SET TIMEZONE = 'UTC'", "ALTER SESSION SET LOCK_TIMEOUT = 600"];
    const log = logLines();
    await connected(snowflake, {}, { session: session.map((sql) => ({ sql })), log });
    expect(snowflake.statements.map(({ sql }) => sql).slice(0, 2)).toEqual(session);
    expect(log.lines.map(({ fields }) => fields).slice(0, 2)).toMatchObject(session.map((sql) => ({ sql })));
  });

  it("end the session when one of them fails", async () => {
    const problem = {
      code: "001006",
      sqlState: "22023",
      message: "invalid value [x] for parameter 'TIMEZONE'",
    };
    const snowflake = await standIn({ engine: scriptedEngine({ "ALTER SESSION": problem }) });
    const session = [{ sql: "ALTER SESSION" }];
    expect(await failureOf(connected(snowflake, {}, { session }))).toMatchObject({
      name: "ConfigError",
      message: expect.stringMatching(
        /^cannot begin a session: invalid value \[x\] for parameter 'TIMEZONE' \(001006, query [0-9a-f-]+\)\. /,
      ),
    });
    expect(snowflake.requests.filter(({ path }) => path === "/session")).toHaveLength(1);
  });
});
