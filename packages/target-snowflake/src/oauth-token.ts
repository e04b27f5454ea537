import { AuthenticationError, ConfigError, type ConnectorError, LoadError } from "@chorale/singer";

/** What access tokens are asked for with. */
export interface OauthGrant {
  /** The token endpoint: https, or http on this machine. */
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Without it the client's own credentials are the grant. */
  readonly refreshToken?: string | undefined;
  readonly scope?: string | undefined;
  /** How long one request may take. */
  readonly timeoutMs: number;
}

interface AccessToken {
  readonly text: string;
  /** By `performance.now()`. */
  readonly goodUntil: number;
}

/** A token that is good for less than this is not given away any more. */
const marginMs = 60_000;
/** How long a token is taken to be good when its endpoint does not say. */
const usualSeconds = 600;
const mostBytes = 256 * 1024;

/**
 * The access tokens of one OAuth client. A token is kept until shortly before its end; a refresh token that the
 * endpoint replaces is replaced here too, so all connections of a run share one of these.
 */
export class OauthTokens {
  readonly #grant: OauthGrant;
  #refreshToken: string | undefined;
  #token: Promise<AccessToken> | undefined;

  constructor(grant: OauthGrant) {
    checkEndpoint(grant.url);
    this.#grant = grant;
    this.#refreshToken = grant.refreshToken;
  }

  /**
   * Answers an access token, asking for one where there is none that is good. Throws `AuthenticationError` when the
   * client is refused, and a retryable `LoadError` when the endpoint cannot be reached; neither holds a secret.
   */
  async token(signal: AbortSignal): Promise<string> {
    for (;;) {
      const asked = this.#token ?? this.#start(signal);
      const { text, goodUntil } = await asked;
      if (goodUntil > performance.now()) return text;
      if (this.#token === asked) this.#token = undefined;
    }
  }

  /** Forgets the token, because it was refused. */
  forget(): void {
    this.#token = undefined;
  }

  #start(signal: AbortSignal): Promise<AccessToken> {
    const asked = this.#ask(signal);
    this.#token = asked;
    asked.catch(() => {
      if (this.#token === asked) this.#token = undefined;
    });
    return asked;
  }

  async #ask(signal: AbortSignal): Promise<AccessToken> {
    const { url, scope } = this.#grant;
    const form = new URLSearchParams(
      this.#refreshToken === undefined
        ? { grant_type: "client_credentials" }
        : { grant_type: "refresh_token", refresh_token: this.#refreshToken },
    );
    if (scope !== undefined) form.set("scope", scope);
    const answer = await this.#post(form, signal);
    const { access_token: text, expires_in: seconds, refresh_token: refreshToken } = answer;
    if (typeof text !== "string" || text === "") {
      throw new AuthenticationError(
        `oauth_token_request_url ${originOf(url)} answered without an access token. Check that it is the client's token endpoint.`,
      );
    }
    if (typeof refreshToken === "string" && refreshToken !== "" && this.#refreshToken !== undefined) {
      this.#refreshToken = refreshToken;
    }
    const goodMs = (Number(seconds) >= 1 ? Number(seconds) : usualSeconds) * 1000;
    return { text, goodUntil: performance.now() + Math.max(goodMs - marginMs, goodMs / 2) };
  }

  /** Clients are known by a header, or by fields of the form; an endpoint that wants the other way says so. */
  async #post(form: URLSearchParams, signal: AbortSignal): Promise<Fields> {
    const { clientId, clientSecret } = this.#grant;
    const basic = Buffer.from(`${clientId}:${clientSecret}`).toString("base64");
    const first = await this.#request({ form, signal, authorization: `Basic ${basic}` });
    if (first.isOk) return first.fields;
    if (first.fields["error"] !== "invalid_client") throw this.#refusal(first);
    const known = new URLSearchParams([...form, ["client_id", clientId], ["client_secret", clientSecret]]);
    const second = await this.#request({ form: known, signal });
    if (second.isOk) return second.fields;
    throw this.#refusal(first);
  }

  #refusal(answer: TokenAnswer): ConnectorError {
    return refused(answer, { ...this.#grant, refreshToken: this.#refreshToken });
  }

  async #request({ form, signal, authorization }: TokenRequest): Promise<TokenAnswer> {
    const { url, timeoutMs } = this.#grant;
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: {
          accept: "application/json",
          "content-type": "application/x-www-form-urlencoded",
          ...(authorization === undefined ? {} : { authorization }),
        },
        body: form.toString(),
        // Credentials go to the endpoint that was set, and nowhere else.
        redirect: "error",
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      return { isOk: response.ok, status: response.status, fields: fieldsOf(await textOf(response)) };
    } catch (error) {
      signal.throwIfAborted();
      throw unreachable(error, url);
    }
  }
}

type Fields = Readonly<Record<string, unknown>>;

interface TokenRequest {
  readonly form: URLSearchParams;
  readonly signal: AbortSignal;
  readonly authorization?: string;
}

interface TokenAnswer {
  readonly isOk: boolean;
  readonly status: number;
  readonly fields: Fields;
}

function checkEndpoint(url: string): void {
  const parsed = URL.parse(url);
  const isHere = ["127.0.0.1", "localhost", "[::1]"].includes(parsed?.hostname ?? "");
  if (parsed?.protocol === "https:" || (parsed?.protocol === "http:" && isHere)) return;
  throw new ConfigError(
    "oauth_token_request_url is no https address. Set it to the client's token endpoint.",
  );
}

async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > mostBytes) throw new Error(`the answer is longer than ${mostBytes} bytes`);
  }
  return text + decoder.decode();
}

function fieldsOf(text: string): Fields {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null ? Object.fromEntries(Object.entries(parsed)) : {};
  } catch {
    return {};
  }
}

/** Endpoints describe errors in words, which may quote what was sent. */
function refused({ status, fields }: TokenAnswer, grant: OauthGrant): ConnectorError {
  const where = `oauth_token_request_url ${originOf(grant.url)}`;
  if (status >= 500 || status === 429 || status === 408) {
    return new LoadError(`${where} answered HTTP ${status}. Run again later.`, { retryable: true });
  }
  const { error, error_description: description } = fields;
  const reasons = [error, description].filter((text) => typeof text === "string" && text !== "");
  const secrets = [grant.clientSecret, grant.refreshToken ?? ""].filter((text) => text !== "");
  const reason = secrets.reduce((text, each) => text.replaceAll(each, "***"), reasons.join(": "));
  const said = `HTTP ${status}${reason === "" ? "" : ` (${reason.slice(0, 300)})`}`;
  const advice =
    error === "invalid_grant" && grant.refreshToken !== undefined
      ? "Get a new oauth_refresh_token."
      : "Check oauth_client_id and oauth_client_secret, and what the client may do.";
  return new AuthenticationError(`${where} gave no access token: ${said}. ${advice}`);
}

function unreachable(cause: unknown, url: string): LoadError {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const isTimeout = inner instanceof Error && inner.name === "TimeoutError";
  const reason = isTimeout ? "it did not answer in time" : messageOf(inner);
  return new LoadError(
    `oauth_token_request_url ${originOf(url)} cannot be asked for a token: ${reason}. Check the address and the network.`,
    { cause, retryable: true },
  );
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\.+$/, "");
}

function originOf(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? "" : `${parsed.origin}${parsed.pathname}`;
}
