import { ConnectorError } from "@chorale/singer";
import { endpointOf, withoutUserInfo } from "./address.ts";
import { type BodyStart, discard, readStart, replay, textOf } from "./body.ts";
import { classifyAnswer } from "./classify.ts";
import type { ClientParts } from "./client-parts.ts";
import { answerError, brokenError, FailedTry, networkFailure, type RequestName } from "./failures.ts";
import type { AnswerHead, Verdict } from "./http-client.ts";
import { nameOf, type Outgoing, redirected } from "./outgoing.ts";
import { millisecondsUntil, retryAfterMs } from "./server-wait.ts";
import type { WireAnswer } from "./transport.ts";

const maxRedirects = 5;
const maxErrorBody = 4096;
/** What a server that says nothing is given: the length of most rate windows. */
const defaultRateWaitMs = 60_000;

/** An answer that is taken, with its body still to be read unless it was skipped. */
export interface TakenAnswer {
  readonly head: AnswerHead;
  readonly request: RequestName;
  readonly wire: WireAnswer;
}

/** Reads what is wanted of an answer. */
export type TakeAnswer<T> = (answer: TakenAnswer) => Promise<T>;

/** Sends a request once. Throws {@link FailedTry} for whatever a further try could mend or not. */
export async function sendOnce<T>(
  request: Outgoing,
  { parts, retries, take }: { parts: ClientParts; retries: number; take: TakeAnswer<T> },
): Promise<T> {
  const started = parts.clock.monotonic();
  let status: number | undefined;
  try {
    const sent = await followRedirects(request, parts);
    status = sent.wire.status;
    return await judge({ ...sent, parts, take });
  } catch (error) {
    if (error instanceof FailedTry) status = error.error.status ?? status;
    throw error;
  } finally {
    const seconds = (parts.clock.monotonic() - started) / 1000;
    const { method } = request;
    parts.onRequest({ method, endpoint: endpointOf(request.url), status, seconds, retries });
    parts.log.debug(`${method} ${nameOf(request, parts).url}`, { status, seconds, retries });
  }
}

interface Sent {
  readonly wire: WireAnswer;
  readonly request: Outgoing;
  readonly generation: number | undefined;
  /** How long the answer's headers say that nothing is left; undefined when something is. */
  readonly windowMs: number | undefined;
}

/** Follows redirects within the origin. Credentials, and what was asked for, never leave it. */
async function followRedirects(first: Outgoing, parts: ClientParts): Promise<Sent> {
  let request = first;
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    const sent = await sendWithCredentials(request, parts);
    const target = redirectOf(sent.wire, request);
    if (target === undefined) return sent;
    await discard(sent.wire);
    const { status } = sent.wire;
    request = redirected(request, { status, url: sameOrigin(target, { request, status, parts }) });
  }
  const what = `failed: more than ${maxRedirects} redirects`;
  throw failed(
    brokenError(nameOf(first, parts), { what, advice: "Check the base address.", retryable: false }),
  );
}

function redirectOf(wire: WireAnswer, request: Outgoing): URL | undefined {
  const { location } = wire.headers;
  if (![301, 302, 303, 307, 308].includes(wire.status) || location === undefined) return undefined;
  return URL.parse(location, request.url.href) ?? undefined;
}

function sameOrigin(
  target: URL,
  { request, status, parts }: { request: Outgoing; status: number; parts: ClientParts },
): URL {
  if (target.origin === request.url.origin) return withoutUserInfo(target);
  const what = `answered ${status}: refused to follow a redirect to another origin, ${target.origin}`;
  throw failed(
    brokenError(nameOf(request, parts), {
      what,
      advice: "Check the base address.",
      status,
      retryable: false,
    }),
  );
}

async function sendWithCredentials(request: Outgoing, parts: ClientParts): Promise<Sent> {
  const { buckets, signal } = parts;
  const bucket = buckets?.of(request.options.bucket);
  await bucket?.take(signal);
  try {
    return await sendNow(request, parts);
  } finally {
    bucket?.settle();
  }
}

async function sendNow(request: Outgoing, parts: ClientParts): Promise<Sent> {
  // After the wait, which may outlast a token. That no address of another origin comes here is looked after
  // where links and redirects are read; this line keeps the credentials at home all the same.
  const mayHave = request.url.origin === parts.base.origin;
  const current = mayHave ? await parts.credentials?.current() : undefined;
  const headers = { ...request.headers, ...current?.headers };
  const options = { request: nameOf(request, parts), parts };
  // What is sent is signed; the request itself stays as it is, for messages and for the next try.
  const url = (mayHave ? parts.sign?.(request.url) : undefined) ?? request.url;
  const wire = await orFailed(parts.transport.send({ ...request, url, headers }), options);
  const windowMs = noteRateLeft(wire, { request, parts });
  return { wire: guarded(wire, options), request, generation: current?.generation, windowMs };
}

/** Turns what breaks below HTTP into a failed try; the signal's reason and errors of ours stay. */
async function orFailed<T>(
  promise: Promise<T>,
  { request, parts, status }: { request: RequestName; parts: ClientParts; status?: number },
): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    parts.signal.throwIfAborted();
    if (ConnectorError.isInstance(error) || error instanceof TypeError) throw error;
    const { redact } = parts;
    throw networkFailure(error, { request, redact, ...(status === undefined ? {} : { status }) });
  }
}

