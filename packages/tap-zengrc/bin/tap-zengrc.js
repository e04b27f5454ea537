#!/usr/bin/env node
import { requireNode } from "@chorale/singer/node-version";

requireNode("tap-zengrc");
const { runTapCli } = await import("@chorale/tap-sdk/cli");
const { tapZengrc } = await import("@chorale/tap-zengrc");
process.exitCode = await runTapCli(tapZengrc);
