/**
 * Writes records to stdout with a MessageWriter, for the tests that need a process of its own.
 * Arguments: how many records, the bytes of text in each, and "hold" to stay open until stdin ends.
 * On stderr: one JSON line when the writer first asks to wait, and one at the end.
 */
import { once } from "node:events";
import { writeSync } from "node:fs";
import { exitCodeOf } from "../../src/errors.ts";
import { MessageWriter } from "../../src/message-writer.ts";

const [count = "0", textBytes = "0", hold] = process.argv.slice(2);
const writer = new MessageWriter(process.stdout);
const note = "x".repeat(Number(textBytes));
let waits = 0;

function report(fields: Record<string, unknown>): void {
  writeSync(2, `${JSON.stringify(fields)}\n`);
}

try {
  for (let id = 1; id <= Number(count); id += 1) {
    const room = writer.write({ type: "RECORD", stream: "users", record: { id, note } });
    if (room === undefined) continue;
    waits += 1;
    if (waits === 1) report({ waitsAfter: id });
    await room;
  }
  if (hold === "hold") {
    process.stdin.resume();
    await once(process.stdin, "end");
  }
  await writer.close();
  report({ done: true, waits, peakBytes: process.resourceUsage().maxRSS * 1024 });
} catch (error) {
  process.exitCode = exitCodeOf(error);
  report({ error: error instanceof Error ? error.message : String(error) });
}
