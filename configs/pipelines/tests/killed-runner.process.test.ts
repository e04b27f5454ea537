import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { firstKillSeed, killTimes, randomOf } from "./support/kill-seeds.ts";
import { binPath, endOf, type ProcessEnd, start } from "./support/processes.ts";
import { streams } from "./support/streams.ts";
import { differencesOf } from "./support/values.ts";
import { duckdbWarehouse, targets, type Warehouse } from "./support/warehouses.ts";
import { type TestFolder, tapConfig, testFolder, zendesk } from "./support/workspace.ts";

const cases = Array.from({ length: Math.max(2, Math.floor(killTimes / 2)) }, (_, index) => ({
  seed: firstKillSeed + Math.floor(index / targets.length),
  targets: targets.slice(index % targets.length),
})).flatMap(({ seed, targets: [target] }) =>
  target === undefined ? [] : [{ seed, target, name: target.name }],
);

const now = Date.parse("2026-01-31T12:00:00Z");

interface Project {
  readonly files: TestFolder;
  readonly warehouse: Warehouse;
}

/** Writes the project of an account that is the same for the same seed. */
async function writeProject({ files, warehouse }: Project, seed: number): Promise<void> {
  const sandbox = await zendesk({
    data: { kind: "generated", seed, tickets: 40, users: 400, organizations: 30 },
    clock: () => now,
  });
  const select = streams.map((name) => `${name}.*`);
  const tap = { name: "tap-zendesk", executable: binPath("tap-zendesk"), config: tapConfig(sandbox), select };
  const { target: name, config, secrets } = warehouse;
  // Small batches, so that a kill finds some committed, some staged and some still open.
  const target = { name, executable: binPath(name), config: { ...config, ...secrets, batch_size_rows: 50 } };
  files.json("chorale.yml", { plugins: { extractors: [tap], loaders: [target] } });
}

/** Runs the pipeline; the runner, and it alone, is killed when it has said so much. */
async function run({ files, warehouse }: Project, killAfter?: number): Promise<ProcessEnd> {
  const child = start("chorale", ["run", "tap-zendesk", warehouse.target], { cwd: files.path(".") });
  let said = 0;
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.length;
    if (killAfter !== undefined && said >= killAfter) child.kill("SIGKILL");
  });
  if (killAfter === undefined) return endOf(child);
  // Its tap and target have the same stderr no longer than they live: only the runner's own end is waited for.
  await once(child, "exit");
  return { code: child.exitCode, signal: child.signalCode, stdout: "", stderr: "" };
}

async function statusesOf({ files }: Project): Promise<unknown[]> {
  const args = ["runs", "list", "--format", "json"];
  const { stdout } = await endOf(start("chorale", args, { cwd: files.path(".") }));
  const lines = stdout.trim().split("\n");
  return lines.map((line): { status: string } => JSON.parse(line)).map(({ status }) => status);
}

describe("a runner that is killed twice at moments of a seed", () => {
  it.each(cases)(
    "$seed: into $name the next run ends with exactly the right rows",
    { timeout: 180_000 },
    async ({ seed, target }) => {
      const whole = testFolder();
      const reference = { files: whole, warehouse: duckdbWarehouse(whole) };
      await writeProject(reference, seed);
      const clean = await run(reference);
      expect(clean.code, clean.stderr).toBe(0);

      const files = testFolder();
      const project = { files, warehouse: await target.open(files) };
      await writeProject(project, seed);
      const random = randomOf(seed);
      const kills = [random(), random()].map((part) => Math.ceil(part * 0.8 * clean.stderr.length));
      for (const killAfter of kills) await project.warehouse.afterKill(() => run(project, killAfter));
      const last = await project.warehouse.afterKill(() => run(project));
      expect(last.code, last.stderr).toBe(0);
      // What is left for the second run may be done before it has said enough to be killed.
      const [newest, second, first] = await statusesOf(project);
      expect({ newest, first }).toEqual({ newest: "success", first: "lost" });
      expect(["lost", "success"]).toContain(second);
      for (const stream of streams) {
        const table = `tap_zendesk.${stream}` as const;
        const expected = await reference.warehouse.contents(table);
        expect(differencesOf(await project.warehouse.contents(table), expected), stream).toEqual([]);
      }
    },
  );
});
