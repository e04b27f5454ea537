#!/usr/bin/env node
import { requireNode } from "@chorale/singer/node-version";

requireNode("bench");
const { runBench } = await import("@chorale/bench");

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop.abort(signal));
process.exitCode = await runBench({
  argv: process.argv.slice(2),
  env: process.env,
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  signal: stop.signal,
});
