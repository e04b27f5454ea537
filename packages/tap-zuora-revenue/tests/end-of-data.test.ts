import type { ZuoraRevenueOptions } from "@chorale/sandbox";
import { ExportError } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { asked, runTap, runWell, withTenant } from "./support/run-tap.ts";

const select = ["bi3_rc_pob.*"];
const view = "BI3_RC_POB";
const page = `GET v2/biviews/${view}`;
const ids = (rows: number) =>
  Array.from({ length: rows }, (_, index) => `7${String(index).padStart(9, "0")}`);

describe("the end of a view", () => {
  const cases: readonly (readonly [string, number, ZuoraRevenueOptions])[] = [
    ["an empty view: 204", 0, {}],
    ["a first page that is not full", 3, {}],
    ["a last page that is not full", 10, {}],
    ["a full last page, and 404 with totals", 8, {}],
    ["a full last page, and 400 of a completed task", 8, { pastTheEnd: "not-cached" }],
    ["a full only page, and 404", 4, {}],
    ["a full only page, and 400", 4, { pastTheEnd: "not-cached" }],
    ["pages that are not cached yet", 10, { lag: 3 }],
    ["pages that are not cached yet, and a full last one", 8, { lag: 2, pastTheEnd: "not-cached" }],
    ["a token whose header has an underscore", 10, { tokenHeader: "continuation_token" }],
    ["a token that is not handed out, and found among the tasks", 10, { tokenHeader: "none" }],
    ["a count that does not work", 10, { counts: false }],
    ["a count that is too low, as of rows added since", 10, { countDrift: -7 }],
  ];
  it.each(cases)("is found: %s", async (_, rows, options) => {
    await withTenant({ rowsOf: { [view]: rows }, ...options }, async (tenant) => {
      const run = await runWell({ tenant, select });
      expect(run.records("bi3_rc_pob").map(({ RC_POB_ID: id }) => id)).toEqual(ids(rows));
      expect(tenant.tasks.active()).toEqual([]);
      expect(tenant.tasks.cancelled).toEqual([]);
    });
  });

  it("has a SCHEMA though it has no rows", async () => {
    await withTenant({ rows: 0 }, async (tenant) => {
      const { messages } = await runWell({ tenant, select });
      expect(messages.find(({ type }) => type === "SCHEMA")).toMatchObject({ key_properties: ["RC_POB_ID"] });
    });
  });

  it("asks for no page after one that is not full", async () => {
    await withTenant({ rowsOf: { [view]: 6 } }, async (tenant) => {
      await runWell({ tenant, select });
      expect(asked(tenant).filter((each) => each === page).length).toBe(2);
    });
  });

  it("always says how large pages are, and never more than is allowed", async () => {
    await withTenant({ rows: 1 }, async (tenant) => {
      const sizes = async (config: Readonly<Record<string, unknown>>) => {
        tenant.requests.length = 0;
        await runWell({ tenant, select, config: { page_size: undefined, ...config } });
        return tenant.requests.flatMap(({ query }) => query["pageSize"] ?? []);
      };
      expect(await sizes({})).toEqual(["20000"]);
      expect(await sizes({ output_type: "csv" })).toEqual(["10000"]);
      const { error } = await runTap({ tenant, select, config: { output_type: "csv", page_size: 10_001 } });
      expect(String(error)).toContain('"page_size" is 10001, and Zuora gives at most 10000 rows of csv');
    });
  });
});

