#!/usr/bin/env node
import { requireNode } from "@chorale/singer/node-version";

requireNode("tap-adaptive");
const { runTapCli } = await import("@chorale/tap-sdk/cli");
const { tapAdaptive } = await import("@chorale/tap-adaptive");
process.exitCode = await runTapCli(tapAdaptive);
