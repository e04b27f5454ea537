/**
 * Reads CSV as it arrives: commas, quotes that double themselves, and lines that end with LF or CR LF. Blank lines are
 * left out. A quote that is never closed throws a `SyntaxError` at the end.
 */
export class CsvReader {
  readonly #take: (cells: readonly string[]) => void;
  #text = "";
  #cells: string[] = [];

  constructor(take: (cells: readonly string[]) => void) {
    this.#take = take;
  }

  push(piece: string): void {
    const text = this.#text + piece;
    let at = 0;
    for (;;) {
      const isQuoted = text.charCodeAt(at) === quote;
      const end = isQuoted ? closingQuote(text, at + 1) + 1 : cellEnd(text, at);
      // A cell is whole when what follows it is there: a quote might be doubled, a CR be half of a line's end.
      if (end < 0 || end >= text.length) break;
      const code = text.charCodeAt(end);
      if (code === carriageReturn && end + 1 === text.length) break;
      const next = lineBreakAt(text, end);
      if (isQuoted && next === undefined && code !== comma) {
        throw new SyntaxError("text follows a closing quote");
      }
      this.#cells.push(cellOf(text.slice(at, end)));
      at = next ?? end + 1;
      if (next !== undefined) this.#line();
    }
    this.#text = text.slice(at);
  }

  end(): void {
    if (this.#text !== "" || this.#cells.length > 0) this.push("\n");
    if (this.#text !== "") throw new SyntaxError("a quote is not closed");
  }

  #line(): void {
    const cells = this.#cells;
    this.#cells = [];
    if (cells.length > 1 || cells[0] !== "") this.#take(cells);
  }
}

const quote = 0x22;
const comma = 0x2c;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** The end of a cell without quotes: the next comma or line end; the text's end when neither is there. */
function cellEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === comma || code === lineFeed) break;
    if (code === carriageReturn && (at + 1 === text.length || text.charCodeAt(at + 1) === lineFeed)) break;
    at += 1;
  }
  return at;
}

/** The place of the quote that closes a cell; -2 where it is not there yet. */
function closingQuote(text: string, start: number): number {
  let at = text.indexOf('"', start);
  while (at !== -1 && text.charCodeAt(at + 1) === quote) at = text.indexOf('"', at + 2);
  return at === -1 ? -2 : at;
}

/** Where the next line begins, when one ends here. */
function lineBreakAt(text: string, at: number): number | undefined {
  const code = text.charCodeAt(at);
  if (code === lineFeed) return at + 1;
  return code === carriageReturn && text.charCodeAt(at + 1) === lineFeed ? at + 2 : undefined;
}

function cellOf(spelled: string): string {
  if (spelled.charCodeAt(0) !== quote) return spelled;
  const inner = spelled.slice(1, -1);
  return inner.includes('"') ? inner.replaceAll('""', '"') : inner;
}
