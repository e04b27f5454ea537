import { createReadStream } from "node:fs";
import { pipeline, type Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { LineReader } from "@chorale/singer";
import type { SpoolFile } from "./warehouse.ts";

/** One line of a spool file, and its place in it, counted from 1. */
export interface SpooledLine {
  readonly line: Buffer;
  readonly row: number;
}

/** Reads the lines of a spool file, a chunk's worth at a time. */
export async function* readSpoolFile(file: SpoolFile): AsyncGenerator<readonly SpooledLine[], void, void> {
  const reader = new LineReader({ maxLineBytes: Number.MAX_SAFE_INTEGER });
  let lines: SpooledLine[] = [];
  let row = 0;
  const take = (line: Buffer) => {
    row += 1;
    lines.push({ line, row });
  };
  for await (const chunk of openSpoolFile(file)) {
    reader.push(chunk, take);
    yield lines;
    lines = [];
  }
  reader.end(take);
  yield lines;
}

function openSpoolFile({ path, compression }: SpoolFile): Readable {
  const source = createReadStream(path);
  if (compression === "none") return source;
  const expand = compression === "gzip" ? createGunzip() : createZstdDecompress();
  // The reader of the last stream is told of an error by that stream.
  return pipeline(source, expand, () => undefined);
}
