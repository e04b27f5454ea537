import { parseExact } from "@chorale/singer";
import type { Token } from "stream-json/parser.js";

/** Something that a body holds: an object or a list that is being built. */
interface Frame {
  readonly object: Record<string, unknown> | undefined;
  readonly list: unknown[] | undefined;
  /** Whether the frame is the list of records, whose items are handed out. */
  readonly isRecords: boolean;
  key: string;
}

/** What a builder is told. */
export interface PageBuilderOptions {
  /** The names that lead to the list of records; none when the body is the list. */
  readonly path: readonly string[];
  /** Keeps numbers that a double cannot hold as they were written. */
  readonly exactNumbers: boolean;
}

/** Builds the records of a page, and all of its body but them, from the tokens of a parser. */
export class PageBuilder {
  readonly #options: PageBuilderOptions;
  readonly #frames: Frame[] = [];
  #records: unknown[] = [];
  #body: unknown;
  #found = false;

  constructor(options: PageBuilderOptions) {
    this.#options = options;
  }

  /** Whether the list of records, or what may stand in its place, was met. */
  get found(): boolean {
    return this.#found;
  }

  /** The body without its records; the list is there, and empty. */
  get body(): unknown {
    return this.#body;
  }

  /** Hands out the records that were finished since the last call. */
  takeRecords(): readonly unknown[] {
    const taken = this.#records;
    this.#records = [];
    return taken;
  }

  accept(token: Token): void {
    if (token.name === "startObject") this.#open({ object: {}, list: undefined });
    else if (token.name === "startArray") this.#open({ object: undefined, list: [] });
    else if (token.name === "endObject" || token.name === "endArray") this.#close();
    else if (token.name === "keyValue") this.#setKey(token.value);
    else if (token.name === "numberValue") this.#attach(numberOf(token.value, this.#options));
    else if (token.name === "nullValue") this.#acceptNull();
    else if ("value" in token) this.#attach(token.value);
  }

  #open(container: Pick<Frame, "object" | "list">): void {
    const isRecords = container.list !== undefined && this.#isRecordsHere();
    this.#found ||= isRecords;
    this.#frames.push({ ...container, isRecords, key: "" });
  }

  #close(): void {
    const { object, list } = this.#frames.pop() ?? {};
    if (object === undefined || !this.#isRecordsHere()) this.#attach(object ?? list);
    else {
      // A single object in place of the list is a list of one.
      this.#found = true;
      this.#records.push(object);
    }
  }

  #setKey(key: string): void {
    const frame = this.#frames.at(-1);
    if (frame !== undefined) frame.key = key;
  }

  #acceptNull(): void {
    // In place of the list it stands for no records.
    this.#found ||= this.#isRecordsHere();
    this.#attach(null);
  }

  #attach(value: unknown): void {
    const parent = this.#frames.at(-1);
    if (parent === undefined) this.#body = value;
    else if (parent.isRecords) this.#records.push(value);
    else if (parent.list !== undefined) parent.list.push(value);
    else if (parent.object !== undefined) setOwn(parent.object, { key: parent.key, value });
  }

  #isRecordsHere(): boolean {
    const { path } = this.#options;
    return (
      this.#frames.length === path.length &&
      this.#frames.every((frame, depth) => frame.object !== undefined && frame.key === path[depth])
    );
  }
}

/** A key named `__proto__` is a property like any other, as it is for `JSON.parse`. */
function setOwn(object: Record<string, unknown>, { key, value }: { key: string; value: unknown }): void {
  if (key !== "__proto__") object[key] = value;
  else Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

function numberOf(text: string, { exactNumbers }: PageBuilderOptions): unknown {
  return exactNumbers ? parseExact(text) : Number(text);
}
