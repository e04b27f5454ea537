import { parseExact, rawNumber } from "@chorale/singer";

/** How deep lists and maps may lie in each other. */
const maxDepth = 100;
const space = /(?:\s|\\\n)*/y;
const numberPattern =
  /[+-]?\s*(?:0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)/y;
const wordPattern = /(?:None|True|False)(?!\w)/y;
const stringStart = /[rRuU]?("""|'''|"|')/y;
const words: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["None", null],
  ["True", true],
  ["False", false],
]);
const escapes: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["b", "\b"],
  ["f", "\f"],
  ["v", "\v"],
  ["a", "\u0007"],
  ["0", "\0"],
  ["\n", ""],
]);

/**
 * Reads a literal of Python, as Meltano takes them where JSON is wanted: texts in either quotes, numbers, `None`,
 * `True`, `False`, and lists, tuples, sets and dicts of them. Numbers keep their digits. Throws `SyntaxError` for
 * anything else; nothing is ever evaluated.
 *
 * @example
 * ```ts
 * parsePythonLiteral("['a', {'b': (1, None)}]"); // ["a", { b: [1, null] }]
 * ```
 */
export function parsePythonLiteral(text: string): unknown {
  const reader = new LiteralReader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class LiteralReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): unknown {
    if (depth > maxDepth) throw new SyntaxError("too deep");
    this.#skip();
    const character = this.#text[this.#at];
    if (character === "[") return this.#list("]", depth).items;
    if (character === "(") return this.#tuple(depth);
    if (character === "{") return this.#dict(depth);
    const word = this.#take(wordPattern);
    if (word !== undefined) return words.get(word);
    return this.#strings() ?? this.#number();
  }

  end(): void {
    this.#skip();
    if (this.#at < this.#text.length) throw this.#unexpected();
  }

  #list(close: string, depth: number): { items: unknown[]; endsWithComma: boolean } {
    this.#at += 1;
    const items: unknown[] = [];
    let endsWithComma = false;
    while (!this.#closes(close)) {
      items.push(this.value(depth + 1));
      endsWithComma = this.#separate(close);
    }
    return { items, endsWithComma };
  }

  /** `(x)` is x, and `(x,)` a tuple. */
  #tuple(depth: number): unknown {
    const { items, endsWithComma } = this.#list(")", depth);
    return items.length === 1 && !endsWithComma ? items[0] : items;
  }

  #dict(depth: number): unknown {
    const from = this.#at;
    this.#at += 1;
    const entries: [string, unknown][] = [];
    while (!this.#closes("}")) {
      const key = this.value(depth + 1);
      this.#skip();
      if (this.#text[this.#at] !== ":") {
        if (entries.length > 0) throw this.#unexpected();
        this.#at = from;
        return this.#list("}", depth).items;
      }
      this.#at += 1;
      entries.push([this.#keyText(key), this.value(depth + 1)]);
      this.#separate("}");
    }
    return Object.fromEntries(entries);
  }

  #keyText(key: unknown): string {
    if (typeof key === "string") return key;
    if (typeof key === "number") return String(key);
    throw this.#unexpected();
  }

  #closes(close: string): boolean {
    this.#skip();
    if (this.#text[this.#at] !== close) return false;
    this.#at += 1;
    return true;
  }

  #separate(close: string): boolean {
    this.#skip();
    const isComma = this.#text[this.#at] === ",";
    if (isComma) this.#at += 1;
    else if (this.#text[this.#at] !== close) throw this.#unexpected();
    return isComma;
  }

  /** Texts that stand beside each other are one. */
  #strings(): string | undefined {
    let all: string | undefined;
    for (let next = this.#string(); next !== undefined; next = this.#string()) {
      all = (all ?? "") + next;
      this.#skip();
    }
    return all;
  }

  #string(): string | undefined {
    const start = this.#take(stringStart);
    if (start === undefined) return undefined;
    const quote = start.endsWith(start.slice(-1).repeat(3)) ? start.slice(-3) : start.slice(-1);
    const from = this.#at;
    while (!this.#text.startsWith(quote, this.#at)) {
      if (this.#at >= this.#text.length) throw this.#unexpected();
      if (quote.length === 1 && this.#text[this.#at] === "\n") throw this.#unexpected();
      this.#at += this.#text[this.#at] === "\\" ? 2 : 1;
    }
    const raw = this.#text.slice(from, this.#at);
    this.#at += quote.length;
    return /^r/i.test(start) ? raw : unescaped(raw);
  }

  #number(): unknown {
    const source = this.#take(numberPattern)?.replaceAll(/[\s_]/g, "");
    if (source === undefined) throw this.#unexpected();
    const value = numberOf(source);
    if (value === undefined) throw this.#unexpected();
    return value;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text)?.[0];
    this.#at += match?.length ?? 0;
    return match;
  }

  #skip(): void {
    this.#take(space);
  }

  #unexpected(): SyntaxError {
    return new SyntaxError(`not a literal at ${this.#at}`);
  }
}

function unescaped(raw: string): string {
  return raw.replaceAll(
    /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|([\s\S]))/g,
    (all, four?: string, eight?: string, two?: string, other: string = "") => {
      const code = four ?? eight ?? two;
      if (code !== undefined) return characterOf(code);
      return escapes.get(other) ?? (/["'\\]/.test(other) ? other : all);
    },
  );
}

function characterOf(hex: string): string {
  const code = Number.parseInt(hex, 16);
  if (code > 0x10ffff) throw new SyntaxError("not a character");
  return String.fromCodePoint(code);
}

/**
 * Reads a number as people write it: with a sign, `.5`, `1.` or `0x1f` as well. Answers a number that keeps its
 * digits; undefined when it is none.
 */
export function numberOf(source: string): unknown {
  const [, sign = "", digits = ""] = /^([+-]?)(.*)$/.exec(source) ?? [];
  const minus = sign === "-" ? "-" : "";
  if (/^0[xob]/i.test(digits)) return parseExact(`${minus}${BigInt(digits)}`);
  const match = /^(\d*)(\.\d*)?(?:e([+-]?\d+))?$/i.exec(digits);
  if (match === null || !/\d/.test(digits)) return undefined;
  const [, whole = "", fraction = "", exponent] = match;
  const plain = whole.replace(/^0+(?=\d)/, "") || "0";
  const rest = `${fraction.length > 1 ? fraction : ""}${exponent === undefined ? "" : `e${exponent}`}`;
  const text = `${minus}${plain}${rest}`;
  return text.startsWith("-") && Number(text) === 0 ? rawNumber(text) : parseExact(text);
}
