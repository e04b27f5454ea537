import { CsvReader } from "./csv-reader.ts";

/** What is known of a page before its records are read. */
export interface PageFacts {
  /** The cells of the first line. */
  readonly first: readonly string[];
  /** How many lines there are, the first one too. */
  readonly lines: number;
}

const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Reads the first line of a page's bytes, and counts all. */
export async function pageFacts(bytes: AsyncIterable<Uint8Array>): Promise<PageFacts> {
  const counter = new LineCounter();
  let first: readonly string[] | undefined;
  const reader = csvBytesReader((cells) => {
    first ??= cells;
  });
  for await (const piece of bytes) {
    if (first === undefined) reader.push(piece);
    counter.push(piece);
  }
  if (first === undefined) reader.end();
  return { first: first ?? [], lines: counter.lines };
}

/** Counts lines: line feeds in quotes end none, and blank lines are none. */
class LineCounter {
  #ended = 0;
  #isQuoted = false;
  #isBlank = true;

  get lines(): number {
    return this.#ended + (this.#isBlank ? 0 : 1);
  }

  push(piece: Uint8Array): void {
    let isQuoted = this.#isQuoted;
    let isBlank = this.#isBlank;
    for (const byte of piece) {
      if (byte === quote) isQuoted = !isQuoted;
      if (byte === lineFeed && !isQuoted) {
        this.#ended += isBlank ? 0 : 1;
        isBlank = true;
      } else if (byte !== carriageReturn) isBlank = false;
    }
    this.#isQuoted = isQuoted;
    this.#isBlank = isBlank;
  }
}

/** Feeds bytes to a reader of CSV as text; a byte order mark goes. */
export function csvBytesReader(take: (cells: readonly string[]) => void) {
  const decoder = new TextDecoder();
  const reader = new CsvReader(take);
  return {
    push: (piece: Uint8Array): void => reader.push(decoder.decode(piece, { stream: true })),
    end(): void {
      reader.push(decoder.decode());
      reader.end();
    },
  };
}
