import { isUtf8 } from "node:buffer";
import { TextDecoder } from "node:util";
import { problems } from "../problems.ts";
import type { CsvFormat } from "./format-options.ts";
import type { ReadRow } from "./loaded-rows.ts";

const byteOrderMark = "\uFEFF";

/** Reads a file's CSV records. A field that is NULL by the format is null. After a broken record the rest is lost. */
export async function* csvRows(chunks: AsyncIterable<Buffer>, format: CsvFormat): AsyncGenerator<ReadRow[]> {
  const reader = new CsvReader(format);
  const decoder = new TextDecoder("utf-8", { fatal: !format.replaceInvalid, ignoreBOM: true });
  let isFirst = true;
  for await (const chunk of chunks) {
    const text = decoded(decoder, chunk, { stream: true });
    const isMarked = isFirst && format.skipByteOrderMark && text.startsWith(byteOrderMark);
    isFirst = isFirst && text === "";
    yield reader.read(isMarked ? text.slice(1) : text, { isLast: false });
  }
  yield reader.read(decoded(decoder, Buffer.alloc(0), { stream: false }), { isLast: true });
}

function decoded(decoder: TextDecoder, chunk: Buffer, options: { stream: boolean }): string {
  try {
    return decoder.decode(chunk, options);
  } catch {
    const text = chunk.toString("latin1").slice(0, 50);
    throw problems.failed(
      "100144",
      "22000",
      `Invalid UTF8 detected in ${isUtf8(chunk) ? "file" : "string"} '${text}'`,
    );
  }
}

class CsvReader {
  readonly #format: CsvFormat;
  #text = "";
  #line = 1;
  #skipped = 0;
  #isBroken = false;

  constructor(format: CsvFormat) {
    this.#format = format;
  }

  read(text: string, { isLast }: { isLast: boolean }): ReadRow[] {
    this.#text += text;
    const rows: ReadRow[] = [];
    let start = 0;
    while (start < this.#text.length && !this.#isBroken) {
      const record = this.#record(start, { isLast });
      if (record === undefined) break;
      this.#take(record.row, rows);
      this.#line += this.#text.slice(start, record.end).split("\n").length - 1;
      start = record.end;
    }
    this.#text = this.#text.slice(start);
    return rows;
  }

  #take(row: ReadRow, rows: ReadRow[]): void {
    if (this.#skipped < this.#format.skipHeader) {
      this.#skipped += 1;
      return;
    }
    const isBlank = "fields" in row && row.fields.length === 1 && (row.fields[0] ?? "") === "";
    if (!(isBlank && this.#format.skipBlankLines)) rows.push(row);
  }

  /** Reads the record that begins at `start`; undefined when more text may belong to it. */
  #record(start: number, { isLast }: { isLast: boolean }): { row: ReadRow; end: number } | undefined {
    const fields: (string | null)[] = [];
    for (let at = start; ; ) {
      const field = this.#field(at);
      if (field === "broken") return { row: this.#broken(start, at), end: this.#text.length };
      if (field === undefined || (!isLast && field.end >= this.#text.length)) {
        if (!isLast) return undefined;
        return { row: this.#broken(start, at), end: this.#text.length };
      }
      fields.push(field.value);
      if (!field.isLastOfRecord) at = field.end;
      else return { row: { fields }, end: field.end };
    }
  }

  #broken(start: number, at: number): ReadRow {
    this.#isBroken = true;
    const quoteText = this.#format.enclosedBy ?? "";
    return {
      problem: problems.failed(
        "100066",
        "22000",
        `Found character '${this.#text.slice(at, at + 1)}' instead of field delimiter, or a field enclosed by '${quoteText}' that does not end`,
      ),
      line: this.#line,
      character: at - start + 1,
    };
  }

  #field(at: number): Field | "broken" | undefined {
    const { enclosedBy, trimSpace } = this.#format;
    const begin = trimSpace && enclosedBy !== null ? skipSpace(this.#text, at) : at;
    if (enclosedBy !== null && this.#text.startsWith(enclosedBy, begin))
      return this.#enclosed(begin, enclosedBy);
    return this.#bare(at);
  }

  #enclosed(at: number, mark: string): Field | "broken" | undefined {
    let value = "";
    for (let next = at + 1; ; ) {
      const character = this.#text.charAt(next);
      if (character === "") return undefined;
      if (character === this.#format.escape && character !== mark) {
        value += unescaped(this.#text.charAt(next + 1));
        next += 2;
      } else if (character !== mark) {
        value += character;
        next += 1;
      } else if (this.#text.charAt(next + 1) === mark) {
        value += mark;
        next += 2;
      } else {
        return this.#closed(this.#format.nullIf.includes(value) ? null : value, next + 1);
      }
    }
  }

  #closed(value: string | null, at: number): Field | "broken" {
    const { fieldDelimiter, trimSpace } = this.#format;
    const end = trimSpace ? skipSpace(this.#text, at) : at;
    if (this.#text.startsWith(fieldDelimiter, end)) {
      return { value, end: end + fieldDelimiter.length, isLastOfRecord: false };
    }
    const recordEnd = this.#recordEnd(end);
    if (recordEnd !== undefined) return { value, end: recordEnd, isLastOfRecord: true };
    return end >= this.#text.length ? { value, end, isLastOfRecord: true } : "broken";
  }

  #bare(at: number): Field {
    const { fieldDelimiter, escape: escapeMark, escapeUnenclosed } = this.#format;
    let value = "";
    for (let next = at; ; ) {
      const character = this.#text.charAt(next);
      if (character === "") return { value: this.#bareValue(value), end: next, isLastOfRecord: true };
      if (this.#text.startsWith(fieldDelimiter, next)) {
        return { value: this.#bareValue(value), end: next + fieldDelimiter.length, isLastOfRecord: false };
      }
      const recordEnd = this.#recordEnd(next);
      if (recordEnd !== undefined)
        return { value: this.#bareValue(value), end: recordEnd, isLastOfRecord: true };
      const isEscape = character === escapeMark || character === escapeUnenclosed;
      const isNullMark = isEscape && this.#format.nullIf.includes(this.#text.slice(next, next + 2));
      value += isEscape && !isNullMark ? unescaped(this.#text.charAt(next + 1)) : character;
      next += isEscape && !isNullMark ? 2 : 1;
    }
  }

  #bareValue(written: string): string | null {
    const value = this.#format.trimSpace ? written.trim() : written;
    if (this.#format.nullIf.includes(value)) return null;
    return value === "" && this.#format.emptyFieldAsNull ? null : value;
  }

  #recordEnd(at: number): number | undefined {
    const { recordDelimiter } = this.#format;
    if (this.#text.startsWith(recordDelimiter, at)) return at + recordDelimiter.length;
    if (recordDelimiter === "\n" && this.#text.startsWith("\r\n", at)) return at + 2;
    return undefined;
  }
}

interface Field {
  readonly value: string | null;
  readonly end: number;
  readonly isLastOfRecord: boolean;
}

function skipSpace(text: string, at: number): number {
  let next = at;
  while (text.charAt(next) === " ") next += 1;
  return next;
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", "0": "\0" };

function unescaped(character: string): string {
  return escapes[character] ?? character;
}
