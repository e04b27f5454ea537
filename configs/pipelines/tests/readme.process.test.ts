import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { binPath, endOf, ownEnvironment } from "./support/processes.ts";
import { query, tapConfig, testFolder, zendesk } from "./support/workspace.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");

/** The code block that follows a marker in the README. */
function example(name: string): string {
  const block = new RegExp(`<!-- example: ${name} -->\\n\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(readme)?.[1];
  if (block === undefined) throw new Error(`README.md has no example ${name}`);
  return block;
}

describe("the README's examples", () => {
  it("run tap and target as libraries", async () => {
    const sandbox = await zendesk();
    const files = testFolder();
    // It has to lie in the workspace, so that the packages are found; built, as users have them.
    const folder = mkdtempSync(`${here}example-`);
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(`${folder}/library.ts`, example("library"));
    const args = ["acme", "sandbox-access-token", files.path("w.duckdb"), sandbox.url];
    const end = await endOf(spawn(process.execPath, [`${folder}/library.ts`, ...args]));
    expect(end.code, end.stderr).toBe(0);
    expect(end.stdout.trim().split("\n").sort()).toEqual(["groups 8", "tags 25"]);
    expect(await query(files.path("w.duckdb"), "SELECT count(*) AS n FROM groups")).toEqual([{ n: "8" }]);
  });

  it("run tap into target in a plain shell, and again from the state", { timeout: 120_000 }, async () => {
    const sandbox = await zendesk();
    const files = testFolder();
    files.json("a.json", tapConfig(sandbox));
    files.json("b.json", { path: files.path("w.duckdb") });
    const shell = (script: string) =>
      endOf(
        spawn("bash", ["-euo", "pipefail", "-c", script], {
          cwd: files.path("."),
          env: {
            ...ownEnvironment(),
            NODE: process.execPath,
            TAP: binPath("tap-zendesk"),
            TARGET: binPath("target-duckdb"),
          },
        }),
      );
    const first = await shell(
      '"$NODE" "$TAP" --config a.json | "$NODE" "$TARGET" --config b.json > state.jsonl',
    );
    expect(first.code, first.stderr).toBe(0);
    expect(await query(files.path("w.duckdb"), "SELECT count(*) AS n FROM tickets")).toEqual([{ n: "40" }]);
    const asked = sandbox.requests.length;
    const second = await shell(
      '"$NODE" "$TAP" --config a.json --state <(tail -n 1 state.jsonl) | "$NODE" "$TARGET" --config b.json >> state.jsonl',
    );
    expect(second.code, second.stderr).toBe(0);
    expect(sandbox.requests.slice(asked).filter(({ path }) => path.includes("/audits"))).toEqual([]);
    expect(await query(files.path("w.duckdb"), "SELECT count(*) AS n FROM tickets")).toEqual([{ n: "40" }]);
  });
});
