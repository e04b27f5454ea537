type Place = "start" | "plain" | "quoted" | "quote";

const plainEnd = /[,\n]/g;

/** Reads CSV a piece of text at a time, however it is cut. Lines without anything are left out. */
export class CsvReader {
  readonly #onRow: (cells: readonly string[]) => void;
  #cells: string[] = [];
  #cell = "";
  #place: Place = "start";

  constructor(onRow: (cells: readonly string[]) => void) {
    this.#onRow = onRow;
  }

  /** Throws a `SyntaxError` for a character behind a closing quote. */
  push(text: string): void {
    let at = 0;
    while (at < text.length) at = this.#step(text, at);
  }

  /** Takes the end of the text for the end of a line. Throws a `SyntaxError` within quotes. */
  end(): void {
    if (this.#place === "quoted") throw new SyntaxError("the CSV ends within quotes");
    if (this.#place !== "start" || this.#cells.length > 0) this.#endRow();
  }

  #step(text: string, at: number): number {
    if (this.#place === "quoted") return this.#quoted(text, at);
    if (this.#place === "quote") return this.#afterQuote(text, at);
    if (this.#place === "start" && text.charAt(at) === '"') {
      this.#place = "quoted";
      return at + 1;
    }
    return this.#plain(text, at);
  }

  #quoted(text: string, at: number): number {
    const end = text.indexOf('"', at);
    this.#cell += text.slice(at, end === -1 ? text.length : end);
    if (end === -1) return text.length;
    this.#place = "quote";
    return end + 1;
  }

  #afterQuote(text: string, at: number): number {
    const character = text.charAt(at);
    if (character === '"') {
      this.#cell += '"';
      this.#place = "quoted";
    } else if (character === ",") this.#endCell();
    else if (character === "\n") this.#endRow();
    else if (character !== "\r") throw new SyntaxError("the CSV goes on behind a closing quote");
    return at + 1;
  }

  #plain(text: string, at: number): number {
    plainEnd.lastIndex = at;
    const end = plainEnd.exec(text)?.index ?? text.length;
    this.#cell += text.slice(at, end);
    this.#place = "plain";
    if (end === text.length) return end;
    if (text.charAt(end) === ",") this.#endCell();
    else this.#endRow();
    return end + 1;
  }

  #endCell(): void {
    this.#cells.push(this.#cell);
    this.#cell = "";
    this.#place = "start";
  }

  #endRow(): void {
    const isPlain = this.#place === "plain";
    if (isPlain && this.#cell.endsWith("\r")) this.#cell = this.#cell.slice(0, -1);
    const isBlank = isPlain && this.#cells.length === 0 && this.#cell.trim() === "";
    this.#endCell();
    const cells = this.#cells;
    this.#cells = [];
    if (!isBlank) this.#onRow(cells);
  }
}
