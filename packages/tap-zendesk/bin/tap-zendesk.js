#!/usr/bin/env node
import { requireNode } from "@chorale/singer/node-version";

requireNode("tap-zendesk");
const { runTapCli } = await import("@chorale/tap-sdk/cli");
const { tapZendesk } = await import("@chorale/tap-zendesk");
process.exitCode = await runTapCli(tapZendesk);
