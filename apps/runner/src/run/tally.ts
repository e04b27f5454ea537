import { HeadReader, isObject, type MessageHead } from "@chorale/singer";
import type { RunCounts, StreamCounts } from "./run-result.ts";

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const excerptCharacters = 120;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/** A line of a tap that is no message of the protocol. */
export interface BadLine {
  /** From 1. */
  readonly lineNumber: number;
  /** Its first characters. */
  readonly excerpt: string;
}

/** What a line says of itself; `""` as the type when it is no message. */
interface Head {
  readonly type: string;
  readonly stream: string;
}

/** How the records of a stream begin, up to and with their `{`: a line that begins so needs no other look. */
interface Beginning {
  readonly bytes: Buffer;
  readonly counter: Counter;
}

/** As many streams may take turns before their beginnings are read anew. */
const maxBeginnings = 4;

type Counter = { -readonly [Key in keyof StreamCounts]: StreamCounts[Key] };

const noMessage: Head = { type: "", stream: "" };

/** Counts a tap's messages by the first bytes of their lines; only a line whose head says too little is parsed. */
export class Tally {
  /** The first line that was no message, and how many there were. */
  badLine: BadLine | undefined;
  badLines = 0;
  /** All bytes that came. */
  bytes = 0;
  states = 0;
  tapWaitMs = 0;
  targetWaitMs = 0;
  readonly #heads = new HeadReader();
  readonly #streams = new Map<string, Counter>();
  readonly #onState: (line: Buffer) => void;
  #lines = 0;
  #now = Date.now();
  /** The newest first. */
  #beginnings: Beginning[] = [];
  /** Of the record that is passed on before its line has ended. */
  #flowing: Counter | undefined;
  /** The STATEs that no other message has followed yet. */
  #waiting: Buffer[] = [];

  /** Each STATE is handed to `onState` when it is passed on: when another message followed, or at {@link passWaiting}. */
  constructor(onState: (line: Buffer) => void) {
    this.#onState = onState;
  }

  /** Says that bytes came: what is counted next came now. */
  arrived(bytes: number): void {
    this.bytes += bytes;
    this.#now = Date.now();
  }

  /**
   * Counts whole lines. Answers where the STATEs begin that nothing follows: `lines.length` when another
   * message comes last, 0 when there is none but STATEs.
   */
  take(lines: Buffer): number {
    let waitingFrom = this.#waiting.length > 0 ? 0 : lines.length;
    let start = 0;
    for (let feed = lines.indexOf(lineFeed); feed !== -1; feed = lines.indexOf(lineFeed, start)) {
      const known = this.#knownAt(lines, start);
      if (known !== undefined) this.#count(known.counter, feed + 1 - start);
      const type = known === undefined ? this.#typeOf(lines.subarray(start, feed)) : "RECORD";
      if (type === "STATE") {
        if (waitingFrom === lines.length) waitingFrom = start;
        this.#waiting.push(lines.subarray(start, feed));
      } else if (type !== undefined) {
        waitingFrom = lines.length;
        this.passWaiting();
      }
      start = feed + 1;
    }
    return waitingFrom;
  }

  /** The head of a line of which only the beginning came; undefined when the beginning does not tell. */
  headOf(beginning: Buffer): MessageHead | undefined {
    return this.#heads.read(beginning);
  }

