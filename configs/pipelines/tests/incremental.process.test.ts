import { writeFileSync } from "node:fs";
import type { ZendeskSandbox } from "@chorale/sandbox";
import { describe, expect, it } from "vitest";
import { changeAccount, minute } from "./support/account-changes.ts";
import { binPath, runBin } from "./support/processes.ts";
import { recordsIn } from "./support/run-records.ts";
import { streams } from "./support/streams.ts";
import { differencesOf } from "./support/values.ts";
import { duckdbWarehouse, targets, type Warehouse } from "./support/warehouses.ts";
import { type TestFolder, tapConfig, testFolder, zendesk } from "./support/workspace.ts";

const variables = { tap: "ZENDESK_TOKEN", target: "WAREHOUSE_SECRET" };

interface Project {
  readonly files: TestFolder;
  readonly sandbox: ZendeskSandbox;
  readonly warehouse: Warehouse;
}

/** Writes a project file that runs the tap into the target; a project file is YAML, and JSON is YAML. */
function writeProject({ files, sandbox, warehouse }: Project): void {
  const { target, config, secrets } = warehouse;
  const secretSettings = Object.keys(secrets).map((name) => [name, `$${variables.target}`]);
  const project = {
    plugins: {
      extractors: [
        {
          name: "tap-zendesk",
          executable: binPath("tap-zendesk"),
          config: tapConfig(sandbox, { access_token: `$${variables.tap}` }),
          select: streams.map((name) => `${name}.*`),
        },
      ],
      loaders: [
        {
          name: target,
          executable: binPath(target),
          config: { ...config, ...Object.fromEntries(secretSettings) },
        },
      ],
    },
  };
  writeFileSync(files.path("chorale.yml"), JSON.stringify(project));
}

/** Runs the pipeline, and answers how many records of each stream went through. */
async function runPipeline({ files, warehouse }: Project): Promise<ReadonlyMap<string, number>> {
  const args = ["run", "tap-zendesk", warehouse.target, "--project", files.path("chorale.yml")];
  const env = { [variables.tap]: "sandbox-access-token", [variables.target]: "password" };
  const { code, stdout, stderr } = await runBin("chorale", args, { env });
  expect(code, stderr).toBe(0);
  for (const secret of Object.values(env)) expect(stdout + stderr).not.toContain(`"${secret}"`);
  return recordsIn(stdout);
}

describe("a second run through the runner", () => {
  it.each(targets)(
    "into $name loads only what changed, and ends where a first run of everything does",
    { timeout: 90_000 },
    async (target) => {
      let now = Date.now() - 60 * minute;
      const sandbox = await zendesk({ clock: () => now });
      const files = testFolder();
      const project = { files, sandbox, warehouse: await target.open(files) };
      writeProject(project);
      const first = await runPipeline(project);
      expect([...first.keys()].sort()).toEqual([...streams].sort());
      expect(first.get("tickets")).toBe(40);

      now += 30 * minute;
      changeAccount(sandbox);
      now += 30 * minute;
      const asked = sandbox.requests.length;
      const second = await runPipeline(project);
      expect(second.get("tickets")).toBe(1);
      expect(second.get("users")).toBe(1);
      const children = sandbox.requests.slice(asked).filter(({ path }) => /\/tickets\/\d+\//.test(path));
      expect(children).toHaveLength(2);
      for (const list of ["groups", "macros"])
        expect(second.get(list), list).toBeLessThan(first.get(list) ?? 0);

      const whole = testFolder();
      const again = { files: whole, sandbox, warehouse: duckdbWarehouse(whole) };
      writeProject(again);
      await runPipeline(again);
      for (const stream of streams) {
        const table = `tap_zendesk.${stream}` as const;
        const expected = await again.warehouse.contents(table);
        expect(differencesOf(await project.warehouse.contents(table), expected), stream).toEqual([]);
      }
    },
  );
});
