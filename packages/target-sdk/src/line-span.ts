import type { InputChunk } from "./input.ts";
import type { Route } from "./sink.ts";
import { allUnsafeBytes, hasUnsafeBytes } from "./unsafe-bytes.ts";

/** Lines that are handed on together, without the last one's line break. */
export interface SpanLines {
  readonly bytes: Buffer;
  readonly rows: number;
}

const noBytes = Buffer.alloc(0);

/**
 * Gathers consecutive lines of one route that lie side by side in a chunk, so that they are copied as one block,
 * and looks a chunk through for unsafe bytes once.
 */
export class LineSpan {
  readonly #take: (lines: SpanLines, route: Route) => void;
  #chunk: Buffer = noBytes;
  #chunkLines: readonly Buffer[] = [];
  #chunkIsUnsafe: boolean | undefined;
  #route: Route | undefined;
  #start = 0;
  #end = 0;
  #rows = 0;

  constructor(take: (lines: SpanLines, route: Route) => void) {
    this.#take = take;
  }

  /** Lines that wait to be handed on. */
  get rows(): number {
    return this.#rows;
  }

  /** Their bytes with line breaks. */
  get bytes(): number {
    return this.#rows === 0 ? 0 : this.#end - this.#start + 1;
  }

  /** Goes on to another chunk. */
  begin({ bytes, lines }: InputChunk): void {
    this.flush();
    this.#chunk = bytes ?? noBytes;
    this.#chunkLines = lines;
    this.#chunkIsUnsafe = undefined;
  }

  /** Tells whether a line may hold unsafe bytes: it does not when none of its chunk does. */
  mayBeUnsafe(line: Buffer): boolean {
    if (this.#offsetOf(line) === -1) return true;
    this.#chunkIsUnsafe ??= this.#isChunkUnsafe();
    return this.#chunkIsUnsafe;
  }

  /** Takes a line that is staged as it is. */
  add(line: Buffer, route: Route): void {
    const start = this.#offsetOf(line);
    if (start === this.#end + 1 && this.#route === route) {
      this.#end = start + line.length;
      this.#rows += 1;
      return;
    }
    this.flush();
    if (start === -1) {
      this.#take({ bytes: line, rows: 1 }, route);
      return;
    }
    this.#route = route;
    this.#start = start;
    this.#end = start + line.length;
    this.#rows = 1;
  }

  /** Hands on the lines that were gathered. */
  flush(): void {
    const route = this.#route;
    if (route === undefined) return;
    const bytes = this.#chunk.subarray(this.#start, this.#end);
    const rows = this.#rows;
    this.#route = undefined;
    this.#start = 0;
    this.#end = 0;
    this.#rows = 0;
    this.#take({ bytes, rows }, route);
  }

  /** -1 outside of the chunk: a line that straddled two was copied, perhaps into memory that the chunk is a part of. */
  #offsetOf(line: Buffer): number {
    const offset = line.byteOffset - this.#chunk.byteOffset;
    return offset >= 0 && offset < this.#chunk.length && line.buffer === this.#chunk.buffer ? offset : -1;
  }

  /** From the first whole line to the last, so that no character is cut in two. */
  #isChunkUnsafe(): boolean {
    const isInside = (line: Buffer) => this.#offsetOf(line) !== -1;
    const first = this.#chunkLines.find(isInside);
    const last = this.#chunkLines.findLast(isInside);
    if (first === undefined || last === undefined) return true;
    const whole = this.#chunk.subarray(this.#offsetOf(first), this.#offsetOf(last) + last.length);
    return hasUnsafeBytes(whole, allUnsafeBytes);
  }
}
