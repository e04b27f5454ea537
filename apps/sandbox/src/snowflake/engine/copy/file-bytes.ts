import type { Readable } from "node:stream";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { problems } from "../problems.ts";
import type { EngineError } from "../values/problem.ts";
import type { Compression } from "./format-options.ts";

const gzipMagic = Buffer.from([0x1f, 0x8b]);
const zstdMagic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** A staged file that is to be unpacked. */
export interface PackedFile {
  readonly path: string;
  readonly compression: Compression;
  readonly signal: AbortSignal;
  open(): Readable;
}

/** Unpacks a file as it is read. Fails with 100142 when its bytes are not packed as the format says, or end too early. */
export async function* unpacked(file: PackedFile): AsyncGenerator<Buffer> {
  const compression = file.compression === "AUTO" ? await detected(file) : file.compression;
  if (compression === "NONE") {
    for await (const chunk of file.open()) yield asBuffer(chunk);
    return;
  }
  const output = new PassThrough({ highWaterMark: 1 << 20 });
  const unpack = compression === "GZIP" ? createGunzip() : createZstdDecompress();
  const done = pipeline(file.open(), unpack, output, { signal: file.signal });
  done.catch(() => {});
  try {
    for await (const chunk of output) yield asBuffer(chunk);
    await done;
  } catch (error) {
    file.signal.throwIfAborted();
    throw badPacking(file.path, { compression, cause: error });
  }
}

function badPacking(
  path: string,
  { compression, cause }: { compression: string; cause: unknown },
): EngineError {
  const text = cause instanceof Error ? cause.message : String(cause);
  return problems.failed(
    "100142",
    "22000",
    `Invalid data encountered during decompression for file: '${path}',compression type used: '${compression}', cause: '${text}'`,
  );
}

/** Looks at a file's first bytes. */
async function detected({ open }: PackedFile): Promise<Exclude<Compression, "AUTO">> {
  let head = Buffer.alloc(0);
  for await (const chunk of open()) {
    head = Buffer.concat([head, asBuffer(chunk)]);
    if (head.length >= zstdMagic.length) break;
  }
  if (head.subarray(0, gzipMagic.length).equals(gzipMagic)) return "GZIP";
  return head.subarray(0, zstdMagic.length).equals(zstdMagic) ? "ZSTD" : "NONE";
}

function asBuffer(chunk: unknown): Buffer {
  if (Buffer.isBuffer(chunk)) return chunk;
  if (chunk instanceof Uint8Array) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  return Buffer.from(String(chunk));
}

/** Cuts bytes at line ends, so that no block ends within a line but the last. */
export async function* wholeLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let pending: Buffer[] = [];
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(0x0a) + 1;
    if (end === 0) {
      pending.push(chunk);
      continue;
    }
    yield Buffer.concat([...pending, chunk.subarray(0, end)]);
    pending = end === chunk.length ? [] : [chunk.subarray(end)];
  }
  if (pending.length > 0) yield Buffer.concat(pending);
}
