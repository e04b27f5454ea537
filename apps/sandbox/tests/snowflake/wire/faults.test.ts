import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { SnowflakeFault } from "../../../src/snowflake/wire/snowflake-faults.ts";
import { loginFailure, type Scene, withSnowflake } from "./driver.ts";

const commit = /^COMMIT$/u;
const insert = /^INSERT/u;

/** Inserts and commits a row. */
async function transaction({ login }: Scene): Promise<void> {
  const client = await login();
  await client.run("BEGIN");
  await client.run("INSERT 1");
  await client.run("COMMIT");
}

describe("a fault of a statement", () => {
  it.each([
    ["BEGIN", "BEGIN"],
    ["INSERT", "INSERT 1"],
    ["COMMIT", "COMMIT"],
  ])("loses the answer of %s, and the driver's own retry finds the outcome", (word, sql) =>
    withSnowflake({}, async (scene) => {
      const { snowflake, tiny } = scene;
      snowflake.faults.add({
        match: { sql: new RegExp(`^${word}`, "u") },
        nth: 1,
        fault: { kind: "lost-answer" },
      });
      await transaction(scene);
      expect(tiny.rows).toEqual(["1"]);
      expect(tiny.executed).toEqual(["BEGIN", "INSERT 1", "COMMIT"]);
      const lost = snowflake.statements.filter((statement) => statement.sql === sql);
      expect(lost).toMatchObject([{ requests: 2, retryCount: 1, isExecuted: true, outcome: "ok" }]);
    }),
  );

  it("loses the request before anything was done", () =>
    withSnowflake({}, async (scene) => {
      const { snowflake, tiny } = scene;
      snowflake.faults.add({ match: { sql: insert }, nth: 1, fault: { kind: "lost-request" } });
      await transaction(scene);
      expect(tiny.executed).toEqual(["BEGIN", "INSERT 1", "COMMIT"]);
      expect(snowflake.statements).toMatchObject([{}, { sql: "INSERT 1", requests: 1, retryCount: 1 }, {}]);
    }));

  it("forgets a commit that was made, and its session", () =>
    withSnowflake({}, async ({ snowflake, login, tiny }) => {
      const fault = { kind: "lost-answer", forget: true } as const;
      snowflake.faults.add({ match: { sql: commit }, nth: 1, fault });
      const client = await login();
      await client.run("BEGIN");
      await client.run("INSERT 1");
      const requestId = crypto.randomUUID();
      await expect(client.run("COMMIT", { requestId })).rejects.toMatchObject({ code: 407002 });
      expect(tiny.rows).toEqual(["1"]);
      expect(snowflake.sessions).toMatchObject([{ isOpen: false, closedBy: "fault" }]);
      const next = await login();
      await next.run("INSERT 2", { requestId });
      expect(tiny.rows).toEqual(["1", "2"]);
    }));

  it("answers an HTTP error, and the driver tries again", () =>
    withSnowflake({}, async (scene) => {
      const { snowflake, tiny } = scene;
      snowflake.faults.add({ match: { sql: insert }, nth: 1, fault: { kind: "status", status: 503 } });
      await transaction(scene);
      expect(tiny.executed).toEqual(["BEGIN", "INSERT 1", "COMMIT"]);
      expect(snowflake.requests.filter(({ fault }) => fault === "status")).toMatchObject([{ status: 503 }]);
    }));

  it.each([
    ["000606", "57P03"],
    ["003001", "42501"],
    ["100078", "22000"],
    ["000625", "57014"],
    ["000603", "XX000"],
  ])("answers %s in place of the statement", (code, sqlState) =>
    withSnowflake({}, async ({ snowflake, login, tiny }) => {
      const problem = { code, sqlState, message: "Some words." };
      snowflake.faults.add({ match: { sql: insert }, nth: 2, fault: { kind: "problem", problem } });
      const client = await login();
      await client.run("INSERT 1");
      expect(await client.failure("INSERT 2")).toEqual(problem);
      await client.run("INSERT 3");
      expect(tiny.rows).toEqual(["1", "3"]);
      expect(snowflake.statements[1]).toMatchObject({ isExecuted: false, outcome: code });
    }),
  );

  it("lets the token expire, which the driver renews", () =>
    withSnowflake({}, async (scene) => {
      scene.snowflake.faults.add({ match: { sql: insert }, nth: 1, fault: { kind: "token-expired" } });
      await transaction(scene);
      expect(scene.tiny.executed).toEqual(["BEGIN", "INSERT 1", "COMMIT"]);
    }));

  it.each<SnowflakeFault>([
    { kind: "master-token-expired" },
    { kind: "session-gone" },
    { kind: "session-gone", code: "390104" },
    { kind: "session-gone", executed: true },
  ])("ends the connection for good: %j", (fault) =>
    withSnowflake({}, async ({ snowflake, login, tiny }) => {
      snowflake.faults.add({ match: { sql: insert }, nth: 2, fault });
      const client = await login();
      await client.run("BEGIN");
      await client.run("INSERT 1");
      expect((await client.failure("INSERT 2")).code).toBe("407002");
      expect(tiny.rows).toEqual([]);
      const executed = fault.kind === "session-gone" && fault.executed === true ? ["INSERT 2"] : [];
      expect(tiny.executed).toEqual(["BEGIN", "INSERT 1", ...executed]);
      expect(tiny.closedSessions).toBe(fault.kind === "session-gone" ? 1 : 0);
    }),
  );

  it("hangs until it is cancelled", () =>
    withSnowflake({}, async ({ snowflake, login, tiny }) => {
      snowflake.faults.add({ match: { sql: /^SELECT/u }, fault: { kind: "hang" } });
      const { connection } = await login();
      const { promise: outcome, resolve } = Promise.withResolvers<unknown>();
      const statement = connection.execute({ sqlText: "SELECT 1", complete: resolve });
      await expect.poll(() => snowflake.statements.length).toBe(1);
      statement.cancel();
      expect(await outcome).toMatchObject({ code: "000604" });
      expect(tiny.executed).toEqual([]);
    }));

  it("hangs until the session's statement timeout", () =>
    withSnowflake({}, async ({ snowflake, login }) => {
      snowflake.faults.add({ match: { sql: /^SELECT/u }, fault: { kind: "hang" } });
      const client = await login();
      await client.run("ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = 0.05");
      expect(await client.failure("SELECT 1")).toMatchObject({ code: "000630", sqlState: "57014" });
    }));

  it("keeps the answer back until the client gives up, and its retry finds the outcome", () =>
    withSnowflake({}, async ({ snowflake, login, tiny }) => {
      snowflake.faults.add({ match: { sql: insert }, nth: 1, fault: { kind: "withheld" } });
      const client = await login({ timeout: 150 });
      await client.run("INSERT 1");
      expect(tiny.rows).toEqual(["1"]);
      expect(snowflake.statements).toMatchObject([{ requests: 2 }]);
    }));

  it.each<readonly [string, SnowflakeFault, number]>([
    ["keeps the answer back for a while, then drops it", { kind: "withheld", ms: 80 }, 2],
    ["answers late", { kind: "slow", ms: 80 }, 1],
  ])("%s", (_name, fault, requests) =>
    withSnowflake({}, async ({ snowflake, login }) => {
      snowflake.faults.add({ match: { sql: insert }, nth: 1, fault });
      const client = await login();
      const begun = performance.now();
      await client.run("INSERT 1");
      expect(performance.now() - begun).toBeGreaterThan(75);
      expect(snowflake.statements).toMatchObject([{ requests }]);
    }),
  );
});

