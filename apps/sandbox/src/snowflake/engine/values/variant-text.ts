import { EngineError } from "./problem.ts";

const deepestNesting = 1000;
const mostDigits = 38;

/** 100069: a text that is no JSON, or not JSON that a VARIANT can hold. */
function jsonError(reason: string, at: number): EngineError {
  const message = `Error parsing JSON: ${reason}, pos ${at + 1}`;
  return new EngineError({ code: "100069", sqlState: "22P02", message });
}

/**
 * Answers the text under which a JSON document is kept: no blanks, keys in their order, each number with its digits.
 *
 * A number of up to 38 digits stays as written; one with an exponent or with more digits becomes a double, which
 * bears an exponent here. Answers undefined for blank text. Throws 100069 for text that is no JSON, for a key that
 * occurs twice, for half of a surrogate pair, and for numbers beyond a double.
 */
export function canonicalVariant(json: string): string | undefined {
  const reader = new JsonReader(json);
  return reader.document();
}

/** Writes a kept number: digits as they are, doubles as their shortest text with an exponent. */
export function canonicalNumber(text: string): string | undefined {
  const [, sign = "", whole = "", fraction = "", exponent = ""] =
    /^(-?)([0-9]+)(?:\.([0-9]+))?([eE][+-]?[0-9]+)?$/.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  if (exponent === "" && digits.length <= mostDigits && fraction.length < mostDigits) {
    return digits === "" && sign === "-" ? text.slice(1) : text;
  }
  const double = Number(text);
  return Number.isFinite(double) ? double.toExponential() : undefined;
}

class JsonReader {
  readonly #json: string;
  #at = 0;
  #depth = 0;

  constructor(json: string) {
    this.#json = json;
  }

