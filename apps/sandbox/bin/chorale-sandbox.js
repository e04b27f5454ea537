#!/usr/bin/env node
import { requireNode } from "@chorale/singer/node-version";

requireNode("chorale-sandbox");
const { runSandbox } = await import("@chorale/sandbox");

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop.abort());
const { stdout, stderr } = process;
process.exitCode = await runSandbox(process.argv.slice(2), { stdout, stderr, signal: stop.signal });
