import { exitCodeOf } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { credential, now, runTap, runWell } from "./support/run-tap.ts";
import { withTenant } from "./support/tenant.ts";

const select = ["xc_role.*"];
const token = "/api/oauth2/token";
const execute = "/api/connect/v1/xdbc/execute";
const results = "/api/connect/v1/xdbc/results/*";

describe("the token", () => {
  it("is fetched once, by a client named in the query", async () => {
    await withTenant({}, async ({ url, requests }) => {
      await runWell({ url, select: ["xc_role.*", "xc_rule.*"] });
      const asked = requests.filter(({ path }) => path === token);
      expect(asked.map(({ method, query }) => ({ method, query }))).toEqual([
        {
          method: "POST",
          query: { client_id: "sandbox-client-id", consumer: "sandbox-consumer", api: "connect" },
        },
      ]);
    });
  });

  it("is replaced when it is refused in the middle of a result", async () => {
    await withTenant({}, async (tenant) => {
      let revoked = 0;
      const until = ({ type }: { type: string }): boolean => {
        if (type === "STATE" && revoked < 2) {
          tenant.revokeTokens();
          revoked += 1;
        }
        return false;
      };
      const run = await runWell({ url: tenant.url, select, config: { page_size: 3 }, until });
      expect(new Set(run.records("xc_role").map((record) => record["ROLE_ID"])).size).toBe(12);
      expect(tenant.requests.filter(({ path }) => path === token).length).toBeGreaterThan(1);
      expect(run.logs.filter(({ level }) => level === "error")).toEqual([]);
    });
  });

  it("is fetched anew before it expires, where its answer says when", async () => {
    await withTenant(
      { tokenLifetimeMs: 1000, tellsExpiry: true, latencyMs: 60 },
      async ({ url, requests }) => {
        await runWell({ url, select, config: { page_size: 1, query_rows: 4 } });
        const statuses = requests.map(({ status }) => status);
        expect(statuses).not.toContain(401);
        expect(requests.filter(({ path }) => path === token).length).toBeGreaterThan(1);
      },
    );
  });

  it("that is refused again and again ends the run", async () => {
    await withTenant({}, async (tenant) => {
      tenant.faults.add({ path: execute, fault: { kind: "status", status: 401 } });
      const run = await runTap({ url: tenant.url, select: ["xc_role.*", "xc_rule.*"] });
      expect(exitCodeOf(run.error)).toBe(77);
      expect(tenant.requests.map(({ path }) => path)).toEqual([token, execute, token, execute]);
    });
  });

  it.each(["user", "password", "client_id", "consumer"])("is not given for a wrong %s", async (name) => {
    await withTenant({}, async ({ url, requests }) => {
      const run = await runTap({ url, config: { [name]: "very-wrong-0123" } });
      expect(exitCodeOf(run.error)).toBe(77);
      expect(requests.length).toBe(1);
      const said = JSON.stringify([String(run.error), run.logs, run.messages]);
      expect(said).toContain("Invalid user, password, client or consumer");
      expect(said).not.toContain(credential.password);
      expect(said).not.toContain(name === "client_id" ? "very-wrong-0123" : credential.client_id);
      if (name === "password") expect(said).not.toContain("very-wrong-0123");
    });
  });
});

describe("a result", () => {
  it("is fetched in pages of 100 rows where more are refused, for the rest of the stream", async () => {
    await withTenant({ rows: 250, maxPageRows: 100 }, async ({ url, requests }) => {
      const run = await runWell({ url, select, config: { query_rows: 200 } });
      expect(run.records("xc_role").length).toBe(250);
      const pages = requests.filter(({ method, query }) => method === "GET" && query["size"] !== undefined);
      expect(pages.map(({ query, status }) => `${query["start"]} ${query["size"]} ${status}`)).toEqual([
        "0 1000 400",
        "0 100 200",
        "0 100 200",
        "100 100 200",
        "0 100 200",
      ]);
      expect(run.logs.map(({ message }) => message)).toContain(
        "Connect refused pages of 1000 rows; 100 are fetched at a time",
      );
    });
  });

  it.each([404, 410] as const)(
    "that expires with %i is asked for again behind its last row",
    async (goneStatus) => {
      await withTenant({ pagesKept: 2, goneStatus }, async ({ url, statements }) => {
        const run = await runWell({ url, select, config: { page_size: 3 } });
        const ids = run.records("xc_role").map((record) => record["ROLE_ID"]);
        expect([ids.length, new Set(ids).size]).toEqual([12, 12]);
        expect(statements.length).toBe(3);
        expect(run.logs.map(({ message }) => message)).toContain(
          `xc_role: Connect lost a result: answered ${goneStatus}. Try again later. The statement is run again.`,
        );
      });
    },
  );

  it("without keys that expires is asked for again, and its first rows left out", async () => {
    await withTenant({ pagesKept: 3 }, async (tenant) => {
      const stream = "xc_quota_summary";
      const run = await runTap({ url: tenant.url, select: [`${stream}.*`], config: { page_size: 5 } });
      expect(run.error).toBeUndefined();
      expect(run.records(stream).length).toBe(12);
      const lost = await runTap({ url: tenant.url, select: [`${stream}.*`], config: { page_size: 3 } });
      expect(exitCodeOf(lost.error)).toBe(75);
      expect(lost.records(stream).length).toBe(9);
    });
  });

  it("that is lost again and again before its first row ends the stream, with 75", async () => {
    await withTenant({ pagesKept: 0 }, async ({ url, statements }) => {
      const run = await runTap({ url, select });
      expect(exitCodeOf(run.error)).toBe(75);
      expect(String(run.error)).toBe("ResultGone: Connect lost a result: answered 404. Try again later.");
      expect(statements.length).toBe(3);
    });
  });
});

