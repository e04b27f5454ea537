import { open } from "node:fs/promises";
import { type SeededRandom, seededRandom } from "./random.ts";
import { type RecordSize, recordKinds } from "./record-kinds.ts";

/** What is generated: the same description gives the same bytes. */
export interface DataSpec {
  readonly size: RecordSize;
  readonly records: number;
  /** Streams whose records come in runs of 20 to 400, in no order. */
  readonly streams: number;
  readonly seed: number;
}

/** Messages on disk, one a line. */
export interface DataFile {
  readonly path: string;
  readonly records: number;
  /** The file's size. */
  readonly bytes: number;
  readonly recordsByStream: Readonly<Record<string, number>>;
}

const recordsPerState = 1_000;
const pieceCharacters = 256 * 1024;
/** One record in so many is a newer version of a record that came before. */
const updateEvery = 20;

interface StreamSource {
  readonly name: string;
  readonly prefix: string;
  lastId: number;
  records: number;
}

/** Messages that are made when they are asked for. */
export interface GeneratedMessages {
  /** Pieces of whole lines. */
  readonly texts: Iterable<string>;
  /** What the pieces that were taken so far hold. */
  recordsByStream(): Readonly<Record<string, number>>;
}

/**
 * Generates the messages of a data set: the schemas, the records with a STATE after every 1,000, and a
 * STATE at the end.
 *
 * @example
 * ```ts
 * const { texts } = generateMessages({ size: "wide", records: 10, streams: 2, seed: 1 });
 * for (const text of texts) process.stdout.write(text);
 * ```
 */
export function generateMessages(spec: DataSpec): GeneratedMessages {
  const streams = Array.from({ length: spec.streams }, (_, index) => streamSource(`orders_${index + 1}`));
  return {
    texts: messageTexts(spec, streams),
    recordsByStream: () => Object.fromEntries(streams.map(({ name, records }) => [name, records])),
  };
}

/** Writes a data set to a file and answers what it holds. */
export async function writeDataFile(path: string, spec: DataSpec): Promise<DataFile> {
  const { texts, recordsByStream } = generateMessages(spec);
  const file = await open(path, "wx", 0o600);
  let bytes = 0;
  try {
    for (const text of texts) bytes += (await file.write(text)).bytesWritten;
  } finally {
    await file.close();
  }
  return { path, records: spec.records, bytes, recordsByStream: recordsByStream() };
}

function* messageTexts(spec: DataSpec, streams: readonly StreamSource[]): Generator<string, void, void> {
  const random = seededRandom(spec.seed);
  const kind = recordKinds[spec.size];
  let text = streams.map(({ name }) => schemaLine(name, kind.schema)).join("");
  let written = 0;
  while (written < spec.records) {
    const stream = streams[random.below(streams.length)];
    const run = Math.min(20 + random.below(381), spec.records - written);
    for (let index = 0; index < run && stream !== undefined; index += 1) {
      text += `${stream.prefix}${kind.record(nextId(stream, random), random)},"time_extracted":"2026-01-02T03:04:05.678901Z"}\n`;
      written += 1;
      if (written % recordsPerState === 0) text += stateLine(streams);
      if (text.length < pieceCharacters) continue;
      yield text;
      text = "";
    }
  }
  yield written % recordsPerState === 0 ? text : text + stateLine(streams);
}

function streamSource(name: string): StreamSource {
  return { name, prefix: `{"type":"RECORD","stream":"${name}","record":`, lastId: 0, records: 0 };
}

function nextId(stream: StreamSource, random: SeededRandom): number {
  stream.records += 1;
  if (stream.lastId > 0 && random.below(updateEvery) === 0) return 1 + random.below(stream.lastId);
  stream.lastId += 1;
  return stream.lastId;
}

function schemaLine(stream: string, schema: object): string {
  return `${JSON.stringify({ type: "SCHEMA", stream, schema, key_properties: ["id"] })}\n`;
}

function stateLine(streams: readonly StreamSource[]): string {
  const bookmarks = Object.fromEntries(streams.map(({ name, lastId }) => [name, { id: lastId }]));
  return `${JSON.stringify({ type: "STATE", value: { bookmarks } })}\n`;
}
