/** What is wrong with a JSON document, and at which byte of it. */
export class JsonProblem extends Error {
  readonly position: number;
  /** Whether the bytes ended inside the document, so that more of them may complete it. */
  readonly isUnfinished: boolean;

  constructor(message: string, position: number, options: { unfinished: boolean } = { unfinished: false }) {
    super(message);
    this.position = position;
    this.isUnfinished = options.unfinished;
  }
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const minus = 0x2d;
const deepest = 1000;
const simpleEscapes = new Set([...'"\\/bfnrt'].map((character) => character.charCodeAt(0)));
const keywords = [Buffer.from("true"), Buffer.from("false"), Buffer.from("null")];

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

/** Checks JSON documents byte by byte, without making values of them: what it lets pass is passed on as it is. */
export class JsonScanner {
  readonly #bytes: Buffer;
  readonly #allowsDuplicates: boolean;
  #start = 0;
  #at = 0;
  #depth = 0;

  constructor(bytes: Buffer, options: { allowDuplicates: boolean }) {
    this.#bytes = bytes;
    this.#allowsDuplicates = options.allowDuplicates;
  }

  /** Answers where the document that begins at `start` ends. Throws a {@link JsonProblem}. */
  endOf(start: number): number {
    this.#start = start;
    this.#at = start;
    this.#depth = 0;
    this.#value();
    return this.#at;
  }

  /** Answers the first byte from `start` on that is no white space. */
  afterSpace(start: number): number {
    this.#at = start;
    this.#space();
    return this.#at;
  }

  #problem(message: string): JsonProblem {
    return this.#at >= this.#bytes.length
      ? this.#malformed(message, this.#at, { unfinished: true })
      : this.#malformed(message, this.#at);
  }