describe("a fault of another request", () => {
  it.each<readonly [SnowflakeFault, string | undefined]>([
    [
      { kind: "problem", problem: { code: "390422", sqlState: "08001", message: "Not from there." } },
      "390422",
    ],
    [{ kind: "lost-request" }, "401001"],
    [{ kind: "status", status: 503 }, "401002"],
  ])("spoils a login: %j", (fault, code) =>
    withSnowflake({}, async ({ snowflake, login }) => {
      snowflake.faults.add({ match: { endpoint: "login" }, nth: 1, fault });
      expect((await loginFailure(snowflake.url, {})).code).toBe(code);
      await login();
    }),
  );

  it("loses the answer of a renewal, which is asked for again", () =>
    withSnowflake({}, async (scene) => {
      const { faults } = scene.snowflake;
      faults.add({ match: { sql: insert }, nth: 1, fault: { kind: "token-expired" } });
      faults.add({ match: { endpoint: "token" }, nth: 1, fault: { kind: "lost-answer" } });
      await transaction(scene);
      expect(scene.tiny.rows).toEqual(["1"]);
    }));

  it("befalls the session it names", () =>
    withSnowflake({}, async ({ snowflake, login }) => {
      snowflake.faults.add({ match: { session: 2, endpoint: "query" }, fault: { kind: "session-gone" } });
      const [first, second] = [await login(), await login()];
      expect((await second.failure("SELECT 1")).code).toBe("407002");
      expect(await first.run("SELECT 1")).toEqual([["SELECT 1"]]);
    }));

  it("ends when faults are cleared", () =>
    withSnowflake({}, async ({ snowflake, login }) => {
      const problem = { code: "000606", sqlState: "57P03", message: "No active warehouse." };
      snowflake.faults.add({ match: { sql: /./u }, fault: { kind: "problem", problem } });
      const client = await login();
      expect((await client.failure("SELECT 1")).code).toBe("000606");
      snowflake.faults.clear();
      expect(await client.run("SELECT 1")).toEqual([["SELECT 1"]]);
    }));
});

