#!/usr/bin/env node
import { requireNode } from "@chorale/singer/node-version";

requireNode("target-snowflake");
const { runTargetCli } = await import("@chorale/target-sdk/cli");
const { targetSnowflake } = await import("@chorale/target-snowflake");
process.exitCode = await runTargetCli(targetSnowflake);
// All output has left. The driver goes on trying to reach a server that does not answer, and cannot be told to stop.
setTimeout(() => process.exit(), 2000).unref();
