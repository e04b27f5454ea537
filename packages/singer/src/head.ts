import type { Message } from "./messages.ts";

/** The types of message that the protocol knows, as they are written on the wire. */
export type MessageType = Message["type"];

/** What the first bytes of a line tell of its message. */
export interface MessageHead {
  readonly type: MessageType;
  /** The stream's name; `""` for a STATE. */
  readonly stream: string;
  /**
   * The offset of the record's opening `{` in the line, for a RECORD. -1 for any other message, and for a
   * RECORD whose record was not found in the first bytes or is no object: such a line must not be passed
   * on as it is but parsed by `parseMessage`, which reads it or says what is wrong with it.
   */
  readonly recordStart: number;
}

/** A head that was read before, with the bytes that made it. */
interface Memo {
  readonly head: MessageHead;
  readonly name: Buffer;
  /** The line's bytes up to and with the record's `{`; empty where the head has no record. */
  readonly prefix: Buffer;
}

const messageTypes: readonly MessageType[] = ["RECORD", "STATE", "SCHEMA", "ACTIVATE_VERSION", "BATCH"];
const spelledTypes = messageTypes.map((type) => ({ type, lowerCase: Buffer.from(type.toLowerCase()) }));
const stateHead: MessageHead = Object.freeze({ type: "STATE", stream: "", recordStart: -1 });
const noBytes = Buffer.alloc(0);

const typeKey = Buffer.from("type");
const streamKey = Buffer.from("stream");
const recordKey = Buffer.from("record");

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const backslash = 0x5c;
const openingBrace = 0x7b;

/** As many bytes of a line as are looked at. */
const headBytes = 1024;
/** Heads that are kept, by a hash of the stream's name. A tap with more streams only makes some heads anew. */
const memoSlots = 1024;

/**
 * Finds type, stream and the place of the record in the first bytes of a line, without parsing it.
 *
 * It reads what real taps write: any spacing, `type`, `stream` and scalars in any order before `record`,
 * types in any case. It answers `undefined` where only a parser can tell: an escape in a key or a name,
 * `record` before `stream`, an unknown type, what is no JSON. It never throws, and what it answers is what
 * `JSON.parse` says of a valid line, but for a top-level key that comes twice: the last of the line counts
 * there, the last of those before `record` here. A head does not vouch for the rest of its line. Heads of
 * streams that were seen before are handed out again, not made anew.
 *
 * @example
 * ```ts
 * new HeadReader().read(Buffer.from('{"type":"RECORD","stream":"users","record":{"id":1}}'));
 * // { type: "RECORD", stream: "users", recordStart: 43 }
 * ```
 */
export class HeadReader {
  readonly #memos: (Memo | undefined)[] = Array.from({ length: memoSlots }, () => undefined);
  /** The last head: most lines begin like the line before. */
  #last: Memo = { head: stateHead, name: noBytes, prefix: noBytes };

  #line: Buffer = noBytes;
  #at = 0;
  #end = 0;
  #textStart = 0;
  #textEnd = 0;
  #type: MessageType | undefined;
  #nameStart = 0;
  #nameEnd = 0;

