import { createHash } from "node:crypto";
import { AuthenticationError } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { asked, now, runTap, runWell, withClari } from "./support/run-tap.ts";

const hourMs = 3_600_000;

describe("audit_events", () => {
  const select = ["audit_events.*"];

  it("are read page after page, by links", async () => {
    await withClari({ auditEvents: 1100 }, async (clari) => {
      const config = { start_date: "2025-01-01T00:00:00Z" };
      const run = await runWell({ clari, select, config });
      expect(asked(clari)).toEqual(["GET audit/events", "GET audit/events"]);
      expect(clari.requests[0]?.query).toEqual({ limit: "1000", dateFrom: "2025-01-01T00:00:00Z" });
      expect(new Set(run.records("audit_events").map(({ eventHash }) => eventHash)).size).toBe(1100);
    });
  });

  it("are identified by all that is known of them, and know their actors", async () => {
    await withClari({ auditEvents: 40 }, async (clari) => {
      const run = await runWell({ clari, select });
      const rows = new Map(clari.store.auditEvents().map(({ row }) => [row["correlationID"], row]));
      for (const record of run.records("audit_events")) {
        const row = rows.get(String(record["correlationID"])) ?? {};
        const { eventHash, actorName, actorEmail, ...rest } = record;
        expect(rest).toEqual(row);
        expect(eventHash).toBe(createHash("sha256").update(JSON.stringify(row)).digest("hex"));
        const isKnown = row["actorId"] !== "411004";
        expect(actorName).toBe(isKnown ? `User ${String(row["actorId"])}` : null);
        expect(actorEmail).toBe(isKnown ? `u${String(row["actorId"])}@example.com` : null);
      }
      expect(run.records("audit_events").some(({ actorName }) => actorName === null)).toBe(true);
    });
  });

  it("come in no order, so the bookmark moves at the end, and the next run begins there", async () => {
    await withClari({ auditEvents: 30 }, async (clari) => {
      const first = await runWell({ clari, select });
      const bookmark = new Date(now - hourMs).toISOString();
      expect(first.states[0]).toEqual({ currently_syncing: "audit_events" });
      expect(first.states.at(-1)).toEqual({ bookmarks: { audit_events: { eventTimestamp: bookmark } } });
      clari.store.addAuditEvent(now - 1000);
      const second = await runWell({ clari, select, state: first.states.at(-1) });
      expect(clari.requests.at(-1)?.query["dateFrom"]).toBe(bookmark);
      expect(second.records("audit_events").map(({ eventTimestamp }) => eventTimestamp)).toEqual(
        expect.arrayContaining([bookmark, new Date(now - 1000).toISOString()]),
      );
      expect(second.records("audit_events").length).toBe(2);
    });
  });
});

