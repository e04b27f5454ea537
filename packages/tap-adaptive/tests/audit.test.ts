import { describe, expect, it } from "vitest";
import { now, runWell, withAccount } from "./support/run-tap.ts";

const select = ["security_audit.*"];
const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** The windows that were asked for. */
function windows(
  calls: readonly { readonly request: { readonly children: readonly { readonly attributes: unknown }[] } }[],
) {
  return calls.map(({ request }) => request.children[0]?.attributes);
}

describe("the security audit", () => {
  it("is read in windows of a day, thirty days back, without a gap", async () => {
    await withAccount({ size: { auditEvents: 300 } }, async (account) => {
      const run = await runWell({ url: account.url, select });
      const oldest = now - 30 * dayMs + hourMs;
      expect(run.records("security_audit").map(({ timestamp }) => Date.parse(String(timestamp)))).toEqual(
        account.store.audit.map(({ at }) => at).filter((at) => at >= oldest),
      );
      expect(windows(account.calls).slice(0, 2)).toEqual([
        { dateTimeFrom: "2026-02-18 13:00:00", dateTimeTo: "2026-02-19 12:59:59" },
        { dateTimeFrom: "2026-02-19 13:00:00", dateTimeTo: "2026-02-20 12:59:59" },
      ]);
      expect(windows(account.calls).length).toBe(30);
      expect(run.records("security_audit").at(-1)).toEqual({
        id: expect.stringMatching(/^[\da-f]{32}$/),
        timestamp: "2026-03-20T11:50:00Z",
        timestamp_text: "2026-03-20 11:50:00",
        action: "EXPORT",
        actor: "user2@example.test",
        version: "",
        interface: "API",
        object: "",
        outcome: "SUCCESS",
        context: "",
      });
    });
  });

  it("goes on an hour before its bookmark", async () => {
    await withAccount({}, async (account) => {
      const { states } = await runWell({ url: account.url, select });
      expect(states.at(-1)).toEqual({ bookmarks: { security_audit: { timestamp: "2026-03-20T11:50:00Z" } } });
      account.store.audit.push({ at: now - 30 * 60_000, action: "LATE", actor: "late@example.test" });
      account.calls.length = 0;
      const again = await runWell({ url: account.url, select, state: states.at(-1) });
      expect(windows(account.calls)).toEqual([
        { dateTimeFrom: "2026-03-20 10:50:00", dateTimeTo: "2026-03-20 12:00:00" },
      ]);
      expect(again.records("security_audit").map(({ action }) => action)).toEqual(["LOGIN", "LATE"]);
    });
  });

  it("tells events apart that say the same, by the same keys in each run", async () => {
    await withAccount({ size: { auditEvents: 1 } }, async (account) => {
      const [event] = account.store.audit;
      if (event !== undefined) account.store.audit.push(event, event);
      const keys = async (): Promise<readonly unknown[]> =>
        (await runWell({ url: account.url, select })).records("security_audit").map(({ id }) => id);
      const first = await keys();
      expect(new Set(first).size).toBe(3);
      expect(await keys()).toEqual(first);
    });
  });

  it("warns when the bookmark is older than what is kept", async () => {
    await withAccount({ size: { auditEvents: 0 } }, async (account) => {
      const state = { bookmarks: { security_audit: { timestamp: "2025-12-01T00:00:00Z" } } };
      const run = await runWell({ url: account.url, select, state });
      expect(run.said("warn")).toContain("the vendor keeps 30 days of events");
      expect(run.states.at(-1)).toEqual(state);
      expect(windows(account.calls).length).toBe(30);
    });
  });
});
