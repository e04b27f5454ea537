import { describe, expect, it } from "vitest";
import { asked, runTap, runWell, withTenant } from "./support/run-tap.ts";

const path = "/**/biviews/BI3_RC_POB";
const select = ["bi3_rc_pob.*"];

describe("the first page of a query, whose answer is lost", () => {
  it.each([
    ["a connection that breaks", { kind: "reset" }],
    ["a server's error", { kind: "status", status: 500 }],
  ] as const)("is looked for among the tasks before it is asked for again: %s", async (_what, fault) => {
    await withTenant({ rows: 10 }, async (tenant) => {
      tenant.faults.add({ path, nth: [1], fault });
      const run = await runWell({ tenant, select });
      expect(run.records("bi3_rc_pob").length).toBe(10);
      const requests = asked(tenant).filter((each) => /v2\/biviews(?:\/BI3_RC_POB|-status)$/u.test(each));
      expect(requests.slice(0, 3)).toEqual([
        "GET v2/biviews/BI3_RC_POB",
        "GET v2/biviews-status",
        "GET v2/biviews/BI3_RC_POB",
      ]);
      expect(tenant.tasks.mostActive).toBe(1);
    });
  });

  it("is given up after a few tries, with the last failure", async () => {
    await withTenant({ rows: 10 }, async (tenant) => {
      tenant.faults.add({ path, fault: { kind: "reset" } });
      const { error, messages } = await runTap({ tenant, select });
      expect(String(error)).toMatch(/GET .*\/BI3_RC_POB.* failed: .*Check the network/u);
      expect(asked(tenant).filter((each) => each.endsWith("/BI3_RC_POB")).length).toBe(7);
      expect(messages.filter(({ type }) => type === "ACTIVATE_VERSION")).toEqual([]);
    });
  });
});
