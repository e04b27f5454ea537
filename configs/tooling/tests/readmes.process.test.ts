import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const packages = new URL("../../../packages/", import.meta.url);
const connectors = (await readdir(packages)).filter((name) => existsSync(new URL(`${name}/bin/`, packages)));

/** What the command prints for a README. */
async function aboutMarkdown(name: string): Promise<string> {
  const bin = fileURLToPath(new URL(`${name}/bin/${name}.js`, packages));
  const args = ["--conditions=@chorale/source", bin, "--about", "--format", "markdown"];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
  return stdout;
}

/** The formatter aligns the columns of tables. */
function unaligned(markdown: string): string {
  return markdown.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");
}

describe.each(connectors)("the README of %s", (name) => {
  it("begins with the package's name, and shows what the command says of itself", async () => {
    const readme = await readFile(new URL(`${name}/README.md`, packages), "utf8");
    expect(readme.split("\n", 1)).toEqual([`# @chorale/${name}`]);
    const [, shown = ""] = /<!-- about:begin -->\n\n([\s\S]*)\n<!-- about:end -->/.exec(readme) ?? [];
    expect(unaligned(shown)).toBe(unaligned(await aboutMarkdown(name)));
  });
});
