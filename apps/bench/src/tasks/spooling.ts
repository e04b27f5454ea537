import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { constants, createZstdCompress } from "node:zlib";
import { type Measurement, measured } from "../measurement.ts";
import type { TaskInput } from "./task.ts";
import { warmUpChunks } from "./warm-up.ts";

const blockBytes = 256 * 1024;
const lineFeed = 0x0a;

/** Puts a line, with its line feed, into a block that has room for it, and answers how many bytes that took. */
type Put = (line: Buffer, block: Buffer, at: number) => number;

/** The reference of a lane that passes lines on as they came: cuts, copies, compresses, and nothing else. */
export async function spoolLines(input: TaskInput): Promise<Measurement> {
  return spool(input, (line, block, at) => line.copy(block, at));
}

/** The reference of a lane that looks into records: each line is parsed too. */
export async function spoolParsedLines(input: TaskInput): Promise<Measurement> {
  return spool(input, (line, block, at) => {
    if (JSON.parse(line.toString()) === null) return 0;
    return line.copy(block, at);
  });
}

/** The reference of a lane that writes records anew: each line is parsed and written. */
export async function spoolWrittenLines(input: TaskInput): Promise<Measurement> {
  return spool(input, (line, block, at) =>
    block.write(`${JSON.stringify(JSON.parse(line.toString()))}\n`, at),
  );
}

async function spool({ file, folder }: TaskInput, put: Put): Promise<Measurement> {
  await compress(warmUpChunks(), { put, path: join(folder, "warm-up.zst") });
  return measured(async () => {
    await compress(createReadStream(file.path), { put, path: join(folder, "spool.zst") });
    return { records: file.records, bytes: file.bytes };
  });
}

async function compress(
  input: AsyncIterable<Buffer>,
  { put, path }: { put: Put; path: string },
): Promise<void> {
  const compressor = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  const written = pipeline(compressor, createWriteStream(path));
  let block = Buffer.allocUnsafeSlow(blockBytes);
  let used = 0;
  for await (const lines of linesOf(input)) {
    for (const line of lines) {
      // Written anew, a line may become longer, but never twice as long.
      if (used + 2 * line.length > blockBytes) {
        if (!compressor.write(block.subarray(0, used))) await once(compressor, "drain");
        block = Buffer.allocUnsafeSlow(blockBytes);
        used = 0;
      }
      used += put(line, block, used);
    }
  }
  compressor.end(block.subarray(0, used));
  await written;
}

/** Cuts chunks into lines with their line feeds, one array for each chunk. */
async function* linesOf(input: AsyncIterable<Buffer>): AsyncGenerator<readonly Buffer[], void, void> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of input) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = bytes.indexOf(lineFeed); end !== -1; end = bytes.indexOf(lineFeed, start)) {
      lines.push(bytes.subarray(start, end + 1));
      start = end + 1;
    }
    rest = bytes.subarray(start);
    yield lines;
  }
}
