#!/usr/bin/env node
import { requireNode } from "@chorale/singer/node-version";

requireNode("tap-xactly");
// Of a table of millions of rows, the space for young objects would grow to more than everything else takes.
const { setFlagsFromString } = await import("node:v8");
setFlagsFromString("--semi-space-growth-factor=1");
const { runTapCli } = await import("@chorale/tap-sdk/cli");
const { tapXactly } = await import("@chorale/tap-xactly");
process.exitCode = await runTapCli(tapXactly);
