import type { ChildProcess } from "node:child_process";
import { mkdtemp, readdir } from "node:fs/promises";
import { join } from "node:path";
import { type EndedProgram, privateFolder, tapProgram } from "@chorale/tap-sdk/testing";
import { describe, expect, it, vi } from "vitest";
import { asked, configOf, withClari } from "./support/run-tap.ts";

const spawnTap = tapProgram(new URL("../bin/tap-clari.js", import.meta.url));
const { path: folder, fileOf } = privateFolder("tap-clari");

/** Runs the command to its end with a configuration. */
async function run(config: unknown, ...args: readonly string[]): Promise<EndedProgram> {
  return await spawnTap({ args: ["--config", await fileOf(config), ...args] });
}

describe("tap-clari", () => {
  it("writes what it reads, with the token nowhere", async () => {
    await withClari({ clock: Date.now }, async (clari) => {
      const { code, stdout, stderr } = await run(configOf(clari, { forecast_ids: ["net_arr"] }));
      expect(code).toBe(0);
      const types = stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)["type"]);
      expect(new Set(types)).toEqual(new Set(["SCHEMA", "RECORD", "STATE"]));
      expect(stdout + stderr).not.toContain("sandbox-api-token");
    });
  });

  it("says with --test that a token does not work, without spending a job", async () => {
    await withClari({ token: "another" }, async (clari) => {
      const { code, stdout, stderr } = await run(configOf(clari), "--test");
      expect([code, stdout]).toEqual([77, ""]);
      expect(stderr).toContain("Invalid authentication credentials");
      expect(asked(clari)).toEqual(["GET admin/limits"]);
    });
  });

  it("says with --test which forecast the user is not opted in to", async () => {
    await withClari({ notOptedIn: ["net_arr"] }, async (clari) => {
      const config = configOf(clari, { forecast_ids: ["net_arr"] });
      const { code, stderr } = await run(config, "--test", "--select", "forecast_entries.*");
      expect(code).not.toBe(0);
      expect(stderr).toContain("the token's user is not opted in to it (no_optin)");
    });
  });

  it("goes on after a SIGKILL with the job that it paid for, and leaves no file behind", async () => {
    await withClari({ clock: Date.now }, async (clari) => {
      const config = configOf(clari, { forecast_ids: ["net_arr"], mode: "historical" });
      const select = ["--select", "forecast_entries.*"];
      // Half of the download is there, and more does not come, until the tap is gone.
      const fault = { kind: "slow", between_pieces_ms: 60_000, pieces: 2 } as const;
      clari.faults.add({ path: "/v4/export/jobs/*/results", nth: 1, fault });
      const spool = await mkdtemp(join(folder, "spool-"));
      const killWhenDownloading = (child: ChildProcess): void => {
        const isDownloading = (): boolean => asked(clari).at(-1)?.endsWith("/results") === true;
        void vi.waitUntil(isDownloading, { timeout: 10_000 }).finally(() => child.kill("SIGKILL"));
      };
      const killed = await spawnTap({
        args: ["--config", await fileOf(config), ...select],
        env: { TMPDIR: spool },
        onOutput: (output, child) => {
          if (output.includes('"exports"')) killWhenDownloading(child);
        },
      });
      expect(await readdir(spool)).toEqual([]);
      const state = killed.stdout
        .split("\n")
        .findLast((line) => line.includes('"STATE"') && line.endsWith("}"));
      const stateFile = await fileOf(JSON.parse(state ?? ""));
      const resumed = await run(config, ...select, "--state", stateFile);
      expect(resumed.code).toBe(0);
      expect(resumed.stdout).toContain('"RECORD"');
      expect(asked(clari).filter((each) => each.startsWith("POST"))).toEqual([
        "POST export/forecast/net_arr",
      ]);
    });
  });
});
