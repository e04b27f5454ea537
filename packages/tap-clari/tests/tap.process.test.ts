import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { asked, configOf, withClari } from "./support/run-tap.ts";

const bin = fileURLToPath(new URL("../bin/tap-clari.js", import.meta.url));
const packageFolder = fileURLToPath(new URL("..", import.meta.url));
const compiler = fileURLToPath(new URL("../../../node_modules/typescript/bin/tsc", import.meta.url));
let folder: string;

beforeAll(async () => {
  await promisify(execFile)(process.execPath, [compiler, "--build"], { cwd: packageFolder });
  folder = await mkdtemp(join(tmpdir(), "chorale-clari-"));
}, 120_000);

afterAll(async () => {
  await rm(folder, { recursive: true });
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command to its end with a configuration. */
async function run(config: unknown, ...args: readonly string[]): Promise<Ended> {
  const file = join(folder, "config.json");
  await writeFile(file, JSON.stringify(config));
  return await new Promise((resolve) => {
    execFile(process.execPath, [bin, "--config", file, ...args], (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
  });
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
      await writeFile(join(folder, "config.json"), JSON.stringify(config));
      const args = [bin, "--config", join(folder, "config.json"), ...select];
      const env = { ...process.env, TMPDIR: spool };
      const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "ignore"] });
      let stdout = "";
      for await (const piece of child.stdout.setEncoding("utf8")) {
        stdout += String(piece);
        if (stdout.includes('"exports"')) break;
      }
      await vi.waitUntil(() => asked(clari).at(-1)?.endsWith("/results"), { timeout: 10_000 });
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      expect(await readdir(spool)).toEqual([]);
      const state = stdout.split("\n").findLast((line) => line.includes('"STATE"') && line.endsWith("}"));
      await writeFile(join(folder, "state.json"), state ?? "");
      const resumed = await run(config, ...select, "--state", join(folder, "state.json"));
      expect(resumed.code).toBe(0);
      expect(resumed.stdout).toContain('"RECORD"');
      expect(asked(clari).filter((each) => each.startsWith("POST"))).toEqual([
        "POST export/forecast/net_arr",
      ]);
    });
  });
});
