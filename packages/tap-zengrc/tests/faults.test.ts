import type { Fault } from "@chorale/sandbox";
import { AuthenticationError, exitCodeOf } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { withAccount } from "./support/account.ts";
import { runTap, runWell } from "./support/run-tap.ts";

const select = ["risks.*", "controls.*"];
const risks = "/api/v2/risks";

describe("a request that fails once", () => {
  const faults: readonly { name: string; fault: Fault }[] = [
    { name: "429 with Retry-After", fault: { kind: "status", status: 429, retry_after_seconds: 1 } },
    { name: "500", fault: { kind: "status", status: 500 } },
    { name: "502", fault: { kind: "status", status: 502 } },
    { name: "503 with Retry-After", fault: { kind: "status", status: 503, retry_after_seconds: 1 } },
    { name: "504, as of a gateway that waited too long", fault: { kind: "status", status: 504 } },
    { name: "a reset connection", fault: { kind: "reset" } },
    { name: "a truncated body", fault: { kind: "truncated" } },
    { name: "a body cut off", fault: { kind: "cut" } },
    { name: "invalid JSON with 200", fault: { kind: "invalid-json" } },
  ];

  it.concurrent.each(faults)("is tried again: $name", async ({ fault }) => {
    await withAccount({}, async (account) => {
      account.faults.add({ path: risks, nth: 2, fault });
      const run = await runWell({ url: account.url, select });
      const ids = [...account.store.table("risks").rows()].map(({ id }) => id);
      expect(run.ids("risks")).toEqual(ids);
      expect(run.ids("controls").length).toBe(12);
      expect(account.requests.length).toBe(7);
    });
  });
});

describe("a request that fails for good", () => {
  it("ends the run at once when the credentials are refused (401)", async () => {
    await withAccount({}, async (account) => {
      const run = await runTap({ url: account.url, config: { password: "wrong-secret" } });
      expect(AuthenticationError.isInstance(run.error)).toBe(true);
      expect(exitCodeOf(run.error)).toBe(77);
      expect(run.messages).toEqual([]);
      expect(new Set(account.requests.map(({ status }) => status))).toEqual(new Set([401]));
      expect(JSON.stringify([run.logs, String(run.error)])).not.toContain("wrong-secret");
    });
  });

  it("is said in one line, and the other streams still run (400)", async () => {
    await withAccount({}, async (account) => {
      account.faults.add({ path: risks, fault: { kind: "status", status: 400, body: "line 1\nline 2" } });
      const run = await runTap({ url: account.url, select });
      expect(String(run.error)).toBe(
        `ApiError: GET ${account.url}/api/v2/risks answered 400: line 1 line 2. Check the settings that the request is made of.`,
      );
      expect(run.ids("controls").length).toBe(12);
    });
  });

  it("tells that the address has no such API (404)", async () => {
    await withAccount({}, async (account) => {
      const run = await runTap({ url: `${account.url}/nowhere`, select });
      expect(String(run.error)).toContain("/nowhere/api/v2/controls answered 404");
      expect(String(run.error)).toContain("Check the base address");
      expect(exitCodeOf(run.error)).toBe(70);
    });
  });
});

describe("a rate limit, should the account have one", () => {
  it("is waited for and never costs a record", async () => {
    const rateLimit = { requests: 5, windowMs: 1000 };
    await withAccount({ rateLimit, records: 40, clock: Date.now }, async (account) => {
      const run = await runWell({ url: account.url, select });
      expect(run.ids("risks").length).toBe(40);
      expect(run.ids("controls").length).toBe(40);
      const answered = account.requests.filter(({ status }) => status === 200);
      expect(answered.length).toBe(16);
      // Each window that is used up is found out by one refusal.
      expect(account.requests.length - answered.length).toBeLessThanOrEqual(4);
    });
  });
});
