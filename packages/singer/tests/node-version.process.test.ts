import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const source = readFileSync(new URL("../src/node-version.ts", import.meta.url), "utf8");
const folder = mkdtempSync(join(tmpdir(), "node-version-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A node of this machine that is too old for the packages and new enough for modules. */
function findOldNode(): { version: string; command: string } | undefined {
  const places = ["/usr/bin", "/usr/local/bin", ...(process.env["PATH"] ?? "").split(delimiter)];
  return places
    .map((place) => join(place, "node"))
    .map((command) => ({ command, version: spawnSync(command, ["--version"], { encoding: "utf8" }).stdout }))
    .map(({ command, version }) => ({ command, version: (version ?? "").trim() }))
    .find(({ version }) => /^v(?:1[2-9]|2[01])\./.test(version));
}

const old = findOldNode();

describe("node-version on an old Node", () => {
  it("imports nothing and uses no syntax that Node 12 does not parse", () => {
    expect(source).not.toMatch(/^import\b/m);
    const code = stripTypeScriptTypes(source).replaceAll(/\/\*.*?\*\//gs, "");
    expect(code).not.toMatch(/\?\?|\?\.|\|\|=|&&=|#[a-z]|\bawait\b|\bimport\b|\bstatic\b/);
    expect(code).not.toMatch(/\.(?:at|replaceAll|hasOwn|findLast|flatMap|toSorted|matchAll)\(/);
  });

  it.skipIf(old === undefined)(
    "says one line and exits with 78 (skipped where no old Node is installed)",
    () => {
      const { command = "", version = "" } = old ?? {};
      const file = join(folder, "node-version.mjs");
      writeFileSync(
        file,
        `${stripTypeScriptTypes(source)}\nrequireNode("tap-zendesk");\nconsole.log("went on");\n`,
      );
      const { status, stdout, stderr } = spawnSync(command, [file], { encoding: "utf8" });
      expect({ status, stdout, stderr }).toEqual({
        status: 78,
        stdout: "",
        stderr: `tap-zendesk needs Node.js 22.18 or newer, this is ${version}. Install it from your package manager.\n`,
      });
    },
  );
});
