import { syntaxError } from "../values/problem.ts";
import type { Token } from "../values/tokens.ts";
import { parseType, type SqlType } from "../values/types.ts";
import { isReserved } from "./reserved-words.ts";

/** A name as it was written: its parts, folded, from the database down. */
export type NameParts = readonly string[];

/** Walks over a statement's tokens. Whatever does not fit is 001003. */
export class Cursor {
  readonly tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.tokens.length;
  }

  peek(ahead = 0): Token | undefined {
    return this.tokens[this.#at + ahead];
  }

  next(): Token {
    const token = this.peek();
    if (token === undefined) throw syntaxError(undefined);
    this.#at += 1;
    return token;
  }

  /** Refuses the token that stands here. */
  unexpected(): Error {
    return syntaxError(this.peek());
  }

  expectEnd(): void {
    if (!this.isAtEnd) throw this.unexpected();
  }

  /** Whether these words come next. */
  sees(...words: readonly string[]): boolean {
    return words.every((word, index) => {
      const token = this.peek(index);
      return token?.kind === "word" && token.value === word;
    });
  }

  /** Takes these words if they come next, all of them. */
  takes(...words: readonly string[]): boolean {
    if (!this.sees(...words)) return false;
    this.#at += words.length;
    return true;
  }

  expect(...words: readonly string[]): void {
    for (const word of words) {
      if (!this.takes(word)) throw this.unexpected();
    }
  }

  /** Takes one of these words; answers it, or undefined. */
  takesOneOf(...words: readonly string[]): string | undefined {
    return words.find((word) => this.takes(word));
  }

  seesOperator(operator: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token?.kind === "operator" && token.text === operator;
  }

  takesOperator(operator: string): boolean {
    if (!this.seesOperator(operator)) return false;
    this.#at += 1;
    return true;
  }

  expectOperator(operator: string): void {
    if (!this.takesOperator(operator)) throw this.unexpected();
  }

  /** Takes one name, folded: a word in capitals, a quoted one as it is. */
  name(): string {
    const token = this.peek();
    if (!isName(token)) throw this.unexpected();
    this.#at += 1;
    return token.value;
  }

  /** Takes a name of up to `parts` parts between dots. */
  dottedName(parts = 3): NameParts {
    const names = [this.name()];
    while (names.length < parts && this.takesOperator(".")) {
      names.push(this.name());
    }
    return names;
  }

  text(): string {
    const token = this.peek();
    if (token?.kind !== "string") throw this.unexpected();
    this.#at += 1;
    return token.value;
  }

  /** Takes a type. */
  type(): SqlType {
    const { type, next } = parseType(this.tokens, this.#at);
    this.#at = next;
    return type;
  }

  wholeNumber(): number {
    const token = this.peek();
    if (token?.kind !== "number" || !/^\d{1,15}$/u.test(token.text)) throw this.unexpected();
    this.#at += 1;
    return Number(token.text);
  }

  /** Takes what stands in a pair of parentheses, which may hold others. */
  parenthesised(): readonly Token[] {
    this.expectOperator("(");
    const inner = this.takeUntil((token) => token.text === ")" && token.kind === "operator");
    this.expectOperator(")");
    return inner;
  }

  /** Takes tokens up to the first, outside of parentheses, that `ends` accepts, or up to the end. */
  takeUntil(ends: (token: Token, ahead: (count: number) => Token | undefined) => boolean): readonly Token[] {
    const start = this.#at;
    let depth = 0;
    for (let token = this.peek(); token !== undefined; token = this.peek()) {
      if (depth === 0 && ends(token, (count) => this.peek(count))) break;
      depth += depthChange(token);
      if (depth < 0) throw this.unexpected();
      this.#at += 1;
    }
    if (depth > 0) throw syntaxError(undefined);
    return this.tokens.slice(start, this.#at);
  }

  /** Takes tokens up to one of these words outside of parentheses, or up to the end; at least one. */
  takeUntilWord(...words: readonly string[]): readonly Token[] {
    return this.#some(this.takeUntil((token) => token.kind === "word" && words.includes(token.value)));
  }

  /** Takes tokens up to a comma or one of these words outside of parentheses, or up to the end; at least one. */
  takeItem(...words: readonly string[]): readonly Token[] {
    return this.#some(
      this.takeUntil(
        (token) =>
          (token.kind === "operator" && (token.text === "," || token.text === ")")) ||
          (token.kind === "word" && words.includes(token.value)),
      ),
    );
  }

  /** Reads a list between parentheses, one `item` after another. */
  list<Item>(item: () => Item): readonly Item[] {
    this.expectOperator("(");
    const items = [item()];
    while (this.takesOperator(",")) items.push(item());
    this.expectOperator(")");
    return items;
  }

  /** All that is left. */
  rest(): readonly Token[] {
    const tokens = this.tokens.slice(this.#at);
    this.#at = this.tokens.length;
    return tokens;
  }

  #some(tokens: readonly Token[]): readonly Token[] {
    if (tokens.length === 0) throw this.unexpected();
    return tokens;
  }
}

function isName(token: Token | undefined): token is Token {
  return token?.kind === "quoted" || (token?.kind === "word" && !isReserved(token.value));
}

function depthChange(token: Token): number {
  if (token.kind !== "operator") return 0;
  if (token.text === "(") return 1;
  return token.text === ")" ? -1 : 0;
}
