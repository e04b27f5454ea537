import { readFile } from "node:fs/promises";
import { HeadReader, LineReader } from "@chorale/singer";
import { type Measurement, measured } from "../measurement.ts";
import { expectCount } from "./expect-count.ts";
import type { TaskInput } from "./task.ts";

const chunkBytes = 64 * 1024;
/** The data is read this often: one pass is over before the machine code is warm. */
const passes = 5;
const lineFeed = 0x0a;

/** The reference: finds line feeds, makes a view of each line, and does nothing with it but look at one byte. */
export async function cutLines({ file }: TaskInput): Promise<Measurement> {
  const chunks = chunksOf(await readFile(file.path));
  let lastBytes = 0;
  return measured(async () => {
    for (let pass = 0; pass < passes; pass += 1) {
      for (const chunk of chunks) lastBytes += cut(chunk);
    }
    if (lastBytes === 0) throw new Error("no line was cut");
    return { records: file.records * passes, bytes: file.bytes * passes };
  });
}

/** Cuts lines with LineReader and finds type and stream of each with HeadReader. */
export async function readHeads({ file }: TaskInput): Promise<Measurement> {
  const chunks = chunksOf(await readFile(file.path));
  let records = 0;
  const result = await measured(async () => {
    for (let pass = 0; pass < passes; pass += 1) records += countRecords(chunks);
    return { records, bytes: file.bytes * passes };
  });
  expectCount(records, { expected: file.records * passes, of: "records" });
  return result;
}

function cut(chunk: Buffer): number {
  let sum = 0;
  let start = 0;
  for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
    sum += chunk.subarray(start, end)[0] ?? 0;
    start = end + 1;
  }
  return sum;
}

function countRecords(chunks: readonly Buffer[]): number {
  const lines = new LineReader();
  const heads = new HeadReader();
  let records = 0;
  const count = (line: Buffer) => {
    if (heads.read(line)?.type === "RECORD") records += 1;
  };
  for (const chunk of chunks) lines.push(chunk, count);
  lines.end(count);
  return records;
}

function chunksOf(bytes: Buffer): readonly Buffer[] {
  const count = Math.ceil(bytes.length / chunkBytes);
  return Array.from({ length: count }, (_, index) =>
    bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes),
  );
}
