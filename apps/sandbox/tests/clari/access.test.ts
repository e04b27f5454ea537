import { describe, expect, it } from "vitest";
import { runSandbox } from "../../src/command.ts";
import { withClari } from "./clari-client.ts";

describe("a token", () => {
  it.each([undefined, "wrong", "SANDBOX-API-TOKEN"])("that is %s is refused", async (token) => {
    await withClari({}, async ({ sandbox }) => {
      const response = await fetch(`${sandbox.url}/v4/admin/limits`, {
        headers: token === undefined ? {} : { apikey: token },
      });
      expect([response.status, await response.json()]).toEqual([
        401,
        { message: "Invalid authentication credentials" },
      ]);
    });
  });

  it("is in no log", async () => {
    await withClari({}, async ({ sandbox, get }) => {
      expect((await get("admin/limits")).status).toBe(200);
      expect(JSON.stringify(sandbox.requests)).not.toContain("sandbox-api-token");
    });
  });
});

describe("a path", () => {
  it.each([
    ["GET", "../admin/limits"],
    ["GET", "forecast/net_arr/more"],
    ["GET", "export/list"],
    ["GET", "export/jobs/a/results/b"],
    ["GET", "users"],
  ])("that is not there answers 404: %s %s", async (method, target) => {
    await withClari({}, async ({ ask }) => {
      expect((await ask(method, target)).status).toBe(404);
    });
  });

  it.each([
    ["POST", "admin/limits"],
    ["GET", "export/activity"],
    ["GET", "export/forecast/net_arr"],
    ["POST", "forecast/net_arr"],
    ["DELETE", "export/jobs/a"],
    ["POST", "export/jobs/a/results"],
    ["PUT", "export/jobs"],
  ])("takes no other method: %s %s", async (method, target) => {
    await withClari({}, async ({ ask }) => {
      expect((await ask(method, target)).status).toBe(405);
    });
  });
});

describe("faults", () => {
  it.each([
    [401, {}, "Invalid authentication credentials"],
    [429, { retry_after_seconds: 7 }, "Status 429 on demand"],
    [500, {}, "internal_server_error"],
    [502, { body: "<html>", content_type: "text/html" }, "<html>"],
  ])("answer status %i %j", async (status, extra, said) => {
    const rules = [{ path: "/v4/**", nth: 1, fault: { kind: "status", status, ...extra } }] as const;
    await withClari({ faults: { rules } }, async ({ get, sandbox }) => {
      const answer = await get("admin/limits");
      expect([answer.status, answer.headers.get("retry-after")]).toEqual([
        status,
        status === 429 ? "7" : null,
      ]);
      expect(answer.text).toContain(said);
      expect(sandbox.requests).toMatchObject([{ status, fault: "status" }]);
      expect((await get("admin/limits")).status).toBe(200);
    });
  });

  it("reset connections", async () => {
    const rules = [{ path: "/v4/admin/limits", nth: 1, fault: { kind: "reset" } }] as const;
    await withClari({ faults: { rules } }, async ({ get }) => {
      await expect(get("admin/limits")).rejects.toThrow();
    });
  });
});

describe("chorale-sandbox clari", () => {
  it.each([
    [["--users", "-1"], "--users"],
    [["--fiscal-start-month", "13"], "--fiscal-start-month: a month is 1 to 12."],
    [["--tickets", "1"], "--tickets"],
  ])("refuses the arguments %j", async (args, message) => {
    let said = "";
    const code = await runSandbox(["clari", ...args], {
      stdout: { write: () => true },
      stderr: { write: (text) => (said += text) },
      signal: AbortSignal.abort(),
    });
    expect([code, said.split("\n").length]).toEqual([64, 2]);
    expect(said).toContain(message);
  });

  it("serves what its arguments say until it is stopped", async () => {
    const stop = new AbortController();
    const announced = Promise.withResolvers<string>();
    const args = [
      "clari",
      "--users",
      "3",
      "--no-latest",
      "--flat-jobs",
      "--monthly-quota",
      "7",
      "--token",
      "t",
    ];
    const ended = runSandbox(args, {
      stdout: { write: (text) => announced.resolve(text) },
      stderr: { write: () => true },
      signal: stop.signal,
    });
    const { url }: { url: string } = JSON.parse(await announced.promise);
    const ask = (path: string) => fetch(`${url}/v4/${path}`, { headers: { apikey: "t" } });
    expect(await (await ask("admin/limits")).json()).toMatchObject({ jobs: { monthlyQuota: 7 } });
    expect((await ask("forecast/net_arr")).status).toBe(404);
    stop.abort();
    expect(await ended).toBe(0);
  });
});
