import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { devNull } from "node:os";
import { createInterface } from "node:readline";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { type Message, MessageWriter, toMessage } from "@chorale/singer";
import { type Measurement, measured } from "../measurement.ts";
import { expectCount } from "./expect-count.ts";
import type { TaskInput } from "./task.ts";

const keptMessages = 2_000;
const bufferCharacters = 64 * 1024;

/** Writes messages with MessageWriter to the null device. */
export async function writeMessages(input: TaskInput): Promise<Measurement> {
  return throughNullDevice(input, async (output, messages) => {
    const writer = new MessageWriter(output);
    for (const message of messages) {
      const room = writer.write(message);
      if (room !== undefined) await room;
    }
    await writer.close();
  });
}

/** The reference: JSON.stringify, texts added up to 64 KiB, and back-pressure. */
export async function writeTexts(input: TaskInput): Promise<Measurement> {
  return throughNullDevice(input, async (output, messages) => {
    let text = "";
    for (const message of messages) {
      text += `${JSON.stringify(message)}\n`;
      if (text.length < bufferCharacters) continue;
      if (!output.write(text)) await once(output, "drain");
      text = "";
    }
    output.write(text);
  });
}

async function throughNullDevice(
  { file }: TaskInput,
  write: (output: Writable, messages: Iterable<Message>) => Promise<void>,
): Promise<Measurement> {
  const kept = await firstMessages(file.path);
  const passes = Math.ceil(file.records / kept.length);
  const output = createWriteStream(devNull);
  await once(output, "open");
  const result = await measured(async () => {
    await write(output, repeated(kept, passes));
    output.end();
    await finished(output);
    return { records: kept.length * passes, bytes: output.bytesWritten };
  });
  const bytesOfPass = kept.reduce((sum, message) => sum + Buffer.byteLength(JSON.stringify(message)) + 1, 0);
  expectCount(output.bytesWritten, { expected: bytesOfPass * passes, of: "bytes" });
  return result;
}

function* repeated(messages: readonly Message[], passes: number): Generator<Message, void, void> {
  for (let pass = 0; pass < passes; pass += 1) yield* messages;
}

async function firstMessages(path: string): Promise<readonly Message[]> {
  const messages: Message[] = [];
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const message = toMessage(JSON.parse(line));
    if (message.type === "RECORD") messages.push(message);
    if (messages.length === keptMessages) break;
  }
  return messages;
}