describe("activities", () => {
  const select = ["activities.*"];
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

  it("are exported from a year ago to tomorrow, with dates that are moments", async () => {
    await withClari({ activities: 6 }, async (clari) => {
      const run = await runWell({ clari, select });
      const wanted = clari.store.activities().map(({ at }) => new Date(at).toISOString());
      expect(run.records("activities").map(({ date }) => date)).toEqual(wanted);
      const [activity] = run.records("activities");
      expect(activity).toMatchObject({
        activityId: "act-0000000",
        accounts: [{ accountName: "Acme" }],
        participants: [{ isInternal: true }, { sfdcUserId: "" }],
      });
      expect(asked(clari).slice(0, 3)).toEqual([
        "GET admin/limits",
        "GET export/jobs",
        "POST export/activity",
      ]);
    });
  });

  it("are read again from the day before the bookmark, because only days count", async () => {
    await withClari({ activities: 30 }, async (clari) => {
      const first = await runWell({ clari, select });
      const bookmark = new Date(now - hourMs).toISOString();
      expect(first.states.at(-1)).toEqual({ bookmarks: { activities: { date: bookmark } } });
      // Synchronised late: it is older than the bookmark, and of the day before.
      const late = clari.store.addActivity(Date.parse(`${day(now - 86_400_000)}T00:00:00Z`));
      clari.store.addActivity(now - 1000);
      const second = await runWell({ clari, select, state: first.states.at(-1) });
      const ids = second.records("activities").map(({ activityId }) => activityId);
      expect(ids).toContain(late["activityId"]);
      expect(ids.length).toBeLessThan(15);
      expect(second.states.at(-1)).toEqual({
        bookmarks: { activities: { date: new Date(now - 1000).toISOString() } },
      });
    });
  });

  it("of a run that was killed are polled on, whatever time has passed meanwhile", async () => {
    await withClari({}, async (clari) => {
      const killed = await runWell({ clari, select, until: ({ type }) => type === "RECORD" });
      const resumed = await runWell({ clari, select, state: killed.states.at(-1), at: now + 6 * hourMs });
      expect(resumed.records("activities").length).toBe(40);
      expect(asked(clari).filter((each) => each.startsWith("POST")).length).toBe(1);
    });
  });

  it("of a run that was killed so long ago that they expired are exported anew", async () => {
    await withClari({ activities: 6 }, async (clari) => {
      const killed = await runWell({ clari, select, until: ({ type }) => type === "RECORD" });
      for (const { id } of clari.jobs.list) clari.jobs.expire(id);
      const resumed = await runWell({ clari, select, state: killed.states.at(-1) });
      expect(resumed.records("activities").length).toBe(6);
      expect(clari.jobs.list.map(({ downloads }) => downloads)).toEqual([1, 1]);
    });
  });

  it("begin at start_date, and are of the kinds that are set", async () => {
    await withClari({ activities: 40 }, async (clari) => {
      const start_date = new Date(now - 4 * 86_400_000).toISOString();
      const activity_types = ["MEETING", "EMAIL_SENT"];
      const run = await runWell({ clari, select, config: { start_date, activity_types } });
      const from = Date.parse(`${day(now - 5 * 86_400_000)}T00:00:00Z`);
      const wanted = clari.store
        .activities()
        .filter(({ at, row }) => at >= from && activity_types.includes(String(row["activityType"])));
      expect(run.records("activities").map(({ activityId }) => activityId)).toEqual(
        wanted.map(({ row }) => row["activityId"]),
      );
    });
  });
});

describe("opportunities", () => {
  const select = ["opportunities.*"];
  const idOf = (index: number): string => `0065f${String(index).padStart(10, "0")}AA`;

  it.each(["list", "object"] as const)(
    "are read a hundred at a time, from a body that is a %s",
    async (form) => {
      await withClari({ opportunities: 205, opportunityEnvelope: form }, async (clari) => {
        const opportunity_ids = [...Array.from({ length: 205 }, (_, index) => idOf(index)), idOf(0), "gone"];
        const run = await runWell({ clari, select, config: { opportunity_ids, opportunity_mode: "M" } });
        expect(run.records("opportunities").map(({ id }) => id)).toEqual(opportunity_ids.slice(0, 205));
        expect(clari.requests.length).toBe(3);
        expect(clari.requests[0]?.query["mode"]).toBe("M");
      });
    },
  );

  it("are left out without ids, without a request", async () => {
    await withClari({}, async (clari) => {
      await runWell({ clari, select });
      expect(asked(clari)).toEqual([]);
    });
  });
});

describe("admin_limits", () => {
  it("are one record, and spend nothing", async () => {
    await withClari({ monthlyQuota: 30, concurrentLimit: 1 }, async (clari) => {
      const run = await runWell({ clari, select: ["admin_limits.*"] });
      expect(run.records("admin_limits")).toEqual([
        {
          concurrentLimit: 1,
          monthlyQuota: 30,
          availableConcurrentLimit: 1,
          availableMonthlyQuota: 30,
          submittedJobIds: [],
        },
      ]);
      expect(clari.jobs.list).toEqual([]);
    });
  });
});

it("a token that is refused ends the run at once, and is not shown", async () => {
  await withClari({ token: "another" }, async (clari) => {
    const run = await runTap({ clari, config: { forecast_ids: ["net_arr"] } });
    expect(AuthenticationError.isInstance(run.error)).toBe(true);
    expect(clari.requests.length).toBe(1);
    expect(JSON.stringify([run.messages, run.logs, String(run.error)])).not.toContain("sandbox-api-token");
  });
});
