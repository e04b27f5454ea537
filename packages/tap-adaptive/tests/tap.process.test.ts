import { type EndedProgram, messagesIn, privateFolder, tapProgram } from "@chorale/tap-sdk/testing";
import { describe, expect, it } from "vitest";
import { tapAdaptive } from "../src/index.ts";
import { called, settings, withAccount } from "./support/run-tap.ts";

const spawnTap = tapProgram(new URL("../bin/tap-adaptive.js", import.meta.url));

const { fileOf } = privateFolder("tap-adaptive");

function said({ log }: EndedProgram, ...levels: readonly string[]): string {
  return log
    .filter(({ level }) => levels.includes(String(level)))
    .map(({ msg }) => String(msg))
    .join("\n");
}

describe("tap-adaptive", () => {
  it("prints its catalog without settings, and that of settings with its dimensions", async () => {
    const config = await fileOf({ ...settings, dimensions: ["Cost center"] });
    const [plain, own] = await Promise.all([
      spawnTap({ args: ["--discover"] }),
      spawnTap({ args: ["--config", config, "--discover"] }),
    ]);
    expect(JSON.parse(plain.stdout)).toEqual(await tapAdaptive.discover());
    expect(own.code).toBe(0);
    expect(own.stdout).toContain('"cost_center_name"');
  });

  it("tests the credentials and each stream, and names what may not be read", async () => {
    await withAccount({ denied: ["exportUsers", "exportSheets", "exportRoles"] }, async (account) => {
      const config = await fileOf({ base_url: `${account.url}/api/`, ...settings });
      const run = await spawnTap({ args: ["--config", config, "--test"] });
      expect(run).toMatchObject({ code: 70, stdout: "" });
      expect(called(account)[0]).toBe("exportInstances");
      for (const stream of ["users", "sheets", "sheet_definition", "modeled_sheet"]) {
        expect(said(run, "warn", "error")).toMatch(
          new RegExp(`^${stream}: export\\w+|: ${stream}: export`, "m"),
        );
      }
      expect(said(run, "warn", "error")).toContain("roles has no records: ");
      expect(run.stderr).not.toContain("word");
    });
  });

  it("refuses wrong credentials with 77 and one line", async () => {
    await withAccount({}, async (account) => {
      const config = await fileOf({
        base_url: `${account.url}/api/`,
        ...settings,
        password: "wrong & secret",
      });
      const run = await spawnTap({ args: ["--config", config, "--test"] });
      expect(run).toMatchObject({ code: 77, stdout: "" });
      expect(said(run, "error")).toBe(
        'the check of the credentials was refused: error-authentication-failure: Authentication failed for User: svc.finance@example.test. Check "username", "password" and "instance_code".',
      );
      expect(run.stderr).not.toContain("wrong");
      expect(account.requests.length).toBe(1);
    });
  });

  it("ends with 70 after the other versions when one fails, and the state has those", async () => {
    await withAccount({}, async (account) => {
      account.faults.add({ path: "**/FY25 Plan", fault: { kind: "status", status: 400 } });
      const config = await fileOf({ base_url: `${account.url}/api/`, ...settings });
      const run = await spawnTap({ args: ["--config", config, "--select", "data.*"] });
      expect(run.code).toBe(70);
      expect(said(run, "error")).toContain('data: 1 of 3 failed: version "FY25 Plan".');
      const state = messagesIn(run.stdout).findLast(({ type }) => type === "STATE");
      expect(state).toMatchObject({ value: { bookmarks: { data: { processed: { 41: {}, 46: {} } } } } });
      expect(JSON.stringify(state)).not.toContain('"45"');
    });
  });

  it("ends with 143 after SIGTERM, and the next run exports what is missing", async () => {
    await withAccount({ size: { accounts: 200 }, latencyMs: 20 }, async (account) => {
      const config = await fileOf({
        base_url: `${account.url}/api/`,
        ...settings,
        account_codes: [],
        all_accounts: true,
        levels: [],
      });
      const args = ["--config", config, "--select", "data.*"];
      let isStopped = false;
      const stopped = await spawnTap({
        args,
        onOutput: (stdout, child) => {
          if (!isStopped && stdout.includes('"version_id":46')) isStopped = child.kill("SIGTERM");
        },
      });
      expect(stopped.code).toBe(143);
      const state = messagesIn(stopped.stdout).findLast(({ type }) => type === "STATE");
      const resumed = await spawnTap({ args: [...args, "--state", await fileOf(state)] });
      expect(resumed.code).toBe(0);
      const keys = new Set(
        messagesIn(`${stopped.stdout}${resumed.stdout}`).flatMap((each) =>
          each.type === "RECORD"
            ? [
                ["version_id", "account_code", "level_code", "period"]
                  .map((key) => each.record[key])
                  .join(" "),
              ]
            : [],
        ),
      );
      expect(keys.size).toBe(3 * 200 * 4 * 12);
      expect(resumed.stdout).not.toContain('"version_id":41,');
    });
  });
});
