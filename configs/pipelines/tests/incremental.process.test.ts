import { writeFileSync } from "node:fs";
import type { ZendeskSandbox } from "@chorale/sandbox";
import { describe, expect, it } from "vitest";
import { binPath, runBin } from "./support/processes.ts";
import { contents, type TestFolder, tapConfig, testFolder, zendesk } from "./support/workspace.ts";

const minute = 60_000;
const streams = {
  changing: ["tickets", "ticket_audits", "ticket_comments", "users", "organizations"],
  lists: ["groups", "group_memberships", "macros", "ticket_fields", "tags"],
};

/** A project file that runs the tap into the target; a project file is YAML, and JSON is YAML. */
function projectIn(files: TestFolder, sandbox: ZendeskSandbox): void {
  const project = {
    plugins: {
      extractors: [{ name: "tap-zendesk", executable: binPath("tap-zendesk"), config: tapConfig(sandbox) }],
      loaders: [
        {
          name: "target-duckdb",
          executable: binPath("target-duckdb"),
          config: { path: files.path("w.duckdb") },
        },
      ],
    },
  };
  writeFileSync(files.path("chorale.yml"), JSON.stringify(project));
}

/** Runs the pipeline, and answers how many records of each stream went through. */
async function runPipeline(files: TestFolder): Promise<Map<string, number>> {
  const args = ["run", "tap-zendesk", "target-duckdb", "--project", files.path("chorale.yml")];
  const { code, stdout, stderr } = await runBin("chorale", args);
  expect(code, stderr).toBe(0);
  return new Map(
    [...stdout.matchAll(/^ {2}(\w+) +([\d,]+)$/gm)].map(([, name = "", count]) => [name, Number(count)]),
  );
}

describe("a second run through the runner", () => {
  it("loads only what changed, and ends where a first run of everything does", async () => {
    let now = Date.now() - 60 * minute;
    const sandbox = await zendesk({ clock: () => now });
    const files = testFolder();
    projectIn(files, sandbox);
    const first = await runPipeline(files);
    expect(first.get("tickets")).toBe(40);

    now += 30 * minute;
    const added = sandbox.store.tickets.add({ subject: "new" });
    sandbox.store.addComment(Number(added["id"]), { body: "a comment" });
    const organization = sandbox.store.organizations.add({ name: "new" });
    sandbox.store.organizations.update(Number(organization["id"]), { name: "renamed" });
    const user = sandbox.store.users.add({ name: "leaves at once" });
    sandbox.store.users.delete(Number(user["id"]));
    now += 30 * minute;
    const asked = sandbox.requests.length;
    const second = await runPipeline(files);
    expect(second.get("tickets")).toBe(1);
    expect(second.get("users")).toBe(1);
    const children = sandbox.requests.slice(asked).filter(({ path }) => /\/tickets\/\d+\//.test(path));
    expect(children).toHaveLength(2);
    for (const list of ["groups", "macros"])
      expect(second.get(list), list).toBeLessThan(first.get(list) ?? 0);

    const again = testFolder();
    projectIn(again, sandbox);
    await runPipeline(again);
    for (const stream of [...streams.changing, ...streams.lists]) {
      const table = `tap_zendesk.${stream}`;
      expect(await contents(files.path("w.duckdb"), table), stream).toEqual(
        await contents(again.path("w.duckdb"), table),
      );
    }
  });
});
