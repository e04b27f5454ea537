#!/usr/bin/env node
import { requireNode } from "@chorale/singer/node-version";

requireNode("tap-clari");
const { runTapCli } = await import("@chorale/tap-sdk/cli");
const { tapClari } = await import("@chorale/tap-clari");
process.exitCode = await runTapCli(tapClari);
