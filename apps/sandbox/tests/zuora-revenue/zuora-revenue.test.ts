import { describe, expect, it } from "vitest";
import type { ZuoraRevenueOptions } from "../../src/index.ts";
import { type Client, login, withClient } from "./tenant-client.ts";

const view = "BI3_ORG";
const idsOf = (text: string) => text.match(/^1\d{9}(?=,)/gmu) ?? [];
const tokenIn = ({ headers }: { headers: Headers }) => headers.get("continuation-token") ?? "";
const window = "clientId=1&fromDate=2016-07-26T00:00:00&toDate=2030-01-01T00:00:00";

describe("log-in", () => {
  it.each([
    [{}, 200],
    [{ authorization: "Basic d3Jvbmc6d3Jvbmc=" }, 401],
    [{ role: "Another" }, 401],
    [{ clientname: "Another" }, 400],
  ])("answers %j with %i", async (headers, status) => {
    await withClient({}, async ({ send }) => {
      const answer = await send("POST", "v1/authenticate", { ...login, ...headers });
      expect(answer.status).toBe(status);
      expect(answer.headers.has("revpro-token")).toBe(status === 200);
    });
  });

  it("gives tokens that end", async () => {
    let time = Date.UTC(2026, 0, 1);
    await withClient({ clock: () => time, tokenSeconds: 60 }, async ({ send, tenant }) => {
      expect((await send("GET", "v2/biviews-status")).status).toBe(204);
      time += 60_000;
      expect((await send("GET", "v2/biviews-status")).status).toBe(401);
      expect((await send("GET", "v2/biviews-status", { token: "" })).status).toBe(401);
      tenant.expireTokens();
    });
  });

  it("answers 405 to everything when the API is off", async () => {
    await withClient({ isEnabled: false }, async ({ send, page }) => {
      expect((await send("POST", "v1/authenticate", login)).status).toBe(405);
      expect((await page(view)).status).toBe(405);
    });
  });

  it("knows OneID, whose tokens are bearers", async () => {
    await withClient({ rows: 3 }, async ({ tenant }) => {
      const form = { client_id: "sandbox-oauth-client", client_secret: "sandbox-oauth-secret" };
      const body = new URLSearchParams({ ...form, grant_type: "client_credentials" });
      const granted = await fetch(`${tenant.url}/oauth2/token`, { method: "POST", body });
      const { access_token: token } = JSON.parse(await granted.text());
      const url = `/api/integration/v2/biviews/count/${view}?${window}`;
      const headers = { authorization: `Bearer ${token}` };
      const good = await fetch(`${tenant.url}/revenue${url}`, { headers });
      expect(await good.text()).toBe('{"count":3}');
      expect((await fetch(`${tenant.url}${url}`, { headers })).status).toBe(401);
    });
  });
});

describe("a page", () => {
  it.each([
    [{ clientId: "2" }, "Invalid client id"],
    [{ fromDate: "2016-07-26" }, "Invalid fromDate"],
    [{ toDate: "2030-01-01T00:00:00Z" }, "Invalid toDate"],
    [{ pageSize: "0" }, "Invalid pageSize"],
    [{ pageSize: "10001" }, "Invalid pageSize"],
    [{ pageSize: "20001", outputType: "gzip" }, "Invalid pageSize"],
    [{ outputType: "zip" }, "Invalid outputType"],
    [{ pagenum: "one" }, "Invalid pagenum"],
    [{ pagesize: "10" }, "Invalid parameter pagesize"],
  ])("refuses %j", async (params, reason) => {
    await withClient({}, async ({ page }) => {
      const { status, text } = await page(view, params);
      expect([status, text]).toEqual([400, expect.stringContaining(reason)]);
    });
  });

  it.each(["csv", "gzip"])("after the first comes with the token of the first: %s", async (outputType) => {
    await withClient({ rows: 5 }, async ({ page }) => {
      const first = await page(view, { outputType });
      expect(first.headers.get("content-type")).toBe("text/html");
      const token = tokenIn(first);
      const pages = [first, await page(view, { outputType, pagenum: "2" }, token)];
      pages.push(await page(view, { outputType, pagenum: "3" }, token));
      expect(pages.map(({ text }) => idsOf(text).length)).toEqual([2, 2, 1]);
      expect(new Set(pages.flatMap(({ text }) => idsOf(text))).size).toBe(5);
      const beyond = await page(view, { outputType, pagenum: "4" }, token);
      expect([beyond.status, JSON.parse(beyond.text)["total_rows"]]).toEqual([404, 5]);
    });
  });

  it.each([
    ["no such view", "BI3_NONE", {}, 400],
    ["page 0", view, { pagenum: "0" }, 204],
    ["no rows", view, { toDate: "2017-01-01T00:00:00" }, 204],
  ])("is none: %s", async (_, name, params, status) => {
    await withClient({}, async ({ page }) => {
      expect((await page(name, params)).status).toBe(status);
    });
  });

  it("is not cached for a while, after the end where that is so, and for tokens that nobody knows", async () => {
    const options: ZuoraRevenueOptions = { rows: 4, lag: 2, pastTheEnd: "not-cached" };
    await withClient(options, async ({ page }) => {
      const token = tokenIn(await page(view));
      const statuses: number[] = [];
      for (let count = 0; count < 3; count += 1) {
        statuses.push((await page(view, { pagenum: "2" }, token)).status);
      }
      expect(statuses).toEqual([400, 400, 200]);
      for (const each of [token, "unknown"]) {
        const { status, text } = await page(view, { pagenum: "3" }, each);
        expect([status, text]).toEqual([400, expect.stringContaining("Page still not yet cached")]);
      }
    });
  });

  it("is of its task's criteria", async () => {
    await withClient({ rows: 5 }, async ({ page }) => {
      const token = tokenIn(await page(view));
      expect((await page(view, { pagenum: "2", pageSize: "3" }, token)).status).toBe(400);
      expect((await page("BI3_BOOK", { pagenum: "2" }, token)).status).toBe(400);
      expect((await page(view, { pagenum: "2", fromDate: "2016-07-27T00:00:00" }, token)).status).toBe(400);
    });
  });

  it("waits for one query of its view, and for five of all", async () => {
    await withClient({ rows: 9 }, async ({ page, send }) => {
      const token = tokenIn(await page(view));
      const refused = await page(view);
      expect([refused.status, refused.text]).toEqual([400, expect.stringContaining("Rate limit")]);
      for (const name of ["BI3_BOOK", "BI3_MJE", "BI3_RC_POB", "BI3_RC_LNS"]) {
        expect((await page(name)).status).toBe(200);
      }
      expect((await page("BI3_RC_HEAD")).status).toBe(400);
      expect((await send("DELETE", `v2/biviews-status/${token}`)).status).toBe(200);
      expect((await page("BI3_RC_HEAD")).status).toBe(200);
      expect((await send("DELETE", "v2/biviews-status/unknown")).status).toBe(204);
    });
  });
});

