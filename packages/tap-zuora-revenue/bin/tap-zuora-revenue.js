#!/usr/bin/env node
import { requireNode } from "@chorale/singer/node-version";

requireNode("tap-zuora-revenue");
const { runTapCli } = await import("@chorale/tap-sdk/cli");
const { tapZuoraRevenue } = await import("@chorale/tap-zuora-revenue");
process.exitCode = await runTapCli(tapZuoraRevenue);
