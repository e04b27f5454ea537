import type { Duplex } from "node:stream";
import { finished } from "node:stream/promises";
import { brokenError, FailedTry } from "./failures.ts";
import { PageBuilder } from "./page-builder.ts";
import { namesOf, recordsOf } from "./records-at.ts";
import { failed, type TakenAnswer } from "./send.ts";
import type { TakeRecordsOptions } from "./take-records.ts";

type AnyRecord = Readonly<Record<string, unknown>>;

/** A page that is parsed while it arrives. */
export interface StreamedPage {
  /** The records, as many at a time as a piece of the body held; the body is read no faster than they are. */
  readonly batches: AsyncGenerator<readonly AnyRecord[], void, void>;
  /** Everything but the records; undefined until the end. */
  body(): unknown;
}

interface Reading {
  readonly answer: TakenAnswer;
  readonly options: TakeRecordsOptions;
  readonly builder: PageBuilder;
  /** The parser: text goes in, tokens reach the builder before `write` calls back. */
  readonly parser: Duplex;
}

/** Begins to read a page as it arrives. Failures of the body are {@link FailedTry}s. */
export async function readStreamed(answer: TakenAnswer, options: TakeRecordsOptions): Promise<StreamedPage> {
  const { parser: tokenizer } = await import("stream-json/parser.js");
  const { recordsAt, exactNumbers } = options;
  const builder = new PageBuilder({ path: namesOf(recordsAt), exactNumbers });
  const parser = tokenizer.asStream({ packValues: true, streamValues: false });
  parser.on("data", (token) => builder.accept(token));
  // Who waits for a write learns of it; without a listener it would end the process.
  parser.on("error", () => undefined);
  let ended = false;
  async function* untilEnd(): AsyncGenerator<readonly AnyRecord[], void, void> {
    yield* readBatches({ answer, options, builder, parser });
    ended = true;
  }
  return { batches: untilEnd(), body: () => (ended ? builder.body : undefined) };
}

async function* readBatches(reading: Reading): AsyncGenerator<readonly AnyRecord[], void, void> {
  const { answer, builder, parser, options } = reading;
  const decoder = new TextDecoder();
  let bytesWithoutRecord = 0;
  for (let piece = await answer.wire.read(); piece !== undefined; piece = await answer.wire.read()) {
    await parsing(reading, write(parser, decoder.decode(piece, { stream: true })));
    const records = taken(reading);
    bytesWithoutRecord = records.length > 0 ? 0 : bytesWithoutRecord + piece.length;
    if (bytesWithoutRecord > maxHeld(options)) throw tooLarge(reading);
    if (records.length > 0) yield records;
  }
  await parsing(reading, end(parser, decoder.decode()));
  // Says what is wrong in the words of a page that is parsed at once.
  if (!builder.found) recordsOf({ body: builder.body, url: answer.head.url }, options);
  const rest = taken(reading);
  if (rest.length > 0) yield rest;
}

function taken({ builder, answer, options }: Reading): readonly AnyRecord[] {
  const items: unknown = builder.takeRecords();
  const body = namesOf(options.recordsAt).reduceRight<unknown>((value, name) => ({ [name]: value }), items);
  return recordsOf({ body, url: answer.head.url }, options);
}

function write(parser: Duplex, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    parser.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

async function end(parser: Duplex, text: string): Promise<void> {
  parser.end(text);
  await finished(parser);
}

async function parsing(reading: Reading, step: Promise<void>): Promise<void> {
  try {
    await step;
  } catch (cause) {
    throw notJson(reading, cause);
  }
}

function notJson({ answer: { head, request } }: Reading, cause: unknown): FailedTry {
  const what = `answered ${head.status} with a large body that is no JSON`;
  const error = brokenError(request, { what, status: head.status, cause });
  return new FailedTry({ verdict: "retry", error });
}

/** One record, or what stands beside the records, has to be held as a whole, however large the page. */
function maxHeld({ maxBufferedBytes }: TakeRecordsOptions): number {
  return 4 * maxBufferedBytes;
}

function tooLarge({ answer: { head, request }, options }: Reading): FailedTry {
  const what = `answered ${head.status} with more than ${maxHeld(options)} bytes between two records`;
  const advice = "Ask for less at a time.";
  return failed(brokenError(request, { what, advice, status: head.status, retryable: false }));
}
