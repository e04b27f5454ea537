import { ProtocolError } from "./errors.ts";
import { HeadReader } from "./head.ts";

/** How {@link LineReader} cuts. */
export interface LineReaderOptions {
  /**
   * The longest line that is taken, in bytes without its line feed.
   * @default 134217728 (128 MiB: more than a warehouse takes as one row)
   */
  readonly maxLineBytes?: number;
}

/** Receives one line: its bytes without the line break, and its number in the input, counted from 1. */
export type LineHandler = (line: Buffer, lineNumber: number) => void;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const openingBrace = 0x7b;
const defaultMaxLineBytes = 128 * 1024 * 1024;
/** As much of a line that is too long as is looked at to name its stream. */
const excerptBytes = 1024;

/**
 * Cuts chunks of bytes into lines without making text of them.
 *
 * A line is a view into its chunk: it is valid for as long as the chunk is not written to. Only a line that
 * straddles chunks is copied; the reader itself keeps no chunk. `\n` and `\r\n` end a line, blank lines
 * are skipped but counted, and a UTF-8 byte order mark at the very start is dropped. A line longer than
 * `maxLineBytes` raises {@link ProtocolError} with its number and, where its first bytes tell, its stream;
 * it is raised as soon as the bound is passed, so memory stays bounded. After an error, its own or one that
 * the handler threw, the reader is of no further use.
 *
 * @example
 * ```ts
 * const reader = new LineReader();
 * for await (const chunk of process.stdin) reader.push(chunk, (line) => lines.push(line));
 * reader.end((line) => lines.push(line));
 * ```
 */
export class LineReader {
  readonly #maxLineBytes: number;
  #lineNumber = 0;
  /** The start of a line whose end has not come yet: the first `#carriedBytes` of `#carry`. */
  #carry: Buffer = Buffer.alloc(0);
  #carriedBytes = 0;

  constructor(options: LineReaderOptions = {}) {
    this.#maxLineBytes = options.maxLineBytes ?? defaultMaxLineBytes;
  }

  /** Hands out each line that ends in this chunk, in order, before it returns. An empty chunk changes nothing. */
  push(chunk: Uint8Array, onLine: LineHandler): void {
    const bytes = Buffer.isBuffer(chunk)
      ? chunk
      : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    let end = bytes.indexOf(lineFeed);
    if (end !== -1 && this.#carriedBytes > 0) {
      this.#append(bytes.subarray(0, end));
      this.#handOut(this.#takeCarry(), onLine);
      start = end + 1;
      end = bytes.indexOf(lineFeed, start);
    }
    while (end !== -1) {
      this.#handOut(bytes.subarray(start, end), onLine);
      start = end + 1;
      end = bytes.indexOf(lineFeed, start);
    }
    if (start < bytes.length) this.#append(bytes.subarray(start));
  }

  /** Hands out the last line when no line feed ended it. Call it once, at the end of the input. */
  end(onLine: LineHandler): void {
    if (this.#carriedBytes > 0) this.#handOut(this.#takeCarry(), onLine);
  }

  #handOut(cut: Buffer, onLine: LineHandler): void {
    this.#lineNumber += 1;
    if (cut.length > this.#maxLineBytes) throw this.#tooLong(cut);
    let line = cut;
    if (line[line.length - 1] === carriageReturn) line = line.subarray(0, -1);
    if (this.#lineNumber === 1 && startsWithByteOrderMark(line)) line = line.subarray(3);
    if (line[0] === openingBrace || !isBlank(line)) onLine(line, this.#lineNumber);
  }

  /** Adds bytes to the unfinished line. The buffer doubles, so that many small chunks cost linear time. */
  #append(piece: Buffer): void {
    const total = this.#carriedBytes + piece.length;
    if (total > this.#maxLineBytes) {
      this.#lineNumber += 1;
      const known = this.#carry.subarray(0, Math.min(this.#carriedBytes, excerptBytes));
      throw this.#tooLong(Buffer.concat([known, piece.subarray(0, excerptBytes)]));
    }
    if (total > this.#carry.length) {
      const grown = Buffer.allocUnsafe(Math.max(1024, Math.min(2 * total, this.#maxLineBytes)));
      this.#carry.copy(grown, 0, 0, this.#carriedBytes);
      this.#carry = grown;
    }
    piece.copy(this.#carry, this.#carriedBytes);
    this.#carriedBytes = total;
  }

  /** The line is given away with its buffer: whoever keeps it never sees it change. */
  #takeCarry(): Buffer {
    const line = this.#carry.subarray(0, this.#carriedBytes);
    this.#carry = Buffer.alloc(0);
    this.#carriedBytes = 0;
    return line;
  }

  #tooLong(start: Buffer): ProtocolError {
    const head = new HeadReader().read(start);
    const stream = head === undefined || head.stream === "" ? "" : ` of stream ${head.stream}`;
    const excerpt = start.toString("utf8", 0, 120);
    return new ProtocolError(
      `line ${this.#lineNumber}${stream} is too long: more than ${this.#maxLineBytes} bytes. ` +
        `Raise max_line_bytes if it is meant to be: ${excerpt}…`,
      { lineNumber: this.#lineNumber, excerpt },
    );
  }
}

function startsWithByteOrderMark(line: Buffer): boolean {
  return line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf;
}

function isBlank(line: Buffer): boolean {
  return line.every((byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d));
}
