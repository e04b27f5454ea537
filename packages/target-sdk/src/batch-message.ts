import { createReadStream } from "node:fs";
import { isAbsolute } from "node:path";
import { pipeline, type Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { createGunzip } from "node:zlib";
import { type BatchMessage, LineReader, ProtocolError } from "@chorale/singer";
import { chunkOf, type InputChunk, lastChunkOf } from "./input.ts";

/** A chunk of one file of a BATCH message. */
export interface BatchChunk extends InputChunk {
  readonly file: string;
}

/** How a BATCH message is read. */
export interface BatchFileOptions {
  readonly maxLineBytes: number;
  /** The number of the message's own line. */
  readonly lineNumber: number | undefined;
}

/**
 * Reads the files of a BATCH message, one after the other: `file://` addresses of newline-delimited records, plain or
 * in gzip. Everything else raises `ProtocolError` before a file is opened, and so does a file that cannot be read.
 */
export async function* readBatchFiles(
  message: BatchMessage,
  options: BatchFileOptions,
): AsyncGenerator<BatchChunk, void, void> {
  const isGzip = isCompressed(message, options);
  const files = message.manifest.map((address) => pathOf(address, { message, options }));
  for (const file of files) {
    const reader = new LineReader({ maxLineBytes: options.maxLineBytes });
    try {
      for await (const chunk of openFile(file, isGzip)) yield { ...chunkOf(reader, chunk), file };
    } catch (cause) {
      if (ProtocolError.isInstance(cause)) throw cause;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw refusal(`${file} cannot be read: ${reason}. Look at what wrote it`, { message, options, cause });
    }
    yield { ...lastChunkOf(reader), file };
  }
}

/** Makes a RECORD line of a bare record. */
export type RecordWrapper = (line: Buffer) => Buffer;

/**
 * Answers what makes RECORD lines of a BATCH message's records: with a version they need one, because a bare record
 * has no place for it. Undefined for a message without a version.
 */
export function recordWrapperOf({ stream, version }: BatchMessage): RecordWrapper | undefined {
  if (version === undefined) return undefined;
  const before = Buffer.from(`{"type":"RECORD","stream":${JSON.stringify(stream)},"record":`);
  const behind = Buffer.from(`,"version":${JSON.stringify(version)}}`);
  return (line) => Buffer.concat([before, line, behind]);
}

interface Where {
  readonly message: BatchMessage;
  readonly options: BatchFileOptions;
  readonly cause?: unknown;
}

function isCompressed(message: BatchMessage, options: BatchFileOptions): boolean {
  const { format, compression = "none" } = message.encoding;
  if (format !== "jsonl") {
    throw refusal(`its format is ${JSON.stringify(format)}. Let the tap write jsonl`, { message, options });
  }
  if (compression === "gzip") return true;
  if (compression === "none" || compression === "") return false;
  throw refusal(`its compression is ${JSON.stringify(compression)}. Let the tap use gzip or none`, {
    message,
    options,
  });
}

function pathOf(address: string, { message, options }: Where): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const hint = "Let the tap write files on this machine, named by file:// and an absolute path";
  if (url === undefined || !/^file:\/\/\//i.test(address)) {
    throw refusal(`it names ${JSON.stringify(address.slice(0, 200))}. ${hint}`, { message, options });
  }
  try {
    const path = fileURLToPath(url);
    if (isAbsolute(path)) return path;
  } catch {
    // What is wrong is said below.
  }
  throw refusal(`it names ${JSON.stringify(address.slice(0, 200))}. ${hint}`, { message, options });
}

function openFile(file: string, isGzip: boolean): Readable {
  const source = createReadStream(file, { highWaterMark: 256 * 1024 });
  // The reader of the last stream is told of an error by that stream.
  return isGzip ? pipeline(source, createGunzip(), () => undefined) : source;
}

function refusal(what: string, { message, options, cause }: Where): ProtocolError {
  const { lineNumber } = options;
  const where = lineNumber === undefined ? "message" : `line ${lineNumber}`;
  return new ProtocolError(`${where}: a BATCH of ${message.stream} cannot be taken: ${what}.`, {
    cause,
    ...(lineNumber === undefined ? {} : { lineNumber }),
  });
}
