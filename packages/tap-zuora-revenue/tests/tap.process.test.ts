import { describe, expect, it } from "vitest";
import { asked, withTenant } from "./support/run-tap.ts";
import { spawnTap } from "./support/spawn-tap.ts";

function settings(url: string, password = "sandbox-password"): Readonly<Record<string, string>> {
  return {
    TAP_ZUORA_REVENUE_BASE_URL: `${url}/api/integration`,
    TAP_ZUORA_REVENUE_USERNAME: "sandbox-user",
    TAP_ZUORA_REVENUE_PASSWORD: password,
    TAP_ZUORA_REVENUE_POLL_INTERVAL_SECONDS: "0.01",
  };
}

describe("tap-zuora-revenue", () => {
  it("writes what it reads, derived views only when they are asked for", async () => {
    await withTenant({ rows: 2, clock: Date.now }, async ({ url }) => {
      const { code, stdout, stderr } = await spawnTap(["--config", "ENV"], settings(url));
      expect(code).toBe(0);
      const streams = stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line))
        .filter(({ type }) => type === "RECORD")
        .map(({ stream }) => stream);
      expect([...new Set(streams)].toSorted()).toEqual([
        "bi3_acct_type",
        "bi3_appr_dtl",
        "bi3_book",
        "bi3_calendar",
        "bi3_mje",
        "bi3_org",
        "bi3_rc_bill",
        "bi3_rc_head",
        "bi3_rc_hold",
        "bi3_rc_ln_cost",
        "bi3_rc_lns",
        "bi3_rc_pob",
        "bi3_rc_schd",
        "bi3_rc_schd_del",
        "bi3_ri_acct_summ",
      ]);
      expect(stdout + stderr).not.toContain("sandbox-password");
    });
  });

  it("says with --test that credentials do not work", async () => {
    await withTenant({}, async ({ url }) => {
      const { code, stdout, stderr } = await spawnTap(
        ["--config", "ENV", "--test"],
        settings(url, "other-secret"),
      );
      expect([code, stdout]).toEqual([77, ""]);
      expect(stderr).toContain("Invalid user or password");
      expect(stderr).not.toContain("other-secret");
    });
  });

  it("says with --test that the API is off", async () => {
    await withTenant({ isEnabled: false }, async ({ url }) => {
      const { code, stderr } = await spawnTap(["--config", "ENV", "--test"], settings(url));
      expect(code).not.toBe(0);
      expect(stderr).toContain("Ask Zuora's support to enable it");
    });
  });

  it("looks with --test at one row of each view, counts nothing and leaves no task behind", async () => {
    await withTenant({ rows: 50, clock: Date.now }, async (tenant) => {
      const { code } = await spawnTap(["--config", "ENV", "--test"], settings(tenant.url));
      expect(code).toBe(0);
      const sizes = new Set(tenant.requests.flatMap(({ query }) => query["pageSize"] ?? []));
      expect([...sizes]).toEqual(["1"]);
      expect(asked(tenant).filter((each) => each.includes("/count/"))).toEqual([]);
      expect(tenant.tasks.active()).toEqual([]);
    });
  });
});