describe("a network that breaks", () => {
  it.concurrent.each([
    ["reset", { kind: "reset" }],
    ["cut", { kind: "cut" }],
    ["truncated", { kind: "truncated" }],
    ["invalid-json", { kind: "invalid-json" }],
    ["503", { kind: "status", status: 503 }],
  ] as const)("in the middle of a result loses nothing: %s", async (_, fault) => {
    await withTenant({}, async ({ url, faults }) => {
      faults.add({ path: results, nth: 3, fault });
      const run = await runWell({ url, select, config: { page_size: 5 } });
      const ids = run.records("xc_role").map((record) => record["ROLE_ID"]);
      expect([ids.length, new Set(ids).size]).toEqual([12, 12]);
    });
  });

  it.concurrent("before a statement is executed loses nothing", async () => {
    await withTenant({}, async ({ url, faults }) => {
      faults.add({ path: execute, nth: 2, fault: { kind: "reset" } });
      const run = await runWell({ url, select });
      expect(run.records("xc_role").length).toBe(12);
    });
  });

  it("for good leaves a state that the next run goes on from", async () => {
    await withTenant({}, async ({ url, faults, statements }) => {
      const config = { page_size: 2, query_rows: 4 };
      faults.add({ path: results, nth: [5, 6, 7], fault: { kind: "status", status: 418 } });
      const broken = await runTap({ url, select, config });
      expect(exitCodeOf(broken.error)).toBe(70);
      const before = broken.records("xc_role").map((record) => record["ROLE_ID"]);
      faults.clear();
      statements.length = 0;
      const resumed = await runWell({ url, select, config, state: broken.states.at(-1) });
      expect(statements[0]).toContain(`ROLE_ID > '${before.at(-1)}'`);
      const after = resumed.records("xc_role").map((record) => record["ROLE_ID"]);
      expect(before.length).toBe(6);
      expect(new Set([...before, ...after]).size).toBe(12);
      expect(after.length).toBe(6);
    });
  });
});

describe("a statement that is refused", () => {
  it("fails its stream with what the gateway says, at once; the other streams run", async () => {
    await withTenant(
      { missingColumns: { xc_role: ["DESCR"] }, missingTables: ["xc_rule"], deniedTables: ["xc_user"] },
      async ({ url, requests }) => {
        const run = await runTap({ url, select: ["xc_role.*", "xc_rule.*", "xc_user.*", "xc_plan.*"] });
        expect(exitCodeOf(run.error)).toBe(70);
        const advice =
          "If the tenant lacks a column, name it in exclude_columns; if the table, deselect its stream.";
        const said = [
          String(run.error),
          ...run.logs.filter(({ level }) => level === "error").map(({ message }) => message),
        ].join("\n");
        expect(said).toContain(`Column DESCR does not exist in xc_role"}}. ${advice}`);
        expect(said).toContain("Connect refused a statement on xactly.xc_rule with 400: ");
        expect(said).toContain("Table xactly.xc_rule does not exist");
        expect(said).toContain("No privilege to read xactly.xc_user");
        expect(run.records("xc_plan").length).toBe(12);
        expect(requests.filter(({ status }) => status === 400).length).toBe(3);
      },
    );
  });
});

it("reads nothing before the first request that could be refused is answered", async () => {
  await withTenant({}, async ({ url, requests }) => {
    const run = await runTap({ url: `${url}/nowhere`, select, at: now });
    expect(exitCodeOf(run.error)).not.toBe(0);
    expect(requests.length).toBe(1);
  });
});
