import type { Readable, Writable } from "node:stream";
import type { RunCounts } from "./run-result.ts";
import { type BadLine, Tally } from "./tally.ts";

/** How a pump came to its end. */
export interface PumpEnd {
  /** Whether the reader of the output took all of it: it was still there when the output was ended. */
  readonly readToEnd: boolean;
  /** Whether the input ended within a line of which the reader has the beginning. */
  readonly cutLine: boolean;
  /** The first line that is no message; such lines are passed on as they are. */
  readonly badLine: BadLine | undefined;
  /** What is wrong with a line that cannot be passed on: what came after it was not read. */
  readonly failure: string | undefined;
}

/** What a pump is made from. */
export interface PumpOptions {
  readonly input: Readable;
  readonly output: Writable;
  /** Receives each STATE line that is passed on, without its line break; the bytes are only valid during the call. */
  readonly onState?: (line: Buffer) => void;
}

const lineFeed = 0x0a;
/** A line that is longer is passed on while it comes, when its first bytes say that it is no STATE. */
const longLineBytes = 1024 * 1024;
/** A longer line that may be a STATE can be neither passed on in pieces nor kept. */
const maxHeldLineBytes = 256 * 1024 * 1024;
/** Of STATEs that nothing follows, as many bytes are kept; of more only the newest. */
const maxHeldStatesBytes = 1024 * 1024;
/** How much may wait to be written before the input is paused. */
const maxQueuedBytes = 1024 * 1024;
const headBytes = 1024;

/**
 * Copies a tap's output to the next process's input as it is, with back-pressure, and counts the messages
 * exactly. STATEs that no other message followed and a last line that was never ended are held back:
 * {@link Pump.finish} passes them on when the tap succeeded. So the target of a failed tap never sees an
 * input that ends in a STATE, and never takes it for complete.
 *
 * Lines are passed on whole, but those of more than 1 MiB, which flow. What holds memory is bounded by that,
 * unless a line is a STATE or has its type behind its record: such a line is kept whole, up to 256 MiB.
 */
export class Pump {
  /** Resolves when the input has ended, or the reader of the output went away. */
  readonly inputEnded: Promise<void>;
  /** When bytes last moved, in milliseconds of `performance.now()`. */
  movedAt = performance.now();
  readonly #input: Readable;
  readonly #output: Writable;
  readonly #tally: Tally;
  /** Whole lines: STATEs that nothing followed. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** The beginning of a line. */
  #partial: Buffer[] = [];
  #partialBytes = 0;
  /** Whether the beginning of the line that comes was passed on. */
  #isFlowing = false;
  #outputClosed = false;
  #outputFinished = false;
  #failure: string | undefined;
  #waitingSince = performance.now();
  #resolveEnded: () => void = () => undefined;

