import type { State } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { tapZuoraRevenue } from "../src/index.ts";
import { configOf, now, type Run, runTap, runWell, withTenant } from "./support/run-tap.ts";

const select = ["bi3_rc_pob.*"];

/** The versions of a run's records and activations, each once. */
function versionsIn({ messages }: Run) {
  const records = messages.flatMap((each) => (each.type === "RECORD" ? [each.version] : []));
  const activated = messages.flatMap((each) => (each.type === "ACTIVATE_VERSION" ? [each.version] : []));
  return { records: [...new Set(records)], activated };
}

describe("rows that Zuora deleted", () => {
  it.each([
    ["mode: full", {}, [now]],
    ["mode: full without counts", { verify_counts: "off" }, [now]],
    ["mode: full that goes on with fewer rows than there are", { verify_counts: "warn" }, []],
    ["mode: full from a date on", { start_date: "2020-01-01T00:00:00Z" }, []],
    ["mode: incremental", { mode: "incremental" }, []],
  ])("are obsolete only when everything was read: %s", async (_what, config, activated) => {
    await withTenant({ rows: 10 }, async (tenant) => {
      const run = await runWell({ tenant, select, config });
      const [version] = activated;
      expect(versionsIn(run)).toEqual({ records: [version], activated });
      const { streams } = await tapZuoraRevenue.discover({ config: configOf(tenant, config) });
      const method = streams[0]?.metadata[0]?.metadata["forced-replication-method"];
      expect(method).toBe(activated.length > 0 ? "FULL_TABLE" : "INCREMENTAL");
    });
  });

  it("stay when rows are missing", async () => {
    await withTenant({ rows: 10, countDrift: 2 }, async (tenant) => {
      const run = await runTap({ tenant, select });
      expect(String(run.error)).toContain("10 rows came, and Zuora counts 12");
      expect(versionsIn(run)).toEqual({ records: [now], activated: [] });
    });
  });

  it("are obsolete after a full run that follows an incremental one", async () => {
    await withTenant({ rows: 10 }, async (tenant) => {
      const first = await runWell({ tenant, select, config: { mode: "incremental" } });
      const state: State | undefined = first.states.at(-1);
      expect(state).toEqual({ bookmarks: { bi3_rc_pob: { complete_since: "2026-01-15T00:00:00" } } });
      const second = await runWell({ tenant, select, state, at: now + 5000 });
      expect(versionsIn(second)).toEqual({ records: [now + 5000], activated: [now + 5000] });
      expect(second.states.at(-1)).toEqual({ bookmarks: {} });
    });
  });
});
