#!/usr/bin/env node
import { requireNode } from "@chorale/singer/node-version";

requireNode("target-duckdb");
const { runTargetCli } = await import("@chorale/target-sdk/cli");
const { targetDuckdb } = await import("@chorale/target-duckdb");
process.exitCode = await runTargetCli(targetDuckdb);
