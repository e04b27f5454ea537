import { readStart, replay, textOf } from "./body.ts";
import { brokenError, FailedTry } from "./failures.ts";
import type { RecordsAnswer } from "./http-client.ts";
import { recordsOf } from "./records-at.ts";
import type { TakeAnswer, TakenAnswer } from "./send.ts";
import { readStreamed, type StreamedPage } from "./streamed-page.ts";
import { parsed, type TakeOptions } from "./take.ts";

type AnyRecord = Readonly<Record<string, unknown>>;

/** Where the records of a page are, and for whom. */
export interface TakeRecordsOptions extends TakeOptions {
  readonly stream: string;
  readonly recordsAt: string;
}

/** Takes a page of records: parsed at once where its body may be held, else read as it arrives. */
export function takeRecords(options: TakeRecordsOptions): TakeAnswer<RecordsAnswer> {
  return async (answer) => {
    const { head, wire } = answer;
    if (head.skipped || head.status === 204) return { ...head, records: [], body: () => undefined };
    const start = await readStart(wire, options.maxBufferedBytes);
    if (!start.whole) return streamed({ ...answer, wire: replay(wire, start) }, options);
    const body = parsed(answer, textOf(start), options);
    if (body === undefined) throw emptyBody(answer);
    return { ...head, records: recordsOf({ body, url: head.url }, options), body: () => body };
  };
}

/** An API without records says so in JSON; an empty body was lost on its way. */
function emptyBody({ head, request }: TakenAnswer): FailedTry {
  const error = brokenError(request, {
    what: `answered ${head.status} with an empty body`,
    status: head.status,
  });
  return new FailedTry({ verdict: "retry", error });
}

/**
 * The first records are read within the try, so that an answer that breaks off before them is asked for again.
 */
async function streamed(answer: TakenAnswer, options: TakeRecordsOptions): Promise<RecordsAnswer> {
  const page = await readStreamed(answer, options);
  const first = await page.batches.next();
  const records = handOut({ first, page, answer });
  return { ...answer.head, records, body: () => page.body() };
}

interface HandingOut {
  readonly first: IteratorResult<readonly AnyRecord[], void>;
  readonly page: StreamedPage;
  readonly answer: TakenAnswer;
}

async function* handOut({ first, page, answer }: HandingOut): AsyncGenerator<AnyRecord, void, void> {
  try {
    if (first.done !== true) yield* first.value;
    for await (const records of page.batches) yield* records;
  } catch (error) {
    throw error instanceof FailedTry ? error.error : error;
  } finally {
    answer.wire.destroy();
  }
}
