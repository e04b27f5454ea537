import { readFile } from "node:fs/promises";
import { PassThrough, type Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { runTargetCli } from "@chorale/target-sdk/cli";
import { describe, expect, it } from "vitest";
import { targetDuckdb } from "../src/index.ts";

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");

/** What the command prints for a README. */
async function aboutMarkdown(): Promise<string> {
  const output = new PassThrough();
  const stdout: Writable = output;
  const code = await runTargetCli(targetDuckdb, {
    argv: ["--about", "--format", "markdown"],
    env: {},
    stdout,
  });
  output.end();
  expect(code).toBe(0);
  return await text(output);
}

/** The formatter aligns the columns of tables. */
function unaligned(markdown: string): string {
  return markdown.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");
}

describe("README.md", () => {
  it("shows the settings that the target has", async () => {
    const [, shown = ""] = /<!-- about:begin -->\n\n([\s\S]*)\n<!-- about:end -->/.exec(readme) ?? [];
    expect(unaligned(shown)).toBe(unaligned(await aboutMarkdown()));
  });

  it("begins with the package's name and is short", () => {
    expect(readme.startsWith("# @chorale/target-duckdb\n")).toBe(true);
    const written = readme.replace(/<!-- about:begin -->[\s\S]*<!-- about:end -->/, "");
    expect(written.trimEnd().split("\n").length).toBeLessThanOrEqual(100);
  });
});