/** Makes reading fail as sending does, and ends bodies that are larger than anyone wants. */
function guarded(
  wire: WireAnswer,
  { request, parts }: { request: RequestName; parts: ClientParts },
): WireAnswer {
  let bytes = 0;
  const { status } = wire;
  return {
    ...wire,
    async read() {
      const piece = await orFailed(wire.read(), { request, parts, status });
      bytes += piece?.length ?? 0;
      if (bytes <= parts.maxResponseBytes) return piece;
      wire.destroy();
      const what = `answered ${status} with more than ${parts.maxResponseBytes} bytes`;
      throw failed(
        brokenError(request, { what, advice: "Ask for less at a time.", status, retryable: false }),
      );
    },
  };
}

/** Holds back what is used up, and answers for how long. */
function noteRateLeft(
  wire: WireAnswer,
  { request, parts }: { request: Outgoing; parts: ClientParts },
): number | undefined {
  let longest: number | undefined;
  for (const { bucket, remaining, resetSeconds } of parts.rateLeft?.(wire.headers) ?? []) {
    const spent = parts.buckets?.of(bucket ?? request.options.bucket);
    // Requests that are under way, this one not among them any more, will use up what is left.
    const isOwn = spent === parts.buckets?.of(request.options.bucket);
    if (remaining > (spent?.open ?? 0) - (isOwn ? 1 : 0)) continue;
    const wait = millisecondsUntil(resetSeconds, wire.headers, parts.clock);
    // A window without end would hold the run for ever; the server's 429 tells better.
    spent?.pause(Math.min(wait, parts.maxWaitMs));
    longest = Math.max(longest ?? 0, wait);
  }
  return longest;
}

interface Judging<T> extends Sent {
  readonly parts: ClientParts;
  readonly take: TakeAnswer<T>;
}

async function judge<T>(judging: Judging<T>): Promise<T> {
  const { wire, request, parts, take } = judging;
  const isSuccess = wire.status >= 200 && wire.status < 300;
  const start = isSuccess ? undefined : await readErrorBody(wire);
  const text = start === undefined ? "" : textOf(start).slice(0, maxErrorBody);
  const summary = { status: wire.status, headers: wire.headers, text };
  const verdict = classifyAnswer(summary, [request.options.classify, parts.classify]);
  const whole = start === undefined ? wire : replay(wire, start);
  if (verdict === "success") return takeOrClose(take, takenAnswer(judging, whole));
  await discard(whole);
  if (verdict !== "skip") throw refused({ ...judging, verdict, text });
  const name = nameOf(request, parts);
  parts.log.info(`${name.method} ${name.url} answered ${wire.status}: skipped`);
  return take({ ...takenAnswer(judging, whole), head: { ...headOf(judging), skipped: true } });
}

async function takeOrClose<T>(take: TakeAnswer<T>, answer: TakenAnswer): Promise<T> {
  try {
    return await take(answer);
  } catch (error) {
    answer.wire.destroy();
    throw error;
  }
}

/** The status decides, also where the body that explains it cannot be read. */
async function readErrorBody(wire: WireAnswer): Promise<BodyStart> {
  try {
    return await readStart(wire, maxErrorBody);
  } catch (error) {
    if (!(error instanceof FailedTry)) throw error;
    return { pieces: [], bytes: 0, whole: true };
  }
}

function takenAnswer<T>(judging: Judging<T>, wire: WireAnswer): TakenAnswer {
  return { head: headOf(judging), request: nameOf(judging.request, judging.parts), wire };
}

function headOf<T>({ wire, request, parts }: Judging<T>): AnswerHead {
  const { url } = nameOf(request, parts);
  return { status: wire.status, headers: wire.headers, url, skipped: false };
}

function refused<T>(
  judging: Judging<T> & { verdict: Exclude<Verdict, "success" | "skip">; text: string },
): FailedTry {
  const { wire, request, parts, verdict, text, generation, windowMs } = judging;
  const asked = retryAfterMs(wire.headers, parts.clock);
  const waitMs = verdict === "rate-limited" ? (asked ?? windowMs ?? defaultRateWaitMs) : asked;
  const error = answerError({
    request: nameOf(request, parts),
    status: wire.status,
    text,
    retryAfterMs: asked,
    retryable: verdict === "retry" || verdict === "rate-limited",
    redact: parts.redact,
  });
  // A server that refuses one request for its rate refuses the others of the bucket too.
  const isBucketsFault = verdict === "rate-limited" && (wire.status === 429 || asked !== undefined);
  if (isBucketsFault && waitMs !== undefined) {
    parts.buckets?.of(request.options.bucket).pause(Math.min(waitMs, parts.maxWaitMs));
  }
  return new FailedTry({ verdict, error, waitMs, generation });
}

/** A failure that no further try can mend. */
export function failed(error: FailedTry["error"]): FailedTry {
  return new FailedTry({ verdict: "fail", error });
}
