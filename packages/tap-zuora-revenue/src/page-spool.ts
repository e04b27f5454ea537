import { randomUUID } from "node:crypto";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { ConnectorError } from "@chorale/singer";

const readBytes = 64 * 1024;

/** Where a page lies in a spool. */
export interface Slice {
  readonly start: number;
  readonly length: number;
}

/**
 * Pages as they were received, in a file that has no name: it is gone when it is closed, and when the process is killed.
 * Pages are kept until then, so a reader may be as slow as it likes.
 */
export class PageSpool {
  readonly #file: FileHandle;
  #size = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Makes an empty file in the system's folder for such files. */
  static async create(): Promise<PageSpool> {
    const path = join(tmpdir(), `chorale-${randomUUID()}`);
    return spooling(async () => {
      const file = await open(path, "wx+", 0o600);
      await unlink(path);
      return new PageSpool(file);
    });
  }

  /** Adds a page. One that breaks off is forgotten, and what it threw is thrown. */
  async add(bytes: AsyncIterable<Uint8Array>): Promise<Slice> {
    const start = this.#size;
    let end = start;
    for await (const piece of bytes) {
      await spooling(() => this.#file.writev([piece], end));
      end += piece.length;
    }
    this.#size = end;
    return { start, length: end - start };
  }

  /** Reads a page, decompressed: what it is shows in its first bytes, whatever its headers said. */
  async *read(slice: Slice): AsyncGenerator<Uint8Array, void, void> {
    const magic = await this.#at(slice.start, Math.min(2, slice.length));
    if (magic[0] !== 0x1f || magic[1] !== 0x8b) {
      yield* this.#bytes(slice);
      return;
    }
    const gunzip = createGunzip();
    // What goes wrong in it is thrown by the loop below.
    const piped = pipeline(Readable.from(this.#bytes(slice)), gunzip).catch(() => undefined);
    try {
      for await (const piece of gunzip) yield bytesOf(piece);
    } finally {
      gunzip.destroy();
      await piped;
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async *#bytes({ start, length }: Slice): AsyncGenerator<Buffer, void, void> {
    for (let at = start; at < start + length; at += readBytes) {
      yield await this.#at(at, Math.min(readBytes, start + length - at));
    }
  }

  async #at(position: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length);
    const { bytesRead } = await spooling(() => this.#file.read(buffer, 0, length, position));
    return buffer.subarray(0, bytesRead);
  }
}

function bytesOf(piece: unknown): Uint8Array {
  return piece instanceof Uint8Array ? piece : Buffer.from(String(piece));
}

async function spooling<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConnectorError(
      `pages: a file in ${tmpdir()} cannot be used: ${reason}. Free some space there, or name another folder in TMPDIR.`,
      { cause, kind: "transient" },
    );
  }
}
