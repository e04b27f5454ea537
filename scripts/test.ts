#!/usr/bin/env node
/**
 * Runs the tests of every package and sums them up in one line. A test may be skipped only where an
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

await rm(counts, { recursive: true, force: true });
const turbo = spawn("turbo", ["run", "test", "--concurrency=1", "--continue", ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
  // Hundreds of short runs load Snowflake's driver in a thread of their own.
  env: { ...process.env, NODE_COMPILE_CACHE: fileURLToPath(new URL(".turbo/compiled/", root)) },
});
const [exitCode]: unknown[] = await once(turbo, "exit");

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
if (exitCode !== 0 || unexcused.length > 0 || passed === 0) process.exitCode = 1;