  document(): string | undefined {
    this.#skipBlank();
    if (this.#at === this.#json.length) return undefined;
    const value = this.#value();
    this.#skipBlank();
    if (this.#at < this.#json.length) throw jsonError("more than one document in the input", this.#at);
    return value;
  }

  #value(): string {
    this.#skipBlank();
    const first = this.#json.charAt(this.#at);
    if (first === "{") return this.#nested(() => this.#object());
    if (first === "[") return this.#nested(() => this.#array());
    if (first === '"') return this.#text();
    return first === "-" || (first >= "0" && first <= "9") ? this.#number() : this.#keyword();
  }

  #nested(read: () => string): string {
    this.#depth += 1;
    if (this.#depth > deepestNesting) throw jsonError("document is nested too deeply", this.#at);
    this.#at += 1;
    const value = read();
    this.#depth -= 1;
    return value;
  }

  #object(): string {
    const entries = new Map<string, string>();
    if (this.#skips("}")) return "{}";
    do {
      this.#skipBlank();
      const start = this.#at;
      if (this.#json.charAt(start) !== '"') throw jsonError("missing object attribute name", start);
      const key = this.#text();
      if (entries.has(key)) throw jsonError(`duplicate object attribute ${key}`, start);
      if (!this.#skips(":")) throw jsonError("missing colon", this.#at);
      entries.set(key, this.#value());
    } while (this.#skips(","));
    if (!this.#skips("}")) throw jsonError("incomplete object value", this.#at);
    const sorted = [...entries].sort(([left], [right]) => (left < right ? -1 : 1));
    return `{${sorted.map(([key, value]) => `${key}:${value}`).join(",")}}`;
  }

  #array(): string {
    const items: string[] = [];
    if (this.#skips("]")) return "[]";
    do items.push(this.#value());
    while (this.#skips(","));
    if (!this.#skips("]")) throw jsonError("incomplete array value", this.#at);
    return `[${items.join(",")}]`;
  }

  #text(): string {
    const start = this.#at;
    const end = textEnd(this.#json, start);
    if (end === undefined) throw jsonError("unfinished string", this.#json.length);
    this.#at = end;
    const text = this.#json.slice(start, end);
    if (!text.includes("\\") && !hasControl(text) && text.isWellFormed()) return text;
    return rewritten(text, start);
  }

  #number(): string {
    const pattern = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#json)?.[0];
    if (text === undefined) throw jsonError("misplaced -", this.#at);
    const number = canonicalNumber(text);
    if (number === undefined) throw jsonError(`number ${text} is out of range`, this.#at);
    this.#at += text.length;
    return number;
  }

  #keyword(): string {
    const pattern = /[A-Za-z0-9_]+/y;
    pattern.lastIndex = this.#at;
    const word = pattern.exec(this.#json)?.[0];
    if (word === "true" || word === "false" || word === "null") {
      this.#at += word.length;
      return word;
    }
    if (this.#at >= this.#json.length) throw jsonError("incomplete value", this.#at);
    const found =
      word === undefined ? `misplaced ${this.#json.charAt(this.#at)}` : `unknown keyword "${word}"`;
    throw jsonError(found, this.#at);
  }

  #skips(character: string): boolean {
    this.#skipBlank();
    if (this.#json.charAt(this.#at) !== character) return false;
    this.#at += 1;
    return true;
  }

  #skipBlank(): void {
    while (" \t\n\r".includes(this.#json.charAt(this.#at)) && this.#at < this.#json.length) this.#at += 1;
  }
}

/** Answers where the text that begins with a quote at `start` ends, after its quote. */
export function textEnd(json: string, start: number): number | undefined {
  for (let at = start + 1; ; ) {
    const quote = json.indexOf('"', at);
    if (quote < 0) return undefined;
    let before = quote;
    while (json.charCodeAt(before - 1) === 0x5c) before -= 1;
    if ((quote - before) % 2 === 0) return quote + 1;
    at = quote + 1;
  }
}

function hasControl(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

function rewritten(text: string, start: number): string {
  const value = decoded(text, start);
  if (!value.isWellFormed()) throw jsonError("invalid UTF-16 surrogate", start);
  return JSON.stringify(value);
}

function decoded(text: string, start: number): string {
  try {
    return String(JSON.parse(text));
  } catch {
    throw jsonError("invalid character or escape in string", start);
  }
}

/** Writes a kept value as results show it: indented, with doubles to fifteen decimals. */
export function displayedVariant(text: string): string {
  return rendered(text, { indented: true });
}

/** Writes a kept value as one line, as TO_JSON does. */
export function compactVariant(text: string): string {
  return text.includes("e") ? rendered(text, { indented: false }) : text;
}

function rendered(text: string, style: { readonly indented: boolean }): string {
  const out: string[] = [];
  let depth = 0;
  for (let at = 0; at < text.length; ) {
    const end = pieceEnd(text, at);
    const piece = text.slice(at, end);
    const closes = piece === "}" || piece === "]";
    if (closes) depth -= 1;
    const line = style.indented ? `\n${"  ".repeat(depth)}` : "";
    const isFirst = at > 0 && "{[".includes(text.charAt(at - 1));
    if (closes !== isFirst) out.push(line);
    if (piece === "{" || piece === "[") depth += 1;
    out.push(renderedPiece(piece, style), piece === "," ? line : "");
    at = end;
  }
  return out.join("");
}

/** A piece is a text, a mark or anything else up to a mark. */
function pieceEnd(text: string, at: number): number {
  const piece = /"|[{}[\],:]|[^"{}[\],:]+/y;
  piece.lastIndex = at;
  const first = piece.exec(text)?.[0] ?? "";
  return first === '"' ? (textEnd(text, at) ?? text.length) : at + first.length;
}

function renderedPiece(piece: string, style: { readonly indented: boolean }): string {
  if (piece === ":") return style.indented ? ": " : ":";
  return /^-?[0-9].*e/.test(piece) ? displayedDouble(Number(piece)) : piece;
}

/** Writes a double within a VARIANT: fifteen decimals, and an exponent of two digits or more. */
function displayedDouble(value: number): string {
  return value.toExponential(15).replace(/e([+-])([0-9])$/, "e$10$2");
}
