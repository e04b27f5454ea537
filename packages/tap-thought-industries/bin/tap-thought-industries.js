#!/usr/bin/env node
import { requireNode } from "@chorale/singer/node-version";

requireNode("tap-thought-industries");
const { runTapCli } = await import("@chorale/tap-sdk/cli");
const { tapThoughtIndustries } = await import("@chorale/tap-thought-industries");
process.exitCode = await runTapCli(tapThoughtIndustries);