describe("a task that goes wrong", () => {
  it.each(["stale", "canceled", "forgotten"] as const)("is begun again when it is %s", async (becomes) => {
    await withTenant({ rowsOf: { [view]: 10 } }, async (tenant) => {
      tenant.tasks.plan({ view, page: 2, becomes });
      const run = await runWell({ tenant, select });
      const found = run.records("bi3_rc_pob").map(({ RC_POB_ID: id }) => id);
      expect(found).toEqual([...ids(4), ...ids(10)]);
      expect(
        run.logs.filter(({ message }) => message.includes("read again from the first page")).length,
      ).toBe(1);
      expect(tenant.tasks.active()).toEqual([]);
    });
  });

  it("is begun again when it is forgotten, though no count tells that rows are missing", async () => {
    await withTenant({ rowsOf: { [view]: 10 }, counts: false }, async (tenant) => {
      tenant.tasks.plan({ view, page: 2, becomes: "forgotten" });
      const run = await runWell({ tenant, select });
      expect(run.records("bi3_rc_pob").length).toBe(14);
    });
  });

  it("is not begun again for ever", async () => {
    await withTenant({ rowsOf: { [view]: 10 } }, async (tenant) => {
      for (let count = 0; count < 4; count += 1) tenant.tasks.plan({ view, page: 2, becomes: "stale" });
      const { error } = await runTap({ tenant, select });
      expect(error).toBeInstanceOf(ExportError);
      expect(String(error)).toContain("bi3_rc_pob: Zuora says that its task is stale. Run again later");
    });
  });

  it("is found again when the answer with its token was lost, and no second one is begun", async () => {
    await withTenant({ rowsOf: { [view]: 10 } }, async (tenant) => {
      tenant.tasks.loseAnswer(view);
      const run = await runWell({ tenant, select });
      expect(run.records("bi3_rc_pob").length).toBe(10);
      const first = tenant.requests.filter(
        ({ path, query }) => path.endsWith(view) && query["pagenum"] === "1",
      );
      expect(first.map(({ headers }) => headers["continuation-token"] !== undefined)).toEqual([false, true]);
    });
  });

  it("is asked for anew when the first page was never computed", async () => {
    await withTenant({ rowsOf: { [view]: 10 } }, async (tenant) => {
      tenant.faults.add({
        path: `/api/integration/v2/biviews/${view}`,
        nth: [1, 2],
        fault: { kind: "status", status: 503 },
      });
      const run = await runWell({ tenant, select });
      expect(run.records("bi3_rc_pob").length).toBe(10);
    });
  });

  it.each([400, 429])("waits for a free place when a limit is reached: %i", async (rateLimitStatus) => {
    await withTenant({ rowsOf: { [view]: 10 }, rateLimitStatus }, async (tenant) => {
      const window =
        "clientId=1&fromDate=2020-01-01T00:00:00&toDate=2026-02-01T00:00:00&pageSize=2&pagenum=1";
      const url = `${tenant.url}/api/integration`;
      const basic = Buffer.from("sandbox-user:sandbox-password").toString("base64");
      const login = await fetch(`${url}/v1/authenticate`, {
        method: "POST",
        headers: { role: "API Role", clientname: "Default", authorization: `Basic ${basic}` },
      });
      const headers = { token: login.headers.get("revpro-token") ?? "" };
      await (await fetch(`${url}/v2/biviews/${view}?${window}`, { headers })).arrayBuffer();
      const [other = ""] = tenant.tasks.active();
      const running = runWell({ tenant, select });
      const refusals = () => tenant.requests.filter(({ status }) => status === rateLimitStatus).length;
      await expect.poll(refusals, { timeout: 10_000 }).toBeGreaterThan(2);
      await fetch(`${url}/v2/biviews-status/${other}`, { method: "DELETE", headers });
      expect((await running).records("bi3_rc_pob").length).toBe(10);
    });
  });

  it("is cancelled when the run fails", async () => {
    await withTenant({ rowsOf: { [view]: 10 } }, async (tenant) => {
      tenant.faults.add({
        path: `/api/integration/v2/biviews/${view}`,
        nth: 2,
        fault: { kind: "status", status: 418 },
      });
      const { error } = await runTap({ tenant, select });
      expect(String(error)).toContain("418");
      expect(tenant.tasks.active()).toEqual([]);
      expect(tenant.tasks.cancelled.length).toBe(1);
    });
  });

  it("is never one of many: views are read one after another", async () => {
    await withTenant({ rows: 10, lag: 1 }, async (tenant) => {
      await runWell({ tenant });
      expect(tenant.tasks.mostActive).toBe(1);
    });
  });
});

describe("a page that goes wrong", () => {
  it.each([
    ["truncated", "gzip", 1],
    ["truncated", "gzip", 2],
    ["truncated", "csv", 2],
    ["reset", "gzip", 2],
  ] as const)("is asked for again: %s %s page %i", async (kind, output_type, nth) => {
    await withTenant({ rowsOf: { [view]: 10 } }, async (tenant) => {
      tenant.faults.add({ path: `/api/integration/v2/biviews/${view}`, nth, fault: { kind } });
      const run = await runWell({ tenant, select, config: { output_type } });
      expect(run.records("bi3_rc_pob").map(({ RC_POB_ID: id }) => id)).toEqual(ids(10));
    });
  });

  it.each([
    [400, "BI view is gone"],
    [404, "no such page"],
    [403, "forbidden"],
  ])("fails the run when it is refused: %i %s", async (status, body) => {
    await withTenant({ rowsOf: { [view]: 10 } }, async (tenant) => {
      for (const nth of [1, 2]) {
        tenant.faults.clear();
        tenant.faults.add({
          path: `/api/integration/v2/biviews/${view}`,
          nth,
          fault: { kind: "status", status, body },
        });
        const { error } = await runTap({ tenant, select });
        expect(String(error)).toContain(`answered ${status}`);
      }
    });
  });

  it("is waited for no longer than max_wait_seconds", async () => {
    await withTenant({ rowsOf: { [view]: 10 }, lag: 1_000_000 }, async (tenant) => {
      const { error } = await runTap({ tenant, select, config: { max_wait_seconds: 0.2 } });
      expect(error).toBeInstanceOf(ExportError);
      expect(String(error)).toContain("bi3_rc_pob: page 2 did not come within 0.2 seconds");
      expect(tenant.tasks.cancelled.length).toBe(1);
    });
  });
});

describe("fewer rows than Zuora counts", () => {
  const rows = { rowsOf: { [view]: 10 }, countDrift: 3 };
  it("fail the run, after trying again", async () => {
    await withTenant(rows, async (tenant) => {
      const { error } = await runTap({ tenant, select });
      expect(String(error)).toContain("bi3_rc_pob: 10 rows came, and Zuora counts 13");
    });
  });

  it("are warned of with verify_counts: warn", async () => {
    await withTenant(rows, async (tenant) => {
      const run = await runWell({ tenant, select, config: { verify_counts: "warn" } });
      expect(run.records("bi3_rc_pob").length).toBe(10);
      expect(run.logs).toContainEqual(
        expect.objectContaining({ level: "warn", message: "BI3_RC_POB: 10 rows came, and Zuora counts 13" }),
      );
    });
  });

  it("are not looked for with verify_counts: off", async () => {
    await withTenant(rows, async (tenant) => {
      await runWell({ tenant, select, config: { verify_counts: "off" } });
      expect(asked(tenant).filter((each) => each.includes("/count/"))).toEqual([]);
    });
  });
});
