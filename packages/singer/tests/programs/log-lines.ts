import { createLogger } from "../../src/logger.ts";
import { createMetrics } from "../../src/metrics.ts";
import { writeStderr } from "../../src/stderr.ts";

/** Logs as many lines as the first argument says, says so on stdout and goes on to the end. */
const lines = Number(process.argv[2]);
const log = await createLogger({ name: "log-lines" });
const metrics = createMetrics(writeStderr);

// Touching it makes the pipe non-blocking, as it is under a parent that is a Node process.
if (process.stderr.destroyed) process.exitCode = 9;
process.stdout.write("ready\n");
for (let index = 0; index < lines; index += 1) {
  log.info("x".repeat(1000), { index });
  metrics.counter("lines", index);
}
process.stdout.write("done\n");
