#!/usr/bin/env node
import { requireNode } from "@chorale/singer/node-version";

requireNode("chorale");
const { readFile } = await import("node:fs/promises");
const { runCli, stopSignals } = await import("@chorale/runner");

const stop = new AbortController();
for (const signal of stopSignals) process.once(signal, () => stop.abort(signal));
const { version } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
process.exitCode = await runCli({
  argv: process.argv.slice(2),
  env: process.env,
  version,
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  signal: stop.signal,
});
