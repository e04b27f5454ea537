#!/usr/bin/env node
/**
 * Builds, runs the tests of every package, and sums them up in one line. Arguments are those of vitest. A test may be skipped only where an
 * input from outside is absent, and its name says which: `[needs recordings]`, `[needs snowflake]`.
 * Any other skip fails the run, and so does one whose input is there.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { TestCount } from "../configs/tooling/count-reporter.ts";

const root = new URL("../", import.meta.url);
const counts = new URL(".turbo/counts/", root);

/** The inputs that a test may need, and whether they are there. */
const inputs = new Map([
  ["[needs recordings]", existsSync(new URL("../shared/recordings/zendesk", root))],
  ["[needs snowflake]", (process.env["SNOWFLAKE_ACCOUNT"] ?? "") !== ""],
]);

function isExcused(name: string): boolean {
  return [...inputs].some(([mark, present]) => !present && name.includes(mark));
}

async function run(program: string, args: readonly string[]): Promise<boolean> {
  // Hundreds of short runs load Snowflake's driver in a thread of their own.
  const env = { ...process.env, NODE_COMPILE_CACHE: fileURLToPath(new URL(".turbo/compiled/", root)) };
  const child = spawn(program, [...args], { cwd: root, stdio: "inherit", env });
  const [exitCode]: unknown[] = await once(child, "exit");
  return exitCode === 0;
}

await rm(counts, { recursive: true, force: true });
// All packages in one run: no core waits for the last file of a package.
const succeeded =
  (await run("turbo", ["run", "build", "--output-logs=errors-only"])) &&
  (await run("vitest", ["run", ...process.argv.slice(2)]));

let passed = 0;
let failed = 0;
const skipped: string[] = [];
for (const name of existsSync(counts) ? await readdir(counts) : []) {
  const count: TestCount = JSON.parse(await readFile(new URL(name, counts), "utf8"));
  passed += count.passed;
  failed += count.failed;
  skipped.push(...count.skipped.map((test) => `${name.replace(".json", "")}: ${test}`));
}
const unexcused = skipped.filter((name) => !isExcused(name));
for (const name of skipped) console.log(`skipped: ${name}`);
for (const name of unexcused) console.error(`skipped without a reason: ${name}`);
console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
if (!succeeded || unexcused.length > 0 || passed === 0) process.exitCode = 1;