  /** Answers the head of a line without its line break, or undefined when the line must be parsed. */
  read(line: Buffer): MessageHead | undefined {
    if (beginsWith(line, this.#last.prefix)) return this.#last.head;
    this.#line = line;
    this.#at = 0;
    this.#end = Math.min(line.length, headBytes);
    this.#type = undefined;
    this.#nameStart = 0;
    this.#nameEnd = 0;
    const head = this.#scan();
    this.#line = noBytes;
    return head;
  }

  #scan(): MessageHead | undefined {
    if (!this.#take(openingBrace)) return undefined;
    while (this.#takeText()) {
      if (this.#isText(recordKey)) return this.#take(colon) ? this.#recordHead() : undefined;
      if (!this.#takeValue() || this.#isKnown() || !this.#take(comma)) break;
    }
    return this.#headSoFar(-1);
  }

  /** Whether nothing that follows can change the head. */
  #isKnown(): boolean {
    if (this.#type === "STATE") return true;
    return this.#type !== undefined && this.#type !== "RECORD" && this.#nameEnd > this.#nameStart;
  }

  #recordHead(): MessageHead | undefined {
    this.#skipSpace();
    return this.#headSoFar(this.#line[this.#at] === openingBrace && this.#type === "RECORD" ? this.#at : -1);
  }

  #headSoFar(recordStart: number): MessageHead | undefined {
    if (this.#type === "STATE") return stateHead;
    if (this.#type === undefined || this.#nameEnd === this.#nameStart) return undefined;
    return this.#remembered(this.#type, recordStart);
  }

  /** Takes the value of the key that was taken last. */
  #takeValue(): boolean {
    if (this.#isText(typeKey)) {
      if (!this.#take(colon) || !this.#takeText()) return false;
      this.#type = this.#knownType();
      return this.#type !== undefined;
    }
    if (this.#isText(streamKey)) {
      if (!this.#take(colon) || !this.#takeText()) return false;
      this.#nameStart = this.#textStart;
      this.#nameEnd = this.#textEnd;
      return true;
    }
    return this.#take(colon) && (this.#takeText() || this.#takeWord());
  }

  /** Takes a JSON string without escapes, and remembers where its text is. */
  #takeText(): boolean {
    if (!this.#take(quote)) return false;
    const line = this.#line;
    let at = this.#at;
    const start = at;
    for (let byte = line[at]; byte !== quote; byte = line[at]) {
      // A raw control character is no JSON; an escape needs a parser.
      if (byte === undefined || byte < 0x20 || byte === backslash || at >= this.#end) return false;
      at += 1;
    }
    this.#textStart = start;
    this.#textEnd = at;
    this.#at = at + 1;
    return true;
  }

  /** Takes a number, `true`, `false` or `null`. */
  #takeWord(): boolean {
    const start = this.#at;
    while (this.#at < this.#end && isWordByte(this.#line[this.#at] ?? 0)) this.#at += 1;
    return this.#at > start;
  }

  #take(byte: number): boolean {
    this.#skipSpace();
    if (this.#at >= this.#end || this.#line[this.#at] !== byte) return false;
    this.#at += 1;
    return true;
  }

  #skipSpace(): void {
    while (this.#at < this.#end && isSpace(this.#line[this.#at] ?? 0)) this.#at += 1;
  }

  #isText(expected: Buffer): boolean {
    if (this.#textEnd - this.#textStart !== expected.length) return false;
    for (let index = 0; index < expected.length; index += 1) {
      if (this.#line[this.#textStart + index] !== expected[index]) return false;
    }
    return true;
  }

  #knownType(): MessageType | undefined {
    for (const { type, lowerCase } of spelledTypes) {
      if (this.#isTextInAnyCase(lowerCase)) return type;
    }
    return undefined;
  }

  #isTextInAnyCase(lowerCase: Buffer): boolean {
    if (this.#textEnd - this.#textStart !== lowerCase.length) return false;
    for (let index = 0; index < lowerCase.length; index += 1) {
      const byte = this.#line[this.#textStart + index] ?? 0;
      const lower = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
      if (lower !== lowerCase[index]) return false;
    }
    return true;
  }

  #remembered(type: MessageType, recordStart: number): MessageHead {
    const slot = this.#nameHash() % memoSlots;
    const known = this.#memos[slot];
    const sameName = known !== undefined && this.#isName(known.name);
    if (sameName && known.head.type === type && known.head.recordStart === recordStart) {
      this.#last = known;
      return known.head;
    }
    const name = sameName ? known.name : Buffer.from(this.#line.subarray(this.#nameStart, this.#nameEnd));
    const stream = sameName ? known.head.stream : name.toString();
    const prefix = Buffer.from(this.#line.subarray(0, recordStart + 1));
    const memo: Memo = { head: Object.freeze({ type, stream, recordStart }), name, prefix };
    this.#memos[slot] = memo;
    this.#last = memo;
    return memo.head;
  }

  #nameHash(): number {
    let hash = 0;
    for (let at = this.#nameStart; at < this.#nameEnd; at += 1) {
      hash = (Math.imul(hash, 31) + (this.#line[at] ?? 0)) >>> 0;
    }
    return hash;
  }

  #isName(name: Buffer): boolean {
    if (this.#nameEnd - this.#nameStart !== name.length) return false;
    for (let index = 0; index < name.length; index += 1) {
      if (this.#line[this.#nameStart + index] !== name[index]) return false;
    }
    return true;
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

/** Letters, digits and the signs that numbers are written with. */
function isWordByte(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e ||
    byte === 0x45
  );
}

/** Compared from the end, where the prefixes of two streams differ first. */
function beginsWith(line: Buffer, prefix: Buffer): boolean {
  if (prefix.length === 0 || line.length < prefix.length) return false;
  for (let index = prefix.length - 1; index >= 0; index -= 1) {
    if (line[index] !== prefix[index]) return false;
  }
  return true;
}
