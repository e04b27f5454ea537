/** Takes an item of a list, as the bytes that it was written in. They may be overwritten afterwards. */
export type TakeItem = (list: string, item: Buffer) => void;

/** What a cutter cuts. */
export interface CutterOptions {
  /** Dotted paths of lists; `""` when the document is the list. */
  readonly lists: readonly string[];
  readonly take: TakeItem;
  /** A longer item is refused. */
  readonly maxItemBytes: number;
}

/** Something that is open outside the lists. */
interface Frame {
  /** Of an object the last key, of a list an empty text. */
  key: string;
}

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openList = 0x5b;
const backslash = 0x5c;
const closeList = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;
const maxKeyBytes = 1024;

/**
 * Cuts the items of lists out of a JSON document that arrives in pieces, without parsing them: only brackets, commas and
 * strings are looked at. Whoever parses the items finds out whether they are JSON.
 */
export class JsonListCutter {
  readonly #options: CutterOptions;
  readonly #paths: ReadonlySet<string>;
  readonly #frames: Frame[] = [];
  readonly #found = new Set<string>();
  #depth = 0;
  #isBegun = false;
  #inString = false;
  #isEscaped = false;
  /** The last text outside the lists: a colon after it makes it a key. */
  #text = "";
  /** The list that is being cut, and how deep its items are. */
  #list: string | undefined;
  #listDepth = 0;
  /** Where the item begins in this piece, and what of it came in pieces before. */
  #start = 0;
  #carry: Buffer[] = [];
  #itemBytes = 0;

  constructor(options: CutterOptions) {
    this.#options = options;
    this.#paths = new Set(options.lists);
  }

  /** Whether there was anything at the path, a null included. */
  found(list: string): boolean {
    return this.#found.has(list);
  }

  /** Hands out each item that ends in this piece. Throws a `RangeError` for one that is too long. */
  push(piece: Uint8Array): void {
    const bytes = Buffer.isBuffer(piece)
      ? piece
      : Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    this.#start = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      if (this.#inString) this.#inside(byte);
      else if (byte === quote) this.#beginString();
      else if (byte >= comma) this.#outside(byte, { bytes, at });
    }
    if (this.#list !== undefined) this.#keep(bytes.subarray(this.#start));
  }

  /** Throws a `SyntaxError` when the document is not at its end. */
  end(): void {
    if (this.#isBegun && this.#depth === 0 && !this.#inString) return;
    throw new SyntaxError("the document ends before its last bracket");
  }

  #beginString(): void {
    this.#inString = true;
    this.#text = "";
  }

  #inside(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === backslash) this.#isEscaped = true;
    else if (byte === quote) {
      this.#inString = false;
      return;
    }
    if (this.#list === undefined && this.#text.length < maxKeyBytes) this.#text += String.fromCharCode(byte);
  }

  #outside(byte: number, place: { bytes: Buffer; at: number }): void {
    if (byte === openObject || byte === openList) this.#open(byte === openObject, place.at);
    else if (byte === closeObject || byte === closeList) this.#close(place);
    else if (byte === comma && this.#depth === this.#listDepth) this.#cut(place);
    else if (byte === colon && this.#list === undefined) this.#setKey();
  }

  #open(isObject: boolean, at: number): void {
    this.#isBegun = true;
    this.#depth += 1;
    if (this.#list !== undefined) return;
    const path = this.#path();
    this.#frames.push({ key: "" });
    if (isObject || !this.#paths.has(path)) return;
    this.#found.add(path);
    this.#list = path;
    this.#listDepth = this.#depth;
    this.#start = at + 1;
  }

  #close(place: { bytes: Buffer; at: number }): void {
    const isListsEnd = this.#list !== undefined && this.#depth === this.#listDepth;
    if (isListsEnd) this.#cut(place);
    this.#depth -= 1;
    if (isListsEnd) {
      this.#list = undefined;
      this.#listDepth = 0;
    }
    if (this.#list === undefined) this.#frames.pop();
  }

  #setKey(): void {
    const frame = this.#frames.at(-1);
    if (frame === undefined) return;
    frame.key = this.#text;
    const path = this.#path();
    if (this.#paths.has(path)) this.#found.add(path);
  }

  /** The dotted path of what comes next. A list on the way has an empty name, so nothing in it is ever looked for. */
  #path(): string {
    return this.#frames.map(({ key }) => key).join(".");
  }

  #cut({ bytes, at }: { bytes: Buffer; at: number }): void {
    const list = this.#list;
    if (list === undefined) return;
    const end = bytes.subarray(this.#start, at);
    this.#start = at + 1;
    this.#count(end);
    const item = this.#carry.length === 0 ? end : Buffer.concat([...this.#carry, end]);
    this.#carry = [];
    this.#itemBytes = 0;
    if (!isBlank(item)) this.#options.take(list, item);
  }

  #keep(rest: Buffer): void {
    this.#count(rest);
    // The piece may be written to again.
    if (rest.length > 0) this.#carry.push(Buffer.from(rest));
  }

  #count(part: Buffer): void {
    this.#itemBytes += part.length;
    if (this.#itemBytes <= this.#options.maxItemBytes) return;
    throw new RangeError(`more than ${this.#options.maxItemBytes} bytes in one record`);
  }
}

/** An empty list has no item, but there may be blanks between its brackets. */
function isBlank(item: Buffer): boolean {
  return item.every((byte) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09);
}
