#!/usr/bin/env node
import { requireNode } from "@chorale/singer/node-version";

requireNode("tap-xactly");
const { runTapCli } = await import("@chorale/tap-sdk/cli");
const { tapXactly } = await import("@chorale/tap-xactly");
process.exitCode = await runTapCli(tapXactly);
