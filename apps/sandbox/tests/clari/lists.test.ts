import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/json.ts";
import { now, rowsOf, withClari } from "./clari-client.ts";

const hourMs = 3_600_000;

describe("GET /audit/events", () => {
  it("gives pages in no order, with links that are whole addresses", async () => {
    await withClari({ auditEvents: 25 }, async ({ get, sandbox }) => {
      const pages: JsonObject[] = [];
      for (
        let next: unknown = "audit/events?limit=10";
        typeof next === "string";
        next = pages.at(-1)?.["nextLink"]
      ) {
        pages.push((await get(next)).body);
      }
      expect(pages.map((page) => rowsOf(page, "items").length)).toEqual([10, 10, 5]);
      expect(String(pages[0]?.["nextLink"]).startsWith(`${sandbox.url}/v4/audit/events?`)).toBe(true);
      const times = pages
        .flatMap((page) => rowsOf(page, "items"))
        .map(({ eventTimestamp }) => String(eventTimestamp));
      expect(new Set(times).size).toBe(25);
      expect(times.toSorted()).not.toEqual(times);
    });
  });

  it("begins thirty days ago unless it is told, and at dateFrom inclusively", async () => {
    await withClari({ auditEvents: 24 * 31 }, async ({ get }) => {
      const first = rowsOf((await get("audit/events?limit=1000")).body, "items");
      expect(first.length).toBe(24 * 30);
      const from = new Date(now - 2 * hourMs).toISOString();
      expect(rowsOf((await get(`audit/events?dateFrom=${from}`)).body, "items").length).toBe(2);
      expect(rowsOf((await get(`audit/events?dateFrom=${from}&dateTo=${from}`)).body, "items").length).toBe(
        1,
      );
    });
  });

  it.each(["limit=0", "limit=1001", "limit=x", "since=1", "dateFrom=yesterday"])(
    "refuses %s",
    async (query) => {
      await withClari({}, async ({ get }) => {
        const { status, body } = await get(`audit/events?${query}`);
        expect([status, Array.isArray(body["errors"])]).toEqual([400, true]);
      });
    },
  );
});

describe("an export of activities", () => {
  const whole = {
    activityTypes: ["MEETING", "EMAIL_SENT", "EMAIL_RECEIVED", "ATTACHMENT_SENT", "ATTACHMENT_RECEIVED"],
  };

  it("looks at days only, both inclusive", async () => {
    await withClari({ activities: 20 }, async ({ ask, finish, get, sandbox }) => {
      const range = { startDate: "2026-01-14T23:59:59+00:00", endDate: "2026-01-14T00:00:00Z" };
      const { status, body } = await ask("POST", "export/activity", { ...whole, ...range });
      expect(status).toBe(202);
      const id = String(body["jobId"]);
      await finish(id);
      const found = rowsOf((await get(`export/jobs/${id}/results`)).body, "activities");
      const wanted = sandbox.store
        .activities()
        .filter(({ at }) => new Date(at).toISOString().startsWith("2026-01-14"))
        .map(({ row }) => row);
      expect(found).toEqual(wanted);
      expect(new Set(found.map(({ date }) => typeof date))).toEqual(new Set(["string", "number"]));
    });
  });

  it.each([
    [{ ...whole, startDate: "2026-01-14", endDate: "2026-01-15T00:00:00Z" }],
    [{ ...whole, startDate: "2026-01-14T00:00:00Z" }],
    [{ activityTypes: ["CALL"], startDate: "2026-01-14T00:00:00Z", endDate: "2026-01-15T00:00:00Z" }],
    [{ startDate: "2026-01-14T00:00:00Z", endDate: "2026-01-15T00:00:00Z" }],
  ])("refuses %j", async (body) => {
    await withClari({}, async ({ ask, sandbox }) => {
      expect((await ask("POST", "export/activity", body)).status).toBe(400);
      expect(sandbox.jobs.list).toEqual([]);
    });
  });
});

describe("GET /opportunity", () => {
  const idOf = (index: number): string => `0065f${String(index).padStart(10, "0")}AA`;

  it("answers those of its ids that exist", async () => {
    await withClari({ opportunities: 2 }, async ({ get }) => {
      const { text } = await get(`opportunity?oppId=${idOf(1)}&oppId=${idOf(7)}&oppId=x`);
      expect(JSON.parse(text)).toMatchObject([{ id: idOf(1), fields: [{ id: "amount" }, { id: "stage" }] }]);
    });
  });

  it.each([0, 101])("refuses %i ids", async (count) => {
    await withClari({}, async ({ get }) => {
      const ids = Array.from({ length: count }, (_, index) => `oppId=${idOf(index)}`);
      const { status, text } = await get(`opportunity?${ids.join("&")}`);
      expect([status, JSON.parse(text)[0].statusCode]).toEqual([400, 400]);
    });
  });

  it("may wrap them", async () => {
    await withClari({ opportunityEnvelope: "object" }, async ({ get }) => {
      expect(rowsOf((await get(`opportunity?oppId=${idOf(0)}`)).body, "opportunities").length).toBe(1);
    });
  });
});
