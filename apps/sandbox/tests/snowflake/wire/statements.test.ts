import { describe, expect, it } from "vitest";
import { isObject } from "../../../src/json.ts";
import { withSnowflake } from "./driver.ts";

describe("statements", () => {
  it("answers rows, and says what ran", () =>
    withSnowflake({}, async ({ snowflake, login }) => {
      const client = await login();
      expect(await client.run("SELECT 1")).toEqual([["SELECT 1"]]);
      expect(snowflake.statements).toMatchObject([
        {
          order: 1,
          sql: "SELECT 1",
          session: 1,
          requests: 1,
          retryCount: 0,
          isExecuted: true,
          outcome: "ok",
        },
      ]);
      await client.close();
      expect(snowflake.sessions).toEqual([{ id: 1, user: "LOADER", isOpen: false, closedBy: "client" }]);
    }));

  it("hands binds over in their order", () =>
    withSnowflake({}, async ({ login }) => {
      const client = await login();
      const binds = [1, "two", null, true, 1.5, "six", "7", "8", "9", "ten", "eleven"];
      const [row] = await client.run("BINDS", { binds });
      const types = ["FIXED", "TEXT", "TEXT", "BOOLEAN", "REAL", ...Array(6).fill("TEXT")];
      const values = binds.map((value) => (value === null ? null : String(value)));
      expect(JSON.parse(String(row?.[0]))).toEqual(
        types.map((type, index) => ({ type, value: values[index] })),
      );
    }));

  it("answers problems with their code and SQL state, once", () =>
    withSnowflake({}, async ({ snowflake, login }) => {
      const client = await login();
      const message = "Object 'X' does not exist or not authorized.";
      expect(await client.failure("FAIL")).toEqual({ code: "002003", sqlState: "42S02", message });
      expect(await client.failure("BREAK")).toMatchObject({ code: "000603", sqlState: "XX000" });
      expect(snowflake.statements.map(({ outcome }) => outcome)).toEqual(["002003", "000603"]);
      expect(snowflake.requests.filter(({ path }) => path.includes("queries"))).toHaveLength(2);
    }));

  it("refuses what it does not know", () =>
    withSnowflake({}, async ({ snowflake, login }) => {
      const client = await login();
      const { connection } = client;
      const refused = await new Promise((resolve) => {
        connection.execute({ sqlText: "SELECT 1", describeOnly: true, complete: (error) => resolve(error) });
      });
      expect(refused).toMatchObject({ code: "000002", sqlState: "0A000" });
      expect((await fetch(`${snowflake.url}/api/v2/statements`, { method: "POST" })).status).toBe(404);
      expect((await fetch(`${snowflake.url}/queries/v1/query-request`)).status).toBe(404);
    }));

  it("runs a request of the same id once", () =>
    withSnowflake({}, async ({ snowflake, login, tiny }) => {
      const client = await login();
      const requestId = crypto.randomUUID();
      const [one, other] = await Promise.all([
        client.run("WAIT", { requestId }),
        client.run("WAIT", { requestId }),
        Promise.resolve().then(tiny.release),
      ]);
      expect([one, other]).toEqual([[["released"]], [["released"]]]);
      expect(await client.run("WAIT", { requestId })).toEqual([["released"]]);
      expect(snowflake.statements).toMatchObject([{ requestId, requests: 3 }]);
      expect(tiny.executed).toEqual(["WAIT"]);
    }));

  it("says that a long statement still runs, and answers it later", () =>
    withSnowflake({ longAfterMs: 20 }, async ({ snowflake, login, tiny }) => {
      const client = await login();
      const running = client.run("WAIT");
      await expect
        .poll(() => snowflake.requests.filter(({ path }) => path.endsWith("/result")).length)
        .toBeGreaterThan(2);
      tiny.release();
      expect(await running).toEqual([["released"]]);
    }));

  it("runs a statement in the background", () =>
    withSnowflake({}, async ({ login, tiny }) => {
      const { connection } = await login();
      const queryId = await new Promise<string>((resolve, reject) => {
        connection.execute({
          sqlText: "WAIT",
          asyncExec: true,
          complete: (error, statement) => (error ? reject(error) : resolve(statement.getQueryId())),
        });
      });
      expect(await connection.getQueryStatus(queryId)).toBe("RUNNING");
      tiny.release();
      const statement = await connection.getResultsFromQueryId({ queryId });
      const [row] = await statement.streamRows().toArray();
      expect(row).toEqual({ answer: "released" });
      expect(await connection.getQueryStatus(queryId)).toBe("SUCCESS");
    }));

  it("tells what a statement in the background failed with", () =>
    withSnowflake({}, async ({ login }) => {
      const { connection } = await login();
      const queryId = await new Promise<string>((resolve, reject) => {
        connection.execute({
          sqlText: "FAIL",
          asyncExec: true,
          complete: (error, statement) => (error ? reject(error) : resolve(statement.getQueryId())),
        });
      });
      expect(await connection.getQueryStatus(queryId)).toBe("FAILED_WITH_ERROR");
      await expect(connection.getQueryStatusThrowIfError(queryId)).rejects.toThrow("Object 'X' does not");
    }));

  it.each([
    ["request's", 45_000, "/queries/v1/abort-request"],
    ["own", 20, expect.stringMatching(/^\/queries\/[0-9a-f-]{36}\/abort-request$/u)],
  ])("cancels a statement by its %s id", (_name, longAfterMs, path) =>
    withSnowflake({ longAfterMs }, async ({ snowflake, login }) => {
      const { connection } = await login();
      const { promise: outcome, resolve } = Promise.withResolvers<unknown>();
      const statement = connection.execute({ sqlText: "WAIT", complete: resolve });
      const isReady = () =>
        longAfterMs > 20 ? snowflake.statements.length === 1 : statement.getQueryId() !== undefined;
      await expect.poll(isReady).toBe(true);
      statement.cancel();
      expect(await outcome).toMatchObject({ code: "000604", sqlState: "57014" });
      const [aborted] = snowflake.requests.filter((request) => request.path.endsWith("/abort-request"));
      expect(aborted?.path).toEqual(path);
      expect(snowflake.statements).toMatchObject([{ outcome: "000604" }]);
    }),
  );

  it("computes for as long as it is told", () =>
    withSnowflake({ statementDelayMs: (sql) => (sql === "SLOW" ? 60 : 0) }, async ({ login }) => {
      const client = await login();
      const begun = performance.now();
      await client.run("SLOW");
      expect(performance.now() - begun).toBeGreaterThan(55);
    }));
});

