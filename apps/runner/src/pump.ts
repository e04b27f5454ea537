import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { ConnectorError, HeadReader, LineReader, parseMessage } from "@chorale/singer";

/** What went through a pump. */
export interface PumpCounts {
  /** Records by stream; a BATCH message counts as none. */
  readonly records: ReadonlyMap<string, number>;
  readonly states: number;
  readonly bytes: number;
}

/** How a pump came to its end. */
export interface PumpEnd {
  readonly counts: PumpCounts;
  /** Whether the reader of the output went away before the input ended. */
  readonly outputClosed: boolean;
  /**
   * A last STATE that nothing followed, and a last line that was never ended. They are held back: whoever
   * knows that the tap succeeded passes them on with {@link finishPump}. So the target of a failed tap never
   * sees an input that ends in a STATE, and never takes it for complete.
   */
  readonly heldBack: Buffer;
}

const lineFeed = 0x0a;

/**
 * Copies a tap's output to a target's input as it is, whole lines at a time, with back-pressure, and counts
 * the messages exactly. Ends neither. Stops early when the output is closed.
 */
export async function pump(input: Readable, output: Writable): Promise<PumpEnd> {
  const tally = new Tally();
  let pending: Buffer[] = [];
  let open = true;
  const close = () => {
    open = false;
  };
  output.once("close", close).once("error", close);
  for await (const chunk of input) {
    const bytes: Buffer = chunk;
    tally.add(bytes);
    const lastFeed = bytes.lastIndexOf(lineFeed);
    if (lastFeed < 0) {
      pending.push(bytes);
      continue;
    }
    const whole = pending.length === 0 ? bytes : Buffer.concat([...pending, bytes]);
    const end = whole.length - bytes.length + lastFeed + 1;
    const cut = tally.lastIsState ? whole.lastIndexOf(lineFeed, end - 2) + 1 : end;
    pending = cut < whole.length ? [whole.subarray(cut)] : [];
    if (!open) break;
    if (cut > 0 && !output.write(whole.subarray(0, cut))) await drained(output);
  }
  tally.end();
  return { counts: tally.counts(), outputClosed: !open, heldBack: Buffer.concat(pending) };
}

/** Passes on what the pump held back, when the tap succeeded, and ends the output. */
export function finishPump(end: PumpEnd, options: { output: Writable; succeeded: boolean }): void {
  const { output, succeeded } = options;
  if (end.outputClosed) return;
  if (succeeded && end.heldBack.length > 0) output.write(end.heldBack);
  output.end();
}

async function drained(output: Writable): Promise<void> {
  const waiting = new AbortController();
  const events = ["drain", "close"].map((event) => once(output, event, { signal: waiting.signal }));
  await Promise.race(events).catch(() => undefined);
  waiting.abort();
  await Promise.allSettled(events);
}

/** Counts messages by the first bytes of their lines. */
class Tally {
  /** Whether the last whole line was a STATE. */
  lastIsState = false;
  readonly #lines = new LineReader({ maxLineBytes: Number.MAX_SAFE_INTEGER });
  readonly #heads = new HeadReader();
  readonly #records = new Map<string, number>();
  #states = 0;
  #bytes = 0;

  add(chunk: Buffer): void {
    this.#bytes += chunk.length;
    this.#lines.push(chunk, (line) => this.#count(line));
  }

  end(): void {
    this.#lines.end((line) => this.#count(line));
  }

  counts(): PumpCounts {
    return { records: this.#records, states: this.#states, bytes: this.#bytes };
  }

  #count(line: Buffer): void {
    const { type, stream } = this.#heads.read(line) ?? parsedHead(line);
    this.lastIsState = type === "STATE";
    if (type === "STATE") this.#states += 1;
    if (type === "RECORD") this.#records.set(stream, (this.#records.get(stream) ?? 0) + 1);
  }
}

/** A line that is no message is the target's to refuse; here it only counts for nothing. */
function parsedHead(line: Buffer): { type: string; stream: string } {
  try {
    const message = parseMessage(line);
    return { type: message.type, stream: "stream" in message ? message.stream : "" };
  } catch (error) {
    if (ConnectorError.isInstance(error)) return { type: "UNKNOWN", stream: "" };
    throw error;
  }
}
