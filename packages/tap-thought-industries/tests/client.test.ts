import type { Fault } from "@chorale/sandbox";
import { ApiError, AuthenticationError, ConfigError, exitCodeOf } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { apiAddress } from "../src/api-address.ts";
import { tapThoughtIndustries } from "../src/index.ts";
import { signed } from "../src/signature.ts";
import { withPortal } from "./support/portal.ts";
import { apiKey, runTap, runWell } from "./support/run-tap.ts";
import { withScript } from "./support/scripted-server.ts";

const streams = ["clients", "coupons"];

describe("base_url", () => {
  it.each([
    ["acme", "https://acme.thoughtindustries.com/incoming/v2/"],
    ["https://acme.thoughtindustries.com", "https://acme.thoughtindustries.com/incoming/v2/"],
    ["university.acme.example", "https://university.acme.example/incoming/v2/"],
    [" https://university.acme.example/ ", "https://university.acme.example/incoming/v2/"],
    ["https://university.acme.example/incoming", "https://university.acme.example/incoming/v2/"],
    ["https://university.acme.example/incoming/v2", "https://university.acme.example/incoming/v2/"],
    ["https://university.acme.example/incoming/v2/", "https://university.acme.example/incoming/v2/"],
    ["https://gateway.example/lms/", "https://gateway.example/lms/incoming/v2/"],
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080/incoming/v2/"],
  ])("%j stands for %s", (given, address) => {
    expect(apiAddress(given)).toBe(address);
  });

  it.each(["", "  ", "ftp://acme.example", "https://", "two words", "https://acme.example?x=1"])(
    "%j is refused",
    (given) => {
      expect(() => apiAddress(given)).toThrow(ConfigError);
      expect(() => apiAddress(given)).toThrow('config: "base_url" is no address of a portal.');
    },
  );

  it("that moved is told of: a redirect to another host gets no key", async () => {
    await withPortal({}, async (elsewhere) => {
      const headers = { location: `${elsewhere.url}/incoming/v2/clients` };
      await withScript(
        () => ({ status: 301, headers, body: "" }),
        async (server) => {
          const run = await runTap({ url: server.url, streams: ["clients"] });
          expect(String(run.error)).toContain("refused to follow a redirect to another origin");
          expect(elsewhere.requests.length).toBe(0);
        },
      );
    });
  });
});

describe("settings", () => {
  it.each([
    [{ end_date: "2025-12-01" }, '"end_date" is not after "start_date"'],
    [{ end_date: "2020-01-01" }, '"end_date" is not after "start_date"'],
    [{ window_hours: 0 }, '"window_hours" is 0. Set it to 0.001 or more.'],
    [{ lookback_seconds: -1 }, '"lookback_seconds" is -1. Set it to 0 or more.'],
    [{ request_timeout_seconds: 0 }, '"request_timeout_seconds" is 0.'],
    [{ api_key: "" }, '"api_key"'],
    [{ base_url: "" }, '"base_url"'],
    [{ pii: "encrypt" }, "pii"],
    [{ start_date: "yesterday" }, "start_date"],
  ])("that cannot work are refused before any request: %o", async (config, message) => {
    await withPortal({}, async (portal) => {
      const run = await runTap({ url: portal.url, config });
      expect(ConfigError.isInstance(run.error)).toBe(true);
      expect(String(run.error)).toContain(message);
      expect([run.messages, portal.requests.length]).toEqual([[], 0]);
    });
  });
});

