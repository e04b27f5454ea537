import { randomUUID } from "node:crypto";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConnectorError, LineReader } from "@chorale/singer";

const flushBytes = 256 * 1024;
const readBytes = 64 * 1024;
const lineFeed = Buffer.from("\n");

/**
 * Lines in a file that has no name: it is gone when it is closed, and when the process is killed. Nobody but the
 * owner of the process can read it.
 */
export class SpoolFile {
  readonly #file: FileHandle;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #size = 0;
  #lines = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Makes an empty file in the system's folder for such files. */
  static async create(): Promise<SpoolFile> {
    const path = join(tmpdir(), `chorale-${randomUUID()}`);
    return spooling(async () => {
      const file = await open(path, "wx+", 0o600);
      await unlink(path);
      return new SpoolFile(file);
    });
  }

  get lines(): number {
    return this.#lines;
  }

  /** Adds a line; a line feed in it becomes a blank. It is copied. */
  add(line: Uint8Array): void {
    const copy = Buffer.from(line);
    for (let at = copy.indexOf(0x0a); at !== -1; at = copy.indexOf(0x0a, at + 1)) copy[at] = 0x20;
    this.#pending.push(copy, lineFeed);
    this.#pendingBytes += copy.length + 1;
    this.#lines += 1;
  }

  /** Writes what was added, when it is much or when all of it is wanted. */
  async flush({ all }: { all: boolean }): Promise<void> {
    if (this.#pendingBytes === 0 || (!all && this.#pendingBytes < flushBytes)) return;
    const bytes = Buffer.concat(this.#pending, this.#pendingBytes);
    this.#pending = [];
    this.#pendingBytes = 0;
    await spooling(() => this.#file.writev([bytes], this.#size));
    this.#size += bytes.length;
  }

  /** Reads the lines that were flushed, a piece of the file at a time. May be done again, and at the same time. */
  async *read(): AsyncGenerator<readonly Buffer[], void, void> {
    const reader = new LineReader();
    for (let position = 0; position < this.#size; ) {
      const buffer = Buffer.allocUnsafe(readBytes);
      const { bytesRead } = await spooling(() => this.#file.read(buffer, 0, readBytes, position));
      if (bytesRead === 0) return;
      position += bytesRead;
      const lines: Buffer[] = [];
      reader.push(buffer.subarray(0, bytesRead), (line) => lines.push(line));
      if (lines.length > 0) yield lines;
    }
  }

  async close(): Promise<void> {
    this.#pending = [];
    await this.#file.close();
  }
}

async function spooling<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConnectorError(
      `export: a file in ${tmpdir()} cannot be used: ${reason}. Free some space there, or name another folder in TMPDIR.`,
      { cause, kind: "transient" },
    );
  }
}
