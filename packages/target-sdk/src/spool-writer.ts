import { createWriteStream, type WriteStream } from "node:fs";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createGzip, createZstdCompress } from "node:zlib";
import { spoolError } from "./spool-folder.ts";
import { blockBytes, type SpoolHolder, type SpoolMemory } from "./spool-memory.ts";
import type { SpoolFile, SpoolRules } from "./warehouse.ts";

/** Where a {@link SpoolWriter} writes, and how. */
export interface SpoolWriterOptions {
  readonly folder: string;
  /** What the files' names begin with. */
  readonly name: string;
  readonly rules: SpoolRules;
  readonly memory: SpoolMemory;
  /** Called at most once, as soon as a file cannot be written. */
  readonly onError: (error: Error) => void;
  /** Called when all files are finished, or were let go of. */
  readonly onEnd: (writer: SpoolWriter) => void;
}

interface OpenFile {
  readonly path: string;
  /** Takes the bytes of lines: the compressor, or the file itself. */
  readonly input: Writable;
  readonly output: WriteStream;
  readonly done: Promise<void>;
  rows: number;
}

/** A batch begins with a buffer of this size: most streams are small, and there may be a thousand of them. */
const firstBufferBytes = 16 * 1024;
const noBytes = Buffer.alloc(0);
/** What a compressor holds, as measured. */
const compressorBytes = 600 * 1024;
/** Compressed bytes come in pieces of this size; each is one trip to a worker thread. */
const pieceBytes = 64 * 1024;

/**
 * Writes lines to files of one batch. Lines gather in a buffer that grows to 256 KiB; full buffers are compressed and
 * written by worker threads, and a file that has reached `maxFileBytes` is continued in another. A file may
 * exceed that size by what was on its way to it.
 */
export class SpoolWriter implements SpoolHolder {
  readonly #options: SpoolWriterOptions;
  readonly #files: OpenFile[] = [];
  #file: OpenFile | undefined;
  #buffer: Buffer = noBytes;
  #used = 0;
  #bufferedRows = 0;

  constructor(options: SpoolWriterOptions) {
    this.#options = options;
  }

  /** Takes whole lines without the last one's line break. The bytes are copied. */
  append(lines: Uint8Array, rows: number): void {
    const bytes = lines.length + 1;
    if (this.#used + bytes > this.#buffer.length) this.#makeRoom(bytes);
    this.#buffer.set(lines, this.#used);
    this.#used += lines.length;
    this.#buffer[this.#used] = 0x0a;
    this.#used += 1;
    this.#bufferedRows += rows;
  }

  /** Answers undefined while more may be appended, else a promise of when. */
  relief(): Promise<void> | undefined {
    return this.#options.memory.relief();
  }

  /** Finishes the files and answers them in order. Throws the error of a file that could not be written. */
  async close(): Promise<readonly SpoolFile[]> {
    this.rest();
    await Promise.all(this.#files.map(({ done }) => done));
    const { rules, onEnd } = this.#options;
    const { compression } = rules;
    onEnd(this);
    return this.#files.map(({ path, rows, output }) => ({
      path,
      compression,
      rows,
      bytes: output.bytesWritten,
    }));
  }

  /** Writes out what is buffered and ends the file; the batch may go on in another. */
  rest(): void {
    const { memory } = this.#options;
    this.#flush();
    memory.giveBack(this.#buffer);
    this.#buffer = noBytes;
    this.#file?.input.end();
    this.#file = undefined;
    memory.hold(this, 0);
  }

  /** Lets go of the files where they are; the folder is about to be removed. */
  async abandon(): Promise<void> {
    this.#used = 0;
    this.#options.memory.hold(this, 0);
    for (const { input, output } of this.#files) {
      input.destroy();
      output.destroy();
    }
    await Promise.allSettled(this.#files.map(({ done }) => done));
    this.#options.onEnd(this);
  }

  #makeRoom(bytes: number): void {
    if (this.#used + bytes > blockBytes) this.#flush();
    if (this.#used + bytes > this.#buffer.length) this.#grow(this.#used + bytes);
    this.#options.memory.hold(this, this.#buffer.length + (this.#file === undefined ? 0 : compressorBytes));
  }

  #grow(wanted: number): void {
    const larger = Math.min(wanted * 2, blockBytes);
    const grown = this.#bufferOf(Math.max(wanted, larger, firstBufferBytes));
    grown.set(this.#buffer.subarray(0, this.#used));
    this.#buffer = grown;
  }

  #bufferOf(bytes: number): Buffer {
    return bytes === blockBytes ? this.#options.memory.take() : Buffer.allocUnsafeSlow(bytes);
  }

  /** A buffer that was handed on is not written to until it has arrived. */
  #flush(): void {
    if (this.#used === 0) return;
    const { memory } = this.#options;
    const buffer = this.#buffer;
    const used = this.#used;
    const file = this.#fileWithRoom();
    file.rows += this.#bufferedRows;
    memory.send(used);
    file.input.write(buffer.subarray(0, used), () => {
      memory.giveBack(buffer);
      memory.arrive(used);
    });
    // Whoever filled one block will fill another.
    this.#buffer = buffer.length >= blockBytes ? memory.take() : noBytes;
    this.#used = 0;
    this.#bufferedRows = 0;
  }

  #fileWithRoom(): OpenFile {
    if (this.#file !== undefined && this.#file.output.bytesWritten < this.#options.rules.maxFileBytes) {
      return this.#file;
    }
    this.#file?.input.end();
    this.#file = this.#openFile();
    this.#files.push(this.#file);
    return this.#file;
  }

  #openFile(): OpenFile {
    const { folder, name, rules, onError } = this.#options;
    const path = join(folder, `${name}-${this.#files.length}.jsonl${extensions[rules.compression]}`);
    const output = createWriteStream(path, { flags: "wx", mode: 0o600 });
    const compressor = createCompressor(rules.compression);
    const done = compressor === undefined ? finished(output) : pipeline(compressor, output);
    const reported = done.catch((cause: unknown) => {
      const error = spoolError(cause, folder);
      onError(error);
      throw error;
    });
    // Whoever closes the batch learns of the error; nobody may have to.
    reported.catch(() => undefined);
    return { path, input: compressor ?? output, output, done: reported, rows: 0 };
  }
}

const extensions = { none: "", gzip: ".gz", zstd: ".zst" } as const;

function createCompressor(compression: SpoolRules["compression"]) {
  switch (compression) {
    case "none":
      return undefined;
    case "gzip":
      return createGzip({ level: 1, chunkSize: pieceBytes });
    case "zstd":
      return createZstdCompress({
        chunkSize: pieceBytes,
        params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 },
      });
  }
}

function finished(output: WriteStream): Promise<void> {
  return new Promise((resolve, reject) => {
    output.once("finish", resolve);
    output.once("error", reject);
    output.once("close", () => reject(new Error("it was closed")));
  });
}