  constructor({ input, output, onState }: PumpOptions) {
    this.#input = input;
    this.#output = output;
    this.#tally = new Tally(onState ?? (() => undefined));
    this.inputEnded = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    output.once("finish", () => {
      this.#outputFinished = true;
    });
    output.once("close", () => this.#closed()).once("error", () => this.#closed());
    output.on("drain", () => this.#drained());
    input.on("data", (chunk: Buffer) => this.#take(chunk));
    // A stream that fails has ended, too: what its process says of it counts.
    input.once("end", this.#resolveEnded).once("close", this.#resolveEnded).once("error", this.#resolveEnded);
    // The reader may have gone away before there was anything to write.
    if (output.destroyed) this.#closed();
  }

  /** Whether nothing can be passed on any more, though the input may not have ended. */
  get isBroken(): boolean {
    return this.#outputClosed || this.#failure !== undefined;
  }

  /** What went through so far. */
  counts(): RunCounts {
    return this.#tally.counts();
  }

  /**
   * Passes on what was held back, when all before it succeeded, and ends the output. Resolves when the
   * reader has taken everything or went away.
   */
  async finish({ succeeded }: { succeeded: boolean }): Promise<PumpEnd> {
    const wasOpen = !this.#outputClosed;
    const cutLine = this.#isFlowing;
    if (wasOpen && succeeded && this.#failure === undefined) this.#passHeld();
    if (wasOpen) await this.#endOutput();
    const { badLine } = this.#tally;
    return { readToEnd: wasOpen && this.#outputFinished, cutLine, badLine, failure: this.#failure };
  }

  #passHeld(): void {
    const last = Buffer.concat(this.#partial);
    if (last.length > 0) this.#tally.take(Buffer.concat([last, Buffer.of(lineFeed)]));
    this.#tally.passWaiting();
    for (const piece of [...this.#held, last]) if (piece.length > 0) this.#output.write(piece);
    this.#isFlowing = false;
  }

  async #endOutput(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#output.once("finish", resolve).once("close", resolve).once("error", resolve);
    this.#output.end();
    await promise;
    this.movedAt = performance.now();
  }

  #take(chunk: Buffer): void {
    if (this.isBroken) return;
    const now = performance.now();
    this.#tally.tapWaitMs += now - this.#waitingSince;
    this.#tally.arrived(chunk.length);
    this.movedAt = now;
    this.#cut(chunk);
    this.#waitingSince = performance.now();
    if (this.#output.writableLength > maxQueuedBytes) this.#input.pause();
  }

  #cut(chunk: Buffer): void {
    const rest = this.#isFlowing ? this.#flow(chunk) : chunk;
    const lastFeed = rest.lastIndexOf(lineFeed);
    if (lastFeed === -1) {
      this.#keep(rest);
      return;
    }
    const end = rest.subarray(0, lastFeed + 1);
    const lines = this.#partialBytes === 0 ? end : Buffer.concat([...this.#partial, end]);
    this.#partial = [];
    this.#partialBytes = 0;
    this.#passLines(lines);
    this.#keep(rest.subarray(lastFeed + 1));
  }

  /** Passes on the rest of a long line, and answers what follows it. */
  #flow(chunk: Buffer): Buffer {
    const feed = chunk.indexOf(lineFeed);
    const end = feed === -1 ? chunk.length : feed + 1;
    this.#isFlowing = feed === -1;
    this.#tally.extend(end);
    this.#output.write(chunk.subarray(0, end));
    return chunk.subarray(end);
  }

  #passLines(lines: Buffer): void {
    const heldFrom = this.#tally.take(lines);
    if (heldFrom > 0) {
      this.#writeHeld();
      this.#output.write(heldFrom === lines.length ? lines : lines.subarray(0, heldFrom));
    }
    if (heldFrom < lines.length) this.#hold(lines.subarray(heldFrom));
  }

  #writeHeld(): void {
    for (const piece of this.#held) this.#output.write(piece);
    this.#held = [];
    this.#heldBytes = 0;
  }

  #hold(states: Buffer): void {
    this.#held.push(states);
    this.#heldBytes += states.length;
    if (this.#heldBytes <= maxHeldStatesBytes || this.#tally.waiting < 2) return;
    const newest = this.#tally.newestWaiting() ?? Buffer.alloc(0);
    this.#held = [newest, Buffer.of(lineFeed)];
    this.#heldBytes = newest.length + 1;
  }

  #keep(piece: Buffer): void {
    if (piece.length === 0) return;
    const before = this.#partialBytes;
    this.#partial.push(piece);
    this.#partialBytes += piece.length;
    if (before <= longLineBytes && this.#partialBytes > longLineBytes) this.#letFlow();
    if (this.#partialBytes > maxHeldLineBytes) this.#refuseLine();
  }

  #letFlow(): void {
    const beginning = Buffer.concat(this.#partial);
    const head = this.#tally.headOf(beginning.subarray(0, headBytes));
    if (head === undefined || head.type === "STATE") return;
    this.#writeHeld();
    this.#tally.begin(head);
    this.#tally.extend(beginning.length);
    this.#output.write(beginning);
    this.#partial = [];
    this.#partialBytes = 0;
    this.#isFlowing = true;
  }

  #refuseLine(): void {
    const excerpt = Buffer.concat(this.#partial).toString("utf8", 0, 120);
    this.#failure =
      `a line is longer than ${maxHeldLineBytes} bytes and its first bytes do not say that it is no STATE. ` +
      `Let the tap write "type" and "stream" before the record: ${excerpt}…`;
    this.#partial = [];
    this.#partialBytes = 0;
    this.#input.resume();
    this.#resolveEnded();
  }

  #drained(): void {
    this.movedAt = performance.now();
    if (!this.#input.isPaused()) return;
    this.#tally.targetWaitMs += this.movedAt - this.#waitingSince;
    this.#waitingSince = this.movedAt;
    this.#input.resume();
  }

  /** What still comes is read and thrown away, so that whoever writes it can end in order. */
  #closed(): void {
    if (!this.#outputFinished) this.#outputClosed = true;
    this.#partial = [];
    this.#held = [];
    this.#input.resume();
    this.#resolveEnded();
  }
}
