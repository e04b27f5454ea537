import { tapProgram } from "@chorale/tap-sdk/testing";
import { describe, expect, it } from "vitest";
import { withTenant } from "./support/tenant.ts";

const spawnTap = tapProgram(new URL("../bin/tap-xactly.js", import.meta.url));

function settings(url: string): Readonly<Record<string, string>> {
  return {
    TAP_XACTLY_API_URL: `${url}/api`,
    TAP_XACTLY_USER: "sandbox-user",
    TAP_XACTLY_PASSWORD: "sandbox-password",
    TAP_XACTLY_CLIENT_ID: "sandbox-client-id",
    TAP_XACTLY_CONSUMER: "sandbox-consumer",
    TAP_XACTLY_EXTRA_COLUMNS: '{"xc_role": ["SEGMENT"]}',
  };
}

const tenant = {
  clock: Date.now,
  extraColumns: { xc_role: [{ name: "SEGMENT", kind: "text" }] },
  deniedTables: ["xc_user"],
} as const;

describe("tap-xactly", () => {
  it("takes settings from the environment, columns of the tenant too", async () => {
    await withTenant(tenant, async ({ url }) => {
      const run = await spawnTap({ args: ["--config", "ENV", "--select", "xc_role.*"], env: settings(url) });
      expect(run.code).toBe(0);
      const lines = run.stdout.trimEnd().split("\n");
      expect(lines.filter((line) => line.includes('"RECORD"')).length).toBe(12);
      expect(lines.find((line) => line.includes('"RECORD"'))).toContain('"SEGMENT":');
      expect(run.stdout + run.stderr).not.toContain("sandbox-password");
    });
  });

  it("tests credentials and every table, and says what may not be read", async () => {
    await withTenant(tenant, async ({ url, statements }) => {
      const run = await spawnTap({ args: ["--config", "ENV", "--test"], env: settings(url) });
      expect(run.code).toBe(70);
      expect(run.stdout).toBe("");
      expect(run.stderr).toContain("No privilege to read xactly.xc_user");
      expect(statements.every((sql) => sql.endsWith("LIMIT 1"))).toBe(true);
      expect(statements.length).toBe(80 - 1);
    });
  });
});
