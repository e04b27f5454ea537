import { parseBody, readStart, textOf } from "./body.ts";
import { brokenError, excerptOf, FailedTry } from "./failures.ts";
import type { ByteAnswer, HttpAnswer } from "./http-client.ts";
import { failed, type TakeAnswer, type TakenAnswer } from "./send.ts";

/** How much of a body is kept, and how it is read. */
export interface TakeOptions {
  readonly maxBufferedBytes: number;
  readonly exactNumbers: boolean;
  readonly redact: (text: string) => string;
}

/** Takes an answer with its parsed body. One that is larger than may be held is refused. */
export function takeJson(options: TakeOptions): TakeAnswer<HttpAnswer> {
  return async (answer) => {
    const { head, wire, request } = answer;
    if (head.skipped) return { ...head, body: undefined };
    const start = await readStart(wire, options.maxBufferedBytes);
    if (start.whole) return { ...head, body: parsed(answer, textOf(start), options) };
    const what = `answered ${head.status} with more than ${options.maxBufferedBytes} bytes`;
    throw failed(
      brokenError(request, {
        what,
        advice: "Ask for less at a time.",
        status: head.status,
        retryable: false,
      }),
    );
  };
}

/** Parses a body. What is no JSON although the status says success was cut off, or comes from a proxy. */
export function parsed({ head, request }: TakenAnswer, text: string, options: TakeOptions): unknown {
  try {
    return parseBody(text, options);
  } catch (cause) {
    const bodyExcerpt = excerptOf(text, options.redact);
    const what = `answered ${head.status} with a body that is no JSON: ${bodyExcerpt}`;
    const advice = "Check the base address, or try again later.";
    const error = brokenError(request, {
      what,
      advice,
      status: head.status,
      cause: syntaxOnly(cause),
      bodyExcerpt,
    });
    throw new FailedTry({ verdict: "retry", error });
  }
}

/** The messages of JSON.parse quote the text. */
function syntaxOnly(cause: unknown): Error {
  return new Error(cause instanceof RangeError ? "nested too deeply" : "unexpected token or end");
}

/** Takes an answer whose body the caller reads. */
export function takeBytes(): TakeAnswer<ByteAnswer> {
  return async ({ head, wire }) => ({ ...head, bytes: head.skipped ? nothing() : bytesOf(wire) });
}

async function* nothing(): AsyncGenerator<Uint8Array, void, void> {}

async function* bytesOf(wire: TakenAnswer["wire"]): AsyncGenerator<Uint8Array, void, void> {
  try {
    for (let piece = await wire.read(); piece !== undefined; piece = await wire.read()) yield piece;
  } catch (error) {
    throw error instanceof FailedTry ? error.error : error;
  } finally {
    wire.destroy();
  }
}
