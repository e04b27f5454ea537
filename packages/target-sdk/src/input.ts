import { setImmediate } from "node:timers/promises";
import { LineReader, type Message, SchemaError } from "@chorale/singer";
import type { Stop } from "./stop.ts";

/** What a target reads: bytes of newline-delimited messages, or messages. */
export type TargetInput = AsyncIterable<Uint8Array | Message> | Iterable<Uint8Array | Message>;

/** Lines that arrived together. */
export interface InputChunk {
  /** The bytes that most of the lines are views into; absent when each has bytes of its own. */
  readonly bytes: Buffer | undefined;
  readonly lines: readonly Buffer[];
  /** The lines' numbers in the input, counted from 1; empty for messages that came from code. */
  readonly lineNumbers: readonly number[];
}

const turnsInARow = 64;

/**
 * Reads an input chunk by chunk, and no further than it is asked to. Ends with the run's error as soon as there
 * is one, also while the input is silent; the input is then closed.
 */
export async function* readInput(
  input: TargetInput,
  { stop, maxLineBytes }: { stop: Stop; maxLineBytes: number },
): AsyncGenerator<InputChunk, void, void> {
  const reader = new LineReader({ maxLineBytes });
  const source = iteratorOf(input);
  let hasEnded = false;
  try {
    for (let turn = 1; ; turn += 1) {
      // An input that is always ready would keep timers, signals and finished writes from their turn.
      if (turn % turnsInARow === 0) await setImmediate();
      const { done, value } = await stop.race(Promise.resolve(source.next()));
      if (done === true) break;
      yield value instanceof Uint8Array ? chunkOf(reader, value) : messageChunk(value);
    }
    hasEnded = true;
    yield lastChunkOf(reader);
  } finally {
    if (!hasEnded) closeInput(input, source);
  }
}

/** Cuts a chunk into its lines. */
export function chunkOf(reader: LineReader, chunk: Uint8Array): InputChunk {
  const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const lines: Buffer[] = [];
  const lineNumbers: number[] = [];
  reader.push(bytes, (line, lineNumber) => {
    lines.push(line);
    lineNumbers.push(lineNumber);
  });
  return { bytes, lines, lineNumbers };
}

/** Answers the last line, which nothing ended. */
export function lastChunkOf(reader: LineReader): InputChunk {
  const lines: Buffer[] = [];
  const lineNumbers: number[] = [];
  reader.end((line, lineNumber) => {
    lines.push(line);
    lineNumbers.push(lineNumber);
  });
  return { bytes: undefined, lines, lineNumbers };
}

type Source = AsyncIterator<Uint8Array | Message> | Iterator<Uint8Array | Message>;

function iteratorOf(input: TargetInput): Source {
  return Symbol.asyncIterator in input ? input[Symbol.asyncIterator]() : input[Symbol.iterator]();
}

/** A silent stream would let its iterator's `return` wait for ever, so it is destroyed and nobody waits. */
function closeInput(input: TargetInput, source: Source): void {
  const destroy: unknown = Reflect.get(input, "destroy");
  if (typeof destroy === "function") Reflect.apply(destroy, input, []);
  else void Promise.resolve(source.return?.()).catch(() => undefined);
}

/** A message takes the way of the lines, so that there is one way. */
function messageChunk(message: Message): InputChunk {
  const text = JSON.stringify(message);
  // JSON makes NaN and infinities null without a word; only a text with a null can hide one.
  if (text.includes("null") && holdsNoJson(message)) {
    const stream = message.type === "STATE" ? "" : message.stream;
    throw new SchemaError(
      `${stream === "" ? message.type : stream}: a message holds NaN or an infinity, which JSON cannot. Write null or leave it out.`,
      { stream },
    );
  }
  return { bytes: undefined, lines: [Buffer.from(text)], lineNumbers: [] };
}

function holdsNoJson(value: unknown): boolean {
  if (typeof value === "number") return !Number.isFinite(value);
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(holdsNoJson);
}
