import { isUtf8 } from "node:buffer";
import { problems } from "../problems.ts";
import { EngineError } from "../values/problem.ts";
import { wholeLines } from "./file-bytes.ts";
import type { JsonFormat } from "./format-options.ts";
import { arrayItems, withoutDuplicates, withoutNulls } from "./json-rewriting.ts";
import { JsonProblem, JsonScanner } from "./json-scanner.ts";
import type { BrokenRow, ReadRow } from "./loaded-rows.ts";
import { type FieldPath, readFields } from "./path-fields.ts";

const largestDocument = 16_777_216;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Reads a file's JSON documents, one after another: each is a row, whose fields are what the paths lead to.
 *
 * After a broken document it goes on with the next line.
 */
export async function* jsonRows(
  chunks: AsyncIterable<Buffer>,
  options: { format: JsonFormat; paths: readonly FieldPath[] },
): AsyncGenerator<ReadRow[]> {
  const reader = new JsonReader(options);
  for await (const lines of wholeLines(chunks)) yield reader.read(lines, { isLast: false });
  yield reader.read(Buffer.alloc(0), { isLast: true });
}

class JsonReader {
  readonly #format: JsonFormat;
  readonly #paths: readonly FieldPath[];
  #pending: Buffer = Buffer.alloc(0);
  #line = 1;
  #isFirst = true;

  constructor({ format, paths }: { format: JsonFormat; paths: readonly FieldPath[] }) {
    this.#format = format;
    this.#paths = paths;
  }

  /** Reads the documents of a block that ends with a line. One that is not complete waits for the next block. */
  read(lines: Buffer, { isLast }: { isLast: boolean }): ReadRow[] {
    const block =
      this.#pending.length === 0 ? this.#clean(lines) : Buffer.concat([this.#pending, this.#clean(lines)]);
    this.#pending = Buffer.alloc(0);
    if (!this.#format.replaceInvalid && !isUtf8(block)) return this.#readDamaged(block, { isLast });
    return this.#readBlock(block, { isLast });
  }

  #clean(lines: Buffer): Buffer {
    let bytes = lines;
    if (this.#isFirst && bytes.length > 0) {
      this.#isFirst = false;
      const hasMark = this.#format.skipByteOrderMark && bytes.subarray(0, 3).equals(byteOrderMark);
      bytes = hasMark ? bytes.subarray(3) : bytes;
    }
    return this.#format.replaceInvalid && !isUtf8(bytes) ? Buffer.from(bytes.toString("utf8")) : bytes;
  }

  /** Reads lines one by one, because some of them are not UTF-8. */
  #readDamaged(block: Buffer, { isLast }: { isLast: boolean }): ReadRow[] {
    const rows: ReadRow[] = [];
    for (let start = 0; start < block.length; ) {
      const newline = block.indexOf(0x0a, start);
      const end = newline < 0 ? block.length : newline + 1;
      const line = block.subarray(start, end);
      if (isUtf8(line)) {
        rows.push(
          ...this.#readBlock(Buffer.concat([this.#pending, line]), {
            isLast: isLast && end === block.length,
          }),
        );
      } else {
        this.#pending = Buffer.alloc(0);
        rows.push(this.#invalidText(line));
        this.#line += 1;
      }
      start = end;
    }
    return rows;
  }

  #invalidText(line: Buffer): BrokenRow {
    const problem = problems.failed(
      "100146",
      "22000",
      `Invalid UTF8 detected in string '${line.toString("utf8").trimEnd().slice(0, 200)}'`,
    );
    return { problem, line: this.#line, character: 1 };
  }

  #readBlock(block: Buffer, { isLast }: { isLast: boolean }): ReadRow[] {
    const rows: ReadRow[] = [];
    this.#pending = Buffer.alloc(0);
    const scanner = new JsonScanner(block, { allowDuplicates: this.#format.allowDuplicate });
    let counted = 0;
    for (let at = scanner.afterSpace(0); at < block.length; at = scanner.afterSpace(at)) {
      const lineEnd = afterLine(block, at);
      const quick = this.#wholeLine(block, at, lineEnd);
      if (quick !== undefined) {
        rows.push(quick);
        at = lineEnd;
        continue;
      }
      try {
        const end = scanner.endOf(at);
        rows.push(...this.#rowsOf(block.subarray(at, end)));
        at = end;
      } catch (error) {
        const problem = asJsonProblem(error, at);
        this.#countLines(block.subarray(counted, at));
        counted = at;
        if (problem.isUnfinished && !isLast && block.length - at <= largestDocument) {
          this.#pending = block.subarray(at);
          return rows;
        }
        rows.push(this.#broken(block, { at, error: problem }));
        at = afterLine(block, Math.max(at, Math.min(problem.position, block.length - 1)));
      }
    }
    this.#countLines(block.subarray(counted));
    return rows;
  }

  /** Reads a line that is one document; undefined for any other, which is then read with more care. */
  #wholeLine(block: Buffer, at: number, end: number): ReadRow | undefined {
    const { allowDuplicate, stripOuterArray, stripNullValues } = this.#format;
    if (allowDuplicate || stripOuterArray || stripNullValues || end - at > largestDocument) return undefined;
    try {
      const fields = readFields(block.toString("utf8", at, end), this.#paths);
      return fields === undefined ? undefined : { fields };
    } catch {
      return undefined;
    }
  }

  #rowsOf(document: Buffer): ReadRow[] {
    const isArray = this.#format.stripOuterArray && document[0] === 0x5b;
    const texts = isArray ? arrayItems(document) : [document.toString("utf8")];
    return texts.map((text) => {
      const bytes = Buffer.byteLength(text);
      if (bytes > largestDocument) throw tooLarge(bytes);
      const unique = this.#format.allowDuplicate ? withoutDuplicates(text) : text;
      const full = this.#format.stripNullValues ? withoutNulls(unique) : unique;
      return { fields: readFields(full, this.#paths) ?? this.#paths.map(() => null) };
    });
  }

  #broken(block: Buffer, { at, error }: { at: number; error: JsonProblem }): BrokenRow {
    const before = block.subarray(at, error.position);
    const newlines = countNewlines(before);
    const character =
      newlines === 0 ? error.position - lineStart(block, at) : before.length - before.lastIndexOf(0x0a) - 1;
    return {
      problem: problems.failed("100069", "22P02", error.message),
      line: this.#line + newlines,
      character: character + 1,
    };
  }

  #countLines(bytes: Buffer): void {
    this.#line += countNewlines(bytes);
  }
}

function tooLarge(bytes: number): EngineError {
  const text = `Max LOB size (${largestDocument}) exceeded, actual size of parsed column is ${bytes}`;
  return problems.failed("100069", "22P02", text);
}

/** What is wrong with a document, whoever found it. */
function asJsonProblem(error: unknown, at: number): JsonProblem {
  if (error instanceof JsonProblem) return error;
  if (error instanceof EngineError) return new JsonProblem(error.problem.message, at);
  throw error;
}

function countNewlines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) count += 1;
  return count;
}

function lineStart(block: Buffer, at: number): number {
  return at === 0 ? 0 : block.lastIndexOf(0x0a, at - 1) + 1;
}

function afterLine(block: Buffer, at: number): number {
  const newline = block.indexOf(0x0a, at);
  return newline < 0 ? block.length : newline + 1;
}