describe("sessions", () => {
  it("renews an expired token and repeats the statement", () => {
    let now = Date.now();
    return withSnowflake({ clock: () => now }, async ({ snowflake, login, tiny }) => {
      const client = await login();
      now += 3_600_000;
      expect(await client.run("INSERT 1")).toEqual([[1]]);
      expect(tiny.rows).toEqual(["1"]);
      expect(snowflake.requests.filter(({ path }) => path === "/session/token-request")).toHaveLength(1);
      now += 3_600_000;
      await client.run("INSERT 2");
      expect(tiny.rows).toEqual(["1", "2"]);
    });
  });

  it("is lost for good when the master token has expired", () => {
    let now = Date.now();
    const validity = { masterTokenSeconds: 4000 };
    return withSnowflake({ clock: () => now, validity }, async ({ login }) => {
      const client = await login();
      now += 4_000_000;
      expect((await client.failure("SELECT 1")).code).toBe("407002");
      expect(client.connection.isUp()).toBe(false);
    });
  });

  it.each(["INSERT 1", "BEGIN"])("is lost for good when it was ended, and what ran %s with it", (sql) =>
    withSnowflake({}, async ({ snowflake, login, tiny }) => {
      const client = await login();
      await client.run("BEGIN");
      await client.run("INSERT 1");
      await snowflake.endSession(1);
      expect((await client.failure(sql)).code).toBe("407002");
      expect([tiny.rows, tiny.closedSessions]).toEqual([[], 1]);
      expect(snowflake.sessions).toEqual([{ id: 1, user: "LOADER", isOpen: false, closedBy: "fault" }]);
    }),
  );

  it("answers heartbeats", () =>
    withSnowflake({}, async ({ snowflake, login }) => {
      const client = await login();
      expect(await client.connection.isValidAsync()).toBe(true);
      await snowflake.endSession(1);
      expect(await client.connection.isValidAsync()).toBe(false);
    }));

  const post = async (url: string, options: { token?: string; body?: string } = {}) => {
    const headers = {
      authorization: `Snowflake Token="${options.token ?? "x"}"`,
      "content-type": "application/json",
    };
    const response = await fetch(url, { method: "POST", headers, body: options.body ?? "{}" });
    const body: unknown = await response.json();
    return { status: response.status, body };
  };

  it("refuses a token that it never gave", () =>
    withSnowflake({}, async ({ snowflake }) => {
      const body = { success: false, code: "390104", data: { sqlState: "08001" } };
      expect(await post(`${snowflake.url}/session/heartbeat`)).toMatchObject({ status: 200, body });
      expect(await post(`${snowflake.url}/session/heartbeat`, { body: "{" })).toMatchObject({ status: 400 });
    }));

  it("gives another token for the master token and one of the session's own alone", () =>
    withSnowflake({}, async ({ snowflake }) => {
      const data = { ACCOUNT_NAME: "sandbox", LOGIN_NAME: "LOADER", PASSWORD: "password" };
      const tokens = async () => {
        const { body } = await post(`${snowflake.url}/session/v1/login-request`, {
          body: JSON.stringify({ data }),
        });
        const answer = isObject(body) && isObject(body["data"]) ? body["data"] : {};
        return { session: String(answer["token"]), master: String(answer["masterToken"]) };
      };
      const [mine, other] = [await tokens(), await tokens()];
      const renew = async (token: string, oldSessionToken: string, requestType = "RENEW") => {
        const body = JSON.stringify({ requestType, oldSessionToken });
        const answer = await post(`${snowflake.url}/session/token-request`, { token, body });
        return isObject(answer.body) ? answer.body["code"] : undefined;
      };
      expect(await renew(mine.master, other.session)).toBe("390104");
      expect(await renew(mine.master, mine.master)).toBe("390104");
      expect(await renew(mine.session, mine.session)).toBe("390104");
      expect(await renew(mine.master, mine.session, "CLONE")).toBe("390103");
      expect(await renew(mine.master, mine.session)).toBeNull();
      const asMaster = await post(`${snowflake.url}/session/heartbeat`, { token: mine.master });
      expect(asMaster.body).toMatchObject({ code: "390104" });
    }));

  it("closes in bounded time while a statement runs", () =>
    withSnowflake({}, async ({ snowflake, login }) => {
      const { connection } = await login();
      connection.execute({ sqlText: "WAIT", complete: () => undefined });
      await expect.poll(() => snowflake.statements.length).toBe(1);
      await snowflake.close();
      expect(snowflake.sessions[0]?.isOpen).toBe(false);
    }));
});