describe("a fault of an upload", () => {
  const bytes = gzipSync("some rows");

  /** Uploads a file and answers the driver's word for it, or the error's text. */
  async function upload({ folder, login }: Scene): Promise<unknown> {
    const file = join(folder, "x.gz");
    await writeFile(file, bytes);
    const client = await login();
    try {
      const [row] = await client.run(`PUT file://${file} @encrypted AUTO_COMPRESS=FALSE OVERWRITE=TRUE`);
      return row?.[6];
    } catch (error) {
      return String(error);
    }
  }

  it.each([
    ["gcs", 401],
    ["gcs-presigned", 400],
  ] as const)("lets a credential of %s expire with %i; another PUT's is good", (store, status) =>
    withSnowflake({ store }, async (scene) => {
      scene.snowflake.faults.add({ match: { blob: true }, nth: 1, fault: { kind: "credential-expired" } });
      expect(await upload(scene)).toContain(`status code ${status}`);
      expect(scene.snowflake.requests.filter((request) => request.status === status)).toHaveLength(5);
      expect(await upload(scene)).toBe("UPLOADED");
      expect(await scene.snowflake.stagedFiles()).toHaveLength(1);
    }),
  );

  it.each<SnowflakeFault>([
    { kind: "status", status: 503 },
    { kind: "lost-request" },
    { kind: "lost-answer" },
  ])("is outlived by the driver: %j", (fault) =>
    withSnowflake({ store: "gcs" }, async (scene) => {
      scene.snowflake.faults.add({ match: { blob: true }, nth: [1, 2], fault });
      expect(await upload(scene)).toBe("UPLOADED");
      expect(scene.snowflake.requests.filter((request) => request.fault === fault.kind)).toHaveLength(2);
    }),
  );

  it("takes its time", () =>
    withSnowflake({}, async (scene) => {
      scene.snowflake.faults.add({
        match: { blob: true, method: "PUT" },
        nth: 1,
        fault: { kind: "slow", ms: 80 },
      });
      const begun = performance.now();
      expect(await upload(scene)).toBe("UPLOADED");
      expect(performance.now() - begun).toBeGreaterThan(75);
    }));

  it.each(["azure", "gcs"] as const)("damages what %s stores, which the driver does not notice", (store) =>
    withSnowflake({ store }, async (scene) => {
      scene.snowflake.faults.add({
        match: { blob: true, method: "PUT" },
        nth: 1,
        fault: { kind: "wrong-digest" },
      });
      expect(await upload(scene)).toBe("UPLOADED");
      const client = await scene.login();
      const stored = async () =>
        Buffer.from(String((await client.run("READ encrypted/x.gz"))[0]?.[0]), "hex");
      const damaged = await stored();
      expect([damaged.length, damaged.equals(bytes)]).toEqual([bytes.length, false]);
      expect(await upload(scene)).toBe("UPLOADED");
      expect(await stored()).toEqual(bytes);
    }),
  );
});
