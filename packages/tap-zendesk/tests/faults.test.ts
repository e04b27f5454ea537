import type { Fault } from "@chorale/sandbox";
import { ApiError, AuthenticationError, ConnectorError, exitCodeOf } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { readsOf, withAccount } from "./support/account.ts";
import { runTap, runWell } from "./support/run-tap.ts";
import { withScript } from "./support/scripted-server.ts";

const streams = ["users", "groups"];
const users = "/api/v2/incremental/users/cursor";

describe("a request that fails once", () => {
  const faults: readonly { name: string; fault: Fault }[] = [
    {
      name: "429 with Retry-After and a text",
      fault: { kind: "status", status: 429, retry_after_seconds: 1 },
    },
    {
      name: "429 of the network in front of the API",
      fault: {
        kind: "status",
        status: 429,
        retry_after_seconds: 1,
        body: '{"detail":"Rate limited by Zendesk edge protection","status":"429","title":"Automated response"}',
        content_type: "application/json",
      },
    },
    { name: "409", fault: { kind: "status", status: 409 } },
    { name: "500", fault: { kind: "status", status: 500 } },
    { name: "503 with Retry-After", fault: { kind: "status", status: 503, retry_after_seconds: 1 } },
    { name: "504", fault: { kind: "status", status: 504 } },
    { name: "520", fault: { kind: "status", status: 520 } },
    { name: "a reset connection", fault: { kind: "reset" } },
    { name: "a truncated body", fault: { kind: "truncated" } },
    { name: "a body cut off", fault: { kind: "cut" } },
    { name: "invalid JSON with 200", fault: { kind: "invalid-json" } },
  ];

  it.concurrent.each(faults)("is tried again: $name", async ({ fault }) => {
    await withAccount({}, async (account) => {
      account.faults.add({ path: users, nth: 1, fault });
      const run = await runWell({ url: account.url, streams });
      expect(new Set(run.ids("users")).size).toBe(20);
      expect(run.records("users").length).toBe(20);
      expect(run.ids("groups").length).toBe(8);
      expect(readsOf(account).length).toBe(3);
    });
  });

  it("waits a minute for a 429 without Retry-After", async () => {
    await withAccount({}, async (account) => {
      const stop = new AbortController();
      account.faults.add({ path: users, fault: { kind: "status", status: 429 } });
      const run = await runTap({
        url: account.url,
        streams,
        signal: stop.signal,
        onLog: ({ message }) => {
          if (message.endsWith("Trying again in 60 s.")) stop.abort(new Error("seen"));
        },
      });
      expect(run.error).toEqual(new Error("seen"));
      expect(readsOf(account).length).toBe(1);
    });
  });

  it("of a large stream repeats nothing that was emitted", async () => {
    await withAccount({ data: { kind: "generated", seed: 2, users: 2500 } }, async (account) => {
      account.faults.add({ path: users, nth: 2, fault: { kind: "truncated" } });
      const run = await runWell({ url: account.url, streams: ["users"] });
      expect(run.records("users").length).toBe(2500);
      expect(new Set(run.ids("users")).size).toBe(2500);
      expect(readsOf(account).length).toBe(4);
    });
  });
});

describe("a request that fails for good", () => {
  it("ends the run when the credentials are refused (401)", async () => {
    await withAccount({}, async (account) => {
      const run = await runTap({ url: account.url, streams, config: { access_token: "wrong-token" } });
      expect(AuthenticationError.isInstance(run.error)).toBe(true);
      expect(exitCodeOf(run.error)).toBe(77);
      expect(account.requests.length).toBe(1);
      expect(JSON.stringify([run.logs, String(run.error)])).not.toContain("wrong-token");
    });
  });

  it.each([
    {
      reason: "role",
      said: '{"error":{"title":"Forbidden","message":"You do not have access to this page. Please contact the account owner of this help desk for further help."}}',
    },
    {
      reason: "scope",
      said: '{"error":"Forbidden","description":"Missing the following required scopes: read"}',
    },
  ] as const)("names what is missing where a stream is refused (403, $reason)", async ({ reason, said }) => {
    await withAccount({ denied: [{ path: "/api/v2/incremental/**", reason }] }, async (account) => {
      const config = { export_mode: "incremental" };
      const run = await runTap({ url: account.url, streams, config });
      expect(String(run.error)).toBe(
        `ApiError: GET ${account.url}/api/v2/incremental/users/cursor?start_time=1577836800 answered 403: ${said}. Check that the credentials may read it.`,
      );
      // The other streams run all the same.
      expect(run.ids("groups").length).toBe(8);
      expect(Object.keys(run.states.at(-1)?.bookmarks ?? {})).toEqual(["groups"]);
    });
  });

  it("is told where the base address has no such API (404)", async () => {
    await withAccount({}, async (account) => {
      const run = await runTap({
        url: `${account.url}/nowhere`,
        streams,
        config: { export_mode: "incremental" },
      });
      expect(String(run.error)).toContain("/nowhere/api/v2/incremental/users/cursor");
      expect(String(run.error)).toContain("answered 404");
    });
  });

  it("is told where the answer is no list", async () => {
    await withScript(
      () => ({ body: { users: "none" } }),
      async (server) => {
        const run = await runTap({ url: server.url, streams: ["users"] });
        expect(ConnectorError.isInstance(run.error)).toBe(true);
        expect(ApiError.isInstance(run.error)).toBe(false);
        expect(exitCodeOf(run.error)).toBe(65);
      },
    );
  });
});