describe("requests", () => {
  it("carry the key as a bearer token, and the tap's name", async () => {
    await withScript(
      () => ({ body: { clients: [] } }),
      async (server) => {
        await runWell({ url: server.url, streams: ["clients"] });
        await runWell({ url: server.url, streams: ["clients"], config: { user_agent: "mine/1" } });
        expect(server.requests.map(({ headers }) => headers["authorization"])).toEqual([
          `Bearer ${apiKey}`,
          `Bearer ${apiKey}`,
        ]);
        const { version } = await tapThoughtIndustries.about();
        expect(server.requests.map(({ headers }) => headers["user-agent"])).toEqual([
          `tap-thought-industries/${version}`,
          "mine/1",
        ]);
      },
    );
  });

  it("go one at a time", async () => {
    let open = 0;
    let most = 0;
    const script = async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      return { body: { events: [], data: [] } };
    };
    await withScript(script, async (server) => {
      await runWell({ url: server.url });
      expect(server.requests.length).toBeGreaterThan(15);
      expect(most).toBe(1);
    });
  });

  it("are signed where the portal wants it, and not otherwise", async () => {
    const data = { seed: 1, login: 30, days: 3 };
    const options = { data, signingKey: "hush-hush", eventsPerPage: 7, clock: Date.now };
    await withPortal(options, async (portal) => {
      const config = { signing_key: "hush-hush", start_date: "2026-01-01", end_date: undefined };
      const run = await runWell({ url: portal.url, streams: ["logins", "users"], config, at: Date.now() });
      expect(run.records("users").length).toBe(230);
      expect(portal.requests.every(({ target }) => /[?&]apsig=[0-9a-f]{64}$/.test(target))).toBe(true);
      expect(JSON.stringify([run.messages, run.logs])).not.toMatch(/apsig|hush-hush/);
      const unsigned = await runTap({ url: portal.url, streams: ["users"] });
      expect(AuthenticationError.isInstance(unsigned.error)).toBe(true);
      const wrong = await runTap({ url: portal.url, streams: ["users"], config: { signing_key: "other" } });
      expect(AuthenticationError.isInstance(wrong.error)).toBe(true);
    });
    await withPortal({}, async (portal) => {
      await runWell({ url: portal.url, streams: ["clients"] });
      expect(portal.requests.some(({ target }) => target.includes("apsig"))).toBe(false);
    });
  });

  it("are signed by address and second", () => {
    const url = new URL("https://acme.example/incoming/v2/users?cursor=A");
    const key = "k";
    // printf 'https://acme.example/incoming/v2/users?cursor=A1767225600' | openssl dgst -sha256 -hmac k
    const apsig = "f55daf54f76c0fc51cfa2b444dd5830a12766f7bfb082533fbd41834419ebd53";
    expect(signed(url, { key, now: new Date(1_767_225_600_999) }).href).toBe(`${url.href}&apsig=${apsig}`);
    expect(url.search).toBe("?cursor=A");
  });
});

describe("a request that fails once", () => {
  const faults: readonly { name: string; fault: Fault }[] = [
    { name: "429 with Retry-After", fault: { kind: "status", status: 429, retry_after_seconds: 1 } },
    { name: "409", fault: { kind: "status", status: 409 } },
    { name: "500", fault: { kind: "status", status: 500 } },
    { name: "502", fault: { kind: "status", status: 502 } },
    { name: "503 with Retry-After", fault: { kind: "status", status: 503, retry_after_seconds: 1 } },
    { name: "504", fault: { kind: "status", status: 504 } },
    { name: "a reset connection", fault: { kind: "reset" } },
    { name: "a truncated body", fault: { kind: "truncated" } },
    { name: "a body cut off", fault: { kind: "cut" } },
    { name: "invalid JSON with 200", fault: { kind: "invalid-json" } },
  ];

  it.concurrent.each(faults)("is tried again: $name", async ({ fault }) => {
    await withPortal({ data: { seed: 1, users: 250 } }, async (portal) => {
      portal.faults.add({ path: "/**", nth: 2, fault });
      const run = await runWell({ url: portal.url, streams: ["users"] });
      expect(new Set(run.ids("users")).size).toBe(250);
      expect(run.records("users").length).toBe(250);
      expect(portal.requests.length).toBe(4);
    });
  });
});

describe("a request that fails for good", () => {
  it("ends the run at once when the key is refused (401 with an empty body)", async () => {
    await withPortal({}, async (portal) => {
      const run = await runTap({ url: portal.url, streams, config: { api_key: "wrong-key" } });
      expect(AuthenticationError.isInstance(run.error)).toBe(true);
      expect(exitCodeOf(run.error)).toBe(77);
      expect(portal.requests.length).toBe(1);
      expect(JSON.stringify([run.logs, String(run.error)])).not.toContain("wrong-key");
    });
  });

  it.each([403, 404, 400, 422])(
    "names the stream's address and what was said (%i); the others still run",
    async (status) => {
      await withPortal({}, async (portal) => {
        portal.faults.add({ path: "/incoming/v2/clients", fault: { kind: "status", status } });
        const run = await runTap({ url: portal.url, streams });
        expect(ApiError.isInstance(run.error)).toBe(true);
        expect(String(run.error)).toMatch(
          new RegExp(`^ApiError: GET ${portal.url}/incoming/v2/clients answered ${status}: \\{"error":"`),
        );
        expect(run.records("coupons").length).toBe(3);
      });
    },
  );
});
