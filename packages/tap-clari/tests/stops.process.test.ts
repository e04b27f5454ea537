import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { ClariSandbox } from "@chorale/sandbox";
import { describe, expect, it, onTestFinished } from "vitest";
import { asked, withClari } from "./support/run-tap.ts";

const bin = fileURLToPath(new URL("../bin/tap-clari.js", import.meta.url));
/** Jobs that are never done. */
const queued = { clock: Date.now, pollsUntilDone: 1_000_000 };

/** Starts the command, from source. */
function start({ url }: ClariSandbox, args: readonly string[]) {
  const node = ["--conditions=@chorale/source", bin, "--config", "ENV"];
  const child = spawn(process.execPath, [...node, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"],
      TAP_CLARI_BASE_URL: `${url}/v4/`,
      TAP_CLARI_API_TOKEN: "sandbox-api-token",
      TAP_CLARI_FORECAST_IDS: '["net_arr"]',
      TAP_CLARI_MODE: "historical",
      TAP_CLARI_FISCAL_YEAR_START_MONTH: "2",
      TAP_CLARI_POLL_INTERVAL_SECONDS: "0.02",
    },
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const errors: Buffer[] = [];
  child.stderr.on("data", (piece: Buffer) => errors.push(piece));
  const ended = once(child, "exit").then(() => child.exitCode);
  return { child, ended, stderr: () => Buffer.concat(errors).toString() };
}

const entries = ["--select", "forecast_entries.*"];

async function isPolled(clari: ClariSandbox, times = 2): Promise<void> {
  const polls = (): number => asked(clari).filter((each) => each.startsWith("GET export/jobs/")).length;
  await expect.poll(polls, { timeout: 15_000 }).toBeGreaterThanOrEqual(times);
}

describe("a run that is stopped while its job is in the queue", () => {
  it("leaves the job alone that the state names: the next run goes on with it", async () => {
    await withClari(queued, async (clari) => {
      const tap = start(clari, entries);
      let stdout = "";
      tap.child.stdout.on("data", (piece: Buffer) => {
        stdout += piece.toString();
      });
      await isPolled(clari);
      tap.child.kill("SIGTERM");
      expect(await tap.ended).toBe(143);
      expect(stdout).toContain(String(clari.jobs.list[0]?.id));
      expect(clari.jobs.list.map(({ status }) => status)).toEqual(["STARTED"]);
    });
  });

  it("cancels the job when nobody reads its output any more, and so nobody knows of the job", async () => {
    await withClari({ ...queued, latencyMs: 150 }, async (clari) => {
      const tap = start(clari, entries);
      const isAsked = (): boolean => asked(clari).some((each) => each.startsWith("POST"));
      await expect.poll(isAsked, { timeout: 15_000 }).toBe(true);
      tap.child.stdout.destroy();
      expect([await tap.ended, tap.stderr()]).toEqual([
        74,
        expect.stringContaining("stdout was closed by its reader"),
      ]);
      expect(clari.jobs.list.map(({ status }) => status)).toEqual(["CANCELLED"]);
    });
  });

  it("ends after a few seconds when the farewell gets no answer", async () => {
    await withClari({ ...queued, latencyMs: 150 }, async (clari) => {
      const tap = start(clari, entries);
      const isAsked = (): boolean => asked(clari).some((each) => each.startsWith("POST"));
      await expect.poll(isAsked, { timeout: 15_000 }).toBe(true);
      clari.faults.add({ path: "/v4/export/jobs/*", fault: { kind: "slow", before_headers_ms: 60_000 } });
      const before = performance.now();
      tap.child.stdout.destroy();
      expect(await tap.ended).toBe(74);
      const seconds = (performance.now() - before) / 1000;
      expect(seconds).toBeGreaterThan(4.5);
      expect(seconds).toBeLessThan(25);
      expect(tap.stderr()).toContain("is known to nobody, and was not cancelled");
    });
  });
});

describe("--test", () => {
  it.each([
    ["in the usual form", { hasLatest: true }],
    ["where Clari has no route for the latest week", { hasLatest: false }],
  ])("spends no job on any stream, %s", async (_what, quirks) => {
    await withClari({ clock: Date.now, ...quirks }, async (clari) => {
      const tap = start(clari, ["--test"]);
      expect(await tap.ended, tap.stderr()).toBe(0);
      expect(clari.jobs.list).toEqual([]);
      expect(asked(clari).filter((each) => each.startsWith("POST"))).toEqual([]);
      expect(asked(clari)).toContain("GET export/jobs");
      expect(asked(clari)).toContain("GET forecast/net_arr");
    });
  });

  it("says that the user may not export", async () => {
    await withClari({ clock: Date.now }, async (clari) => {
      clari.faults.add({ path: "/v4/export/jobs", fault: { kind: "status", status: 403 } });
      const tap = start(clari, ["--test", "--select", "activities.*"]);
      expect(await tap.ended).not.toBe(0);
      expect(tap.stderr()).toContain("/v4/export/jobs answered 403");
    });
  });
});
