#!/usr/bin/env node
/** Runs every check that is not a test, all of them even when one fails, and says which failed. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";

const root = new URL("../", import.meta.url);
const npmCli = process.env["npm_execpath"] ?? "";

function withTests(group: string): string[] {
  return readdirSync(new URL(group, root)).map((name) => `${group}/${name}/tsconfig.tests.json`);
}

const checks: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ["format and lint", "biome", "ci", "--error-on-warnings", "."],
  ["lost promises", "oxlint", "--type-aware", "--deny-warnings", "."],
  ["types", "tsc", "--build"],
  ...[
    ...withTests("packages"),
    ...withTests("apps"),
    "configs/pipelines/tsconfig.tests.json",
    "scripts/tsconfig.json",
  ].map((project) => ["types", "tsc", "--noEmit", "-p", project] as const),
  ["dead code", "knip", "--treat-config-hints-as-errors"],
  ["direction of imports", "turbo", "boundaries", "--no-color"],
  ["packages as published", "turbo", "run", "check:publish", "--output-logs=errors-only"],
  ["lockfile", process.execPath, npmCli, "run", "--silent", "lockfile", "--", "--check"],
  ["changesets", "changeset", "status"],
];

let failures = 0;
for (const [name, command, ...args] of checks) {
  const startedAt = performance.now();
  const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
  const [code]: unknown[] = await once(child, "close");
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(
    `${code === 0 ? "ok    " : "FAILED"} ${seconds.padStart(5)} s  ${name}: ${args.at(-1) ?? command}`,
  );
  if (code === 0) continue;
  failures += 1;
  process.stdout.write(Buffer.concat(output));
}
if (failures > 0) {
  console.error(`${failures} of ${checks.length} checks failed.`);
  process.exitCode = 1;
}