  #malformed(message: string, position: number, options = { unfinished: false }): JsonProblem {
    const text = `Error parsing JSON: ${message}, pos ${position - this.#start + 1}`;
    return new JsonProblem(text, position, options);
  }

  #space(): void {
    while (isSpace(this.#bytes[this.#at])) {
      this.#at += 1;
    }
  }

  #value(): void {
    this.#space();
    const byte = this.#bytes[this.#at];
    if (byte === quote) {
      this.#string();
    } else if (byte === openBrace) {
      this.#nested(() => this.#object());
    } else if (byte === openBracket) {
      this.#nested(() => this.#array());
    } else if (byte === minus || isDigit(byte)) {
      this.#number();
    } else {
      this.#keyword();
    }
  }

  #nested(read: () => void): void {
    this.#depth += 1;
    if (this.#depth > deepest) {
      throw this.#malformed("nesting too deep", this.#at);
    }
    this.#at += 1;
    read();
    this.#depth -= 1;
  }

  #object(): void {
    const names = new Set<string>();
    this.#space();
    if (this.#bytes[this.#at] === closeBrace) {
      this.#at += 1;
      return;
    }
    for (;;) {
      this.#space();
      this.#name(names);
      this.#space();
      this.#expect(colon, "missing colon");
      this.#value();
      if (this.#endsAt(closeBrace, "incomplete object value")) {
        return;
      }
    }
  }

  #name(names: Set<string>): void {
    const start = this.#at;
    if (this.#bytes[start] !== quote) {
      throw this.#problem("object attribute name expected");
    }
    this.#string();
    if (this.#allowsDuplicates) {
      return;
    }
    const name = this.#textBetween(start, this.#at);
    if (names.has(name)) {
      throw this.#malformed(`duplicate object attribute "${name}"`, start);
    }
    names.add(name);
  }

  #textBetween(start: number, end: number): string {
    const raw = this.#bytes.toString("utf8", start + 1, end - 1);
    if (!raw.includes("\\")) {
      return raw;
    }
    const text: unknown = JSON.parse(`"${raw}"`);
    return String(text);
  }

  #array(): void {
    this.#space();
    if (this.#bytes[this.#at] === closeBracket) {
      this.#at += 1;
      return;
    }
    for (;;) {
      this.#value();
      if (this.#endsAt(closeBracket, "incomplete array value")) {
        return;
      }
    }
  }

  #endsAt(close: number, incomplete: string): boolean {
    this.#space();
    const byte = this.#bytes[this.#at];
    if (byte !== close && byte !== comma) {
      throw this.#problem(incomplete);
    }
    this.#at += 1;
    return byte === close;
  }

  #expect(byte: number, message: string): void {
    if (this.#bytes[this.#at] !== byte) {
      throw this.#problem(message);
    }
    this.#at += 1;
  }

  #string(): void {
    this.#at += 1;
    for (;;) {
      const byte = this.#bytes[this.#at];
      if (byte === quote) {
        this.#at += 1;
        return;
      }
      if (byte === undefined) {
        throw this.#problem("unfinished string");
      }
      if (byte < 0x20) {
        throw this.#malformed("unescaped control character in a string", this.#at);
      }
      if (byte === backslash) {
        this.#escape();
      } else {
        this.#at += 1;
      }
    }
  }

  #escape(): void {
    const byte = this.#bytes[this.#at + 1];
    if (byte !== 0x75) {
      if (byte === undefined || !simpleEscapes.has(byte)) {
        throw this.#malformed("bad escape sequence", this.#at, { unfinished: byte === undefined });
      }
      this.#at += 2;
      return;
    }
    const unit = this.#codeUnit(this.#at);
    this.#at += 6;
    if (unit < 0xd800 || unit > 0xdfff) {
      return;
    }
    const low = unit < 0xdc00 && this.#bytes[this.#at] === backslash ? this.#codeUnit(this.#at) : 0;
    if (low < 0xdc00 || low > 0xdfff) {
      throw this.#malformed("incomplete surrogate pair", this.#at - 6);
    }
    this.#at += 6;
  }

  #codeUnit(start: number): number {
    const text = this.#bytes.toString("latin1", start, start + 6);
    if (!/^\\u[\da-fA-F]{4}$/u.test(text)) {
      throw this.#malformed("bad escape sequence", start);
    }
    return Number.parseInt(text.slice(2), 16);
  }

  #number(): void {
    const start = this.#at;
    if (this.#bytes[this.#at] === minus) {
      this.#at += 1;
    }
    const first = this.#at;
    this.#digits(start);
    if (this.#bytes[first] === 0x30 && this.#at - first > 1) {
      throw this.#malformed("bad number", start);
    }
    if (this.#bytes[this.#at] === 0x2e) {
      this.#at += 1;
      this.#digits(start);
    }
    const byte = this.#bytes[this.#at];
    if (byte === 0x65 || byte === 0x45) {
      this.#at += 1;
      const sign = this.#bytes[this.#at];
      if (sign === minus || sign === 0x2b) {
        this.#at += 1;
      }
      this.#digits(start);
    }
  }

  #digits(start: number): void {
    if (!isDigit(this.#bytes[this.#at])) {
      throw this.#at >= this.#bytes.length
        ? this.#problem("bad number")
        : this.#malformed("bad number", start);
    }
    while (isDigit(this.#bytes[this.#at])) {
      this.#at += 1;
    }
  }

  #keyword(): void {
    for (const keyword of keywords) {
      const end = Math.min(this.#at + keyword.length, this.#bytes.length);
      if (this.#bytes.compare(keyword, 0, keyword.length, this.#at, end) === 0) {
        this.#at += keyword.length;
        return;
      }
    }
    const rest = this.#bytes.toString("latin1", this.#at, this.#at + 32);
    const word = /^[A-Za-z_]\w*/u.exec(rest)?.[0];
    if (word !== undefined) {
      throw this.#malformed(`unknown keyword "${word}"`, this.#at + word.length);
    }
    throw this.#problem(rest === "" ? "unexpected end of input" : `misplaced ${rest.slice(0, 1)}`);
  }
}