describe("tasks", () => {
  const statusOf = async ({ send }: Client, token: string) => {
    const lists = JSON.parse((await send("GET", `v2/biviews-status/${token}`)).text);
    const queue = ["active", "completed", "draining", "stale"].find((each) => lists[each].length > 0);
    return queue === undefined ? "none" : `${queue} ${lists[queue][0].status}`;
  };

  it("are kept for 300 seconds once they are complete", async () => {
    let time = Date.UTC(2026, 0, 1);
    await withClient({ rows: 3, clock: () => time }, async (client) => {
      const token = tokenIn(await client.page(view));
      expect(await statusOf(client, token)).toBe("active Active");
      await client.page(view, { pagenum: "2" }, token);
      expect(await statusOf(client, token)).toBe("completed Active");
      time += 300_001;
      expect(await statusOf(client, token)).toBe("draining Active");
      time += 5001;
      expect(await statusOf(client, token)).toBe("none");
      expect((await client.page(view, { pagenum: "2" }, token)).status).toBe(400);
    });
  });

  it.each([
    ["stale", "stale Active"],
    ["canceled", "active Canceled"],
    ["forgotten", "none"],
  ] as const)("become %s on demand", async (becomes, status) => {
    await withClient({ rows: 5 }, async (client) => {
      client.tenant.tasks.plan({ view, page: 2, becomes });
      const token = tokenIn(await client.page(view));
      expect((await client.page(view, { pagenum: "2" }, token)).status).toBe(400);
      expect(await statusOf(client, token)).toBe(status);
    });
  });

  it("run on when their answer is lost, and are found in the list", async () => {
    await withClient({ rows: 5 }, async ({ page, send, tenant }) => {
      tenant.tasks.loseAnswer(view);
      expect((await page(view)).status).toBe(504);
      const { result } = JSON.parse((await send("GET", "v2/biviews-status")).text);
      const [task] = result.active;
      expect(task.query_config).toEqual({
        filter_param: { fromDate: "2016-07-26T00:00:00Z", toDate: "2030-01-01T00:00:00Z" },
        object_name: view,
      });
      expect(idsOf((await page(view, {}, task.task_id)).text).length).toBe(2);
    });
  });
});

describe("the other endpoints", () => {
  it("count what the window has, or do not", async () => {
    await withClient({ rows: 7 }, async ({ send }) => {
      const { text } = await send("GET", `v2/biviews/count/${view}?${window}`);
      expect(JSON.parse(text)).toEqual({ count: 7 });
      expect((await send("GET", `v2/biviews/count/${view}?clientId=1`)).status).toBe(400);
      expect((await send("GET", `v2/biviews/count/BI3_NONE?${window}`)).status).toBe(400);
    });
    await withClient({ counts: false }, async ({ send }) => {
      expect((await send("GET", `v2/biviews/count/${view}?${window}`)).status).toBe(504);
    });
  });

  it("describe columns in alphabetical order, which is not that of the files", async () => {
    await withClient({ rows: 1 }, async ({ page, send }) => {
      const { text, headers } = await send("GET", `v2/biviews/${view}/describe-columns`);
      expect(headers.get("content-type")).toBe("text/html");
      const columns: readonly { readonly column_name: string }[] = JSON.parse(text);
      const names = columns.map(({ column_name: name }) => name);
      const header = (await page(view)).text.split("\n")[0]?.split(",") ?? [];
      expect(names).toEqual(header.toSorted());
      expect(names).not.toEqual(header);
      expect((await send("GET", "v2/biviews/BI3_NONE/describe-columns")).status).toBe(400);
    });
  });

  it("spoil bytes on demand", async () => {
    await withClient({ rows: 5 }, async ({ page, tenant }) => {
      const path = `/api/integration/v2/biviews/${view}`;
      tenant.faults.add({ path, nth: 1, fault: { kind: "truncated" } });
      tenant.faults.add({ path, nth: 2, fault: { kind: "status", status: 503 } });
      await expect(page(view)).rejects.toThrow();
      expect((await page(view)).status).toBe(503);
    });
  });
});
