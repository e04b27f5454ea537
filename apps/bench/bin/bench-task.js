#!/usr/bin/env node
import { serveTask } from "@chorale/bench";

await serveTask(process);
