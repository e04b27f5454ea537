#!/usr/bin/env node
import { requireNode } from "@chorale/singer/node-version";

requireNode("chorale");
const { readFile } = await import("node:fs/promises");
const { runCli, stopSignals } = await import("@chorale/runner");

const stop = new AbortController();
const force = new AbortController();
for (const signal of stopSignals) {
  process.on(signal, () => {
    if (stop.signal.aborted) force.abort(signal);
    else stop.abort(signal);
  });
}
// A reader that went away, such as head, ends what is shown and not what is run.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
const { version } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
process.exitCode = await runCli({
  argv: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  version,
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  readStdin: async () => (await import("node:stream/consumers")).text(process.stdin),
  terminal: process.stdout.isTTY ? process.stdout : undefined,
  signal: stop.signal,
  forced: force.signal,
});
