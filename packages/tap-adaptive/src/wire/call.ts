import { ApiError } from "@chorale/singer";
import { patiently, SpoolFile, type StreamContext } from "@chorale/tap-sdk";
import { type AdaptiveConfig, apiVersionOf } from "../settings.ts";
import { CutOffError, refusal, saidBy } from "./failures.ts";
import { type OutputReader, ResponseReader } from "./response-reader.ts";
import { element, type RequestElement, requestText } from "./xml.ts";
import { createXmlReader } from "./xml-reader.ts";

/** What calls are made with. */
export type CallContext = Pick<StreamContext<AdaptiveConfig, unknown>, "config" | "http" | "log" | "signal">;

/** A call of one of the API's methods. */
export interface Call {
  readonly method: string;
  /** What it is about, for messages: `exportData of "FY26"`. */
  readonly subject: string;
  readonly elements: readonly RequestElement[];
  /** Whether the answer may tell at its end whether it was a success. @default false */
  readonly isStreamed?: boolean;
  /** How often a call is made whose answer breaks off. @default 3 */
  readonly attempts?: number;
  /** Makes what reads the output, anew for each try; it hands on items that are kept as JSON. */
  readonly read: (put: (item: unknown) => void) => OutputReader;
}

const defaultAttempts = 3;
const pace = { firstSeconds: 0.5, longestSeconds: 8, timeoutSeconds: 3600 };

/**
 * Makes a call, and yields the items of its output when all of it is there and known to be whole. Until then they
 * are kept in a file. Throws {@link CutOffError} for an answer that breaks off again and again, `RefusedError` and
 * `AuthenticationError` for what the API refuses.
 */
export async function* callMethod(context: CallContext, call: Call): AsyncGenerator<unknown, void, void> {
  const spool = await receive(context, call);
  try {
    for await (const lines of spool.read()) {
      for (const line of lines) yield JSON.parse(line.toString());
    }
  } finally {
    await spool.close();
  }
}

async function receive(context: CallContext, call: Call): Promise<SpoolFile> {
  const { signal, log } = context;
  let last: CutOffError | undefined;
  for await (const attempt of patiently({ ...pace, signal })) {
    try {
      return await receiveOnce(context, call);
    } catch (error) {
      if (!CutOffError.isInstance(error)) throw error;
      last = error;
      if (attempt >= (call.attempts ?? defaultAttempts)) break;
      log.warn(`${error.message} Trying again.`);
    }
  }
  throw last ?? new Error("no try was made");
}

async function receiveOnce(context: CallContext, call: Call): Promise<SpoolFile> {
  const spool = await SpoolFile.create();
  try {
    await receiveInto(spool, context, call);
    return spool;
  } catch (error) {
    await spool.close();
    throw error;
  }
}

async function receiveInto(spool: SpoolFile, context: CallContext, call: Call): Promise<void> {
  const { http, config } = context;
  const output = call.read((item) => spool.add(Buffer.from(JSON.stringify(item))));
  const response = new ResponseReader(output);
  const answer = await http.stream("POST", `v${apiVersionOf(config)}`, {
    text: { content: requestText(callElement(call, config)), contentType: "application/xml; charset=utf-8" },
    headers: { accept: "application/xml, text/xml" },
  });
  let rows: number | undefined;
  try {
    const reader = await createXmlReader(response);
    for await (const piece of answer.bytes) {
      reader.push(piece);
      await spool.flush({ all: false });
    }
    reader.end();
    rows = output.end();
  } catch (error) {
    throw brokenOff(error, { call, url: answer.url });
  }
  judge(response, { rows, context, call, url: answer.url });
  await spool.flush({ all: true });
}

function callElement({ method, elements, isStreamed = false }: Call, config: AdaptiveConfig): RequestElement {
  const { username, password, token = "", instance_code: instanceCode } = config;
  const own = token === "" ? { login: username, password } : { token };
  const credentials = element("credentials", { ...own, locale: "en_US", instanceCode });
  const stream = isStreamed ? "true" : undefined;
  return element("call", { method, callerName: config.caller_name, stream }, [credentials, ...elements]);
}

function brokenOff(error: unknown, { call, url }: { call: Call; url: string }): unknown {
  const isBroken = (ApiError.isInstance(error) && error.retryable) || error instanceof SyntaxError;
  if (!isBroken) return error;
  return cutOff(call, { url, why: error.message.replace(/[.\s]+$/, ""), cause: error });
}

function cutOff(call: Call, { url, why, cause }: { url: string; why: string; cause?: unknown }): CutOffError {
  return new CutOffError(`${call.subject} got an answer that is not whole: ${why}. Try again later.`, {
    method: "POST",
    url,
    retryable: true,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Throws for whatever is no success; the API answers 200 to what it refuses too. */
function judge(
  response: ResponseReader,
  facts: { rows: number | undefined; context: CallContext; call: Call; url: string },
): void {
  const { rows, context, call, url } = facts;
  const { messages } = response;
  const { config, log } = context;
  const verdict = response.verdict();
  if (verdict.kind === "refused") throw refusal(call.subject, { messages, config });
  if (verdict.kind === "unfinished") throw cutOff(call, { url, why: "it does not say that it is a success" });
  const { rowCountSent = rows } = verdict;
  if (rows !== undefined && rowCountSent !== rows) {
    throw cutOff(call, { url, why: `${rows} rows came, of ${rowCountSent} that were sent` });
  }
  if (messages.length > 0) log.warn(`${call.subject}: ${saidBy(messages, config)}`);
}
