#!/usr/bin/env node
import { serveStandIn } from "@chorale/bench";

await serveStandIn(process);