  /** Counts a message that is passed on before its line has ended. */
  begin(head: MessageHead): void {
    this.#lines += 1;
    this.passWaiting();
    this.#flowing = head.type === "RECORD" ? this.#counterOf(head.stream) : undefined;
    if (this.#flowing !== undefined) this.#count(this.#flowing, 0);
  }

  /** Adds bytes to the message that {@link begin} counted. */
  extend(bytes: number): void {
    if (this.#flowing !== undefined) this.#flowing.bytes += bytes;
  }

  /** Counts the STATEs that wait as passed on. */
  passWaiting(): void {
    if (this.#waiting.length === 0) return;
    for (const line of this.#waiting) {
      this.states += 1;
      this.#onState(line);
    }
    this.#waiting = [];
  }

  /** Forgets the STATEs that wait but for the newest, and answers that one. */
  newestWaiting(): Buffer | undefined {
    this.#waiting = this.#waiting.slice(-1);
    return this.#waiting[0];
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  counts(): RunCounts {
    const streams = new Map([...this.#streams].map(([stream, counter]) => [stream, { ...counter }]));
    const { bytes, states, tapWaitMs, targetWaitMs } = this;
    const records = [...streams.values()].reduce((sum, counter) => sum + counter.records, 0);
    return { streams, records, states, bytes, tapWaitMs, targetWaitMs };
  }

  /** The beginning that a line has, when it is one of those that were met last. */
  #knownAt(lines: Buffer, start: number): Beginning | undefined {
    for (let index = 0; index < this.#beginnings.length; index += 1) {
      const beginning = this.#beginnings[index];
      if (beginning === undefined || !standsAt(lines, { start, bytes: beginning.bytes })) continue;
      if (index > 0) this.#beginnings.unshift(...this.#beginnings.splice(index, 1));
      this.#lines += 1;
      return beginning;
    }
    return undefined;
  }

  /** The type of a line; undefined for a blank one. */
  #typeOf(line: Buffer): string | undefined {
    this.#lines += 1;
    const head = this.#heads.read(line);
    if (head?.type === "RECORD" && head.recordStart > 0) {
      const counter = this.#counterOf(head.stream);
      this.#count(counter, line.length + 1);
      this.#beginnings.unshift({ bytes: Buffer.from(line.subarray(0, head.recordStart + 1)), counter });
      this.#beginnings = this.#beginnings.slice(0, maxBeginnings);
      return head.type;
    }
    const told = head ?? this.#parsedHead(line);
    if (told?.type === "RECORD") this.#count(this.#counterOf(told.stream), line.length + 1);
    return told?.type;
  }

  #count(counter: Counter, bytes: number): void {
    counter.records += 1;
    counter.bytes += bytes;
    counter.lastAt = this.#now;
  }

  #counterOf(stream: string): Counter {
    const known = this.#streams.get(stream);
    if (known !== undefined) return known;
    const counter: Counter = { records: 0, bytes: 0, firstAt: this.#now, lastAt: this.#now };
    this.#streams.set(stream, counter);
    return counter;
  }

  /** A line that is no message is the target's to refuse; here it is remembered, to say whose fault that is. */
  #parsedHead(line: Buffer): Head | undefined {
    if (line.every(isBlank)) return undefined;
    const text = line.toString("utf8", line.subarray(0, 3).equals(byteOrderMark) ? 3 : 0);
    const head = parsedHead(text);
    if (head !== noMessage) return head;
    this.badLines += 1;
    this.badLine ??= { lineNumber: this.#lines, excerpt: text.slice(0, excerptCharacters) };
    return head;
  }
}

/** Compared from the end, where the beginnings of two streams differ first. */
function standsAt(lines: Buffer, { start, bytes }: { start: number; bytes: Buffer }): boolean {
  for (let index = bytes.length - 1; index >= 0; index -= 1) {
    if (lines[start + index] !== bytes[index]) return false;
  }
  return true;
}

function parsedHead(text: string): Head {
  try {
    const message: unknown = JSON.parse(text);
    if (!isObject(message) || typeof message["type"] !== "string") return noMessage;
    const type = message["type"].toUpperCase();
    const stream = typeof message["stream"] === "string" ? message["stream"] : "";
    return type === "RECORD" && stream === "" ? noMessage : { type, stream };
  } catch {
    return noMessage;
  }
}

function isBlank(byte: number): boolean {
  return byte === space || byte === carriageReturn || byte === 0x09;
}
