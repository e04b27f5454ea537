import { ApiError, ConnectorError } from "@chorale/singer";
import { cut } from "./address.ts";

/** What a request is called in messages: its method and its address without secrets. */
export interface RequestName {
  readonly method: string;
  readonly url: string;
}

/** Why a try did not succeed, and what may be done about it. */
export interface FailedTryOptions {
  readonly verdict: "retry" | "rate-limited" | "unauthorized" | "fail";
  /** What to throw when there is no further try. */
  readonly error: ApiError;
  /** How long the server asked to wait. */
  readonly waitMs?: number | undefined;
  /** Which credentials were sent. */
  readonly generation?: number | undefined;
}

/** A try that did not succeed. It never leaves the client: its `error` does. */
export class FailedTry extends Error {
  readonly verdict: FailedTryOptions["verdict"];
  readonly error: ApiError;
  readonly waitMs: number | undefined;
  readonly generation: number | undefined;

  constructor(options: FailedTryOptions) {
    super(options.error.message);
    this.verdict = options.verdict;
    this.error = options.error;
    this.waitMs = options.waitMs;
    this.generation = options.generation;
  }
}

const maxExcerpt = 300;

/** Cuts the text of a body to one line that can stand in a message. */
export function excerptOf(text: string, redact: (text: string) => string): string {
  // Redacted before it is cut, so that no half of a secret is left over.
  const line = redact(text)
    .replaceAll(/[\p{Cc}\s]+/gu, " ")
    .trim();
  return cut(line, maxExcerpt);
}

/** What is known of an answer that was refused. */
export interface RefusedAnswer {
  readonly request: RequestName;
  readonly status: number;
  readonly text: string;
  readonly retryAfterMs: number | undefined;
  readonly retryable: boolean;
  readonly redact: (text: string) => string;
}

/** Makes the error of an answer that is not taken. */
export function answerError(answer: RefusedAnswer): ApiError {
  const { request, status, retryAfterMs } = answer;
  const known = { ...request, status, bodyExcerpt: excerptOf(answer.text, answer.redact) };
  return new ApiError(`${saidBy(known)}. ${adviceOf(status)}`, {
    ...known,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    retryable: answer.retryable,
  });
}

/** Says what an API answered, without a full stop. */
export function saidBy(
  answer: RequestName & { readonly status?: number | undefined; readonly bodyExcerpt?: string | undefined },
): string {
  const excerpt = (answer.bodyExcerpt ?? "").replace(/[.\s]+$/, "");
  return `${answer.method} ${answer.url} answered ${answer.status}${excerpt === "" ? "" : `: ${excerpt}`}`;
}

/** Says what a person may do about a status. */
export function adviceOf(status: number): string {
  if (status >= 500) return "The server is at fault: try again later.";
  return adviceByStatus[status] ?? "Check the settings that the request is made of.";
}

const adviceByStatus: Readonly<Record<number, string>> = {
  401: "Check the credentials in the settings.",
  403: "Check that the credentials may read it.",
  404: "Check the base address, and that it still exists.",
  408: "Try again later.",
  410: "Check that it still exists.",
  429: "Try again later, or ask for less at a time.",
};

/** Makes the error of a request that got no whole answer, or one that cannot be read. */
export function brokenError(
  request: RequestName,
  options: {
    what: string;
    advice?: string;
    status?: number;
    retryable?: boolean;
    cause?: unknown;
    bodyExcerpt?: string;
  },
): ApiError {
  const { what, advice: hint = "Try again later.", retryable = true, ...rest } = options;
  return new ApiError(`${request.method} ${request.url} ${what}. ${hint}`, {
    ...request,
    ...rest,
    retryable,
  });
}

const certificateCodes =
  /^(?:CERT_|ERR_TLS_CERT|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT|UNABLE_TO_(?:GET_ISSUER|VERIFY_LEAF)|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH)/;

/**
 * Makes the failure of a request that broke below HTTP: no name, no connection, no certificate, no whole
 * body. All but a refused certificate and a proxy that wants credentials may work the next time.
 */
export function networkFailure(
  error: unknown,
  options: { request: RequestName; redact: (text: string) => string; status?: number },
): FailedTry {
  const { request, redact, status } = options;
  const cause = withoutSecrets(error, redact);
  const code = codeOf(error);
  const reason = cut(cause.message === "" ? code : cause.message, maxExcerpt).replaceAll(/\s+/g, " ");
  const answered = status === undefined ? {} : { status };
  const what = `failed: ${reason}${code === "" || reason.includes(code) ? "" : ` (${code})`}`;
  const hint = permanentHint(code, reason);
  if (hint !== undefined) {
    const fatal = brokenError(request, { what, advice: hint, retryable: false, cause, ...answered });
    return new FailedTry({ verdict: "fail", error: fatal });
  }
  const transient = brokenError(request, {
    what,
    advice: "Check the network and the base address, or try again later.",
    cause,
    ...answered,
  });
  return new FailedTry({ verdict: "retry", error: transient });
}

function permanentHint(code: string, reason: string): string | undefined {
  if (certificateCodes.test(code)) {
    return "Check the server's certificate; NODE_EXTRA_CA_CERTS names a file with further authorities.";
  }
  if (/^ERR_(?:INVALID|HTTP_INVALID|UNESCAPED)/.test(code)) {
    return "Check the settings that the request is made of: one holds a character that may not stand there.";
  }
  if (reason.endsWith("Bad response: 407")) return "The proxy wants credentials: put them into HTTPS_PROXY.";
  return undefined;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const code: unknown = Reflect.get(error, "code");
  return typeof code === "string" && code !== "ERR_GOT_REQUEST_ERROR" ? code : "";
}

/** The errors of got carry the whole request, its headers too. This keeps what can be shown. */
function withoutSecrets(error: unknown, redact: (text: string) => string): Error {
  if (ConnectorError.isInstance(error)) return error;
  const plain = new Error(redact(error instanceof Error ? error.message : String(error)));
  if (error instanceof Error && error.stack !== undefined) plain.stack = redact(error.stack);
  const code = codeOf(error);
  return code === "" ? plain : Object.assign(plain, { code });
}
