#!/usr/bin/env node
import { requireNode } from "@chorale/singer/node-version";

requireNode("tap-zendesk-community-relations");
const { runTapCli } = await import("@chorale/tap-sdk/cli");
const { tapZendeskCommunityRelations } = await import("@chorale/tap-zendesk-community-relations");
process.exitCode = await runTapCli(tapZendeskCommunityRelations);
