import { ApiError, AuthenticationError } from "@chorale/singer";
import { adviceOf, saidBy } from "./failures.ts";

type Headers = Readonly<Record<string, string>>;

/** Headers with credentials, and which round of them it is. */
export interface CredentialHeaders {
  readonly headers: Headers;
  readonly generation: number;
}

/** What the credentials of a client are made of. */
export interface CredentialOptions {
  /** Headers that never change. */
  readonly fixed: Headers;
  /** Fetches headers that may expire; they are good for so many seconds once it says so. */
  readonly authorize?: ((call: AuthorizeCall) => Promise<Headers>) | undefined;
  /** Milliseconds that only ever grow. */
  readonly monotonic: () => number;
  /** Is told what must not show up in a log, before it is used. */
  readonly onSecrets: (secrets: readonly string[]) => void;
}

/** What is told to whoever fetches headers. */
export interface AuthorizeCall {
  readonly refused: boolean;
  validFor(seconds: number): void;
}

/** The credentials of a client, shared by its requests. */
export interface Credentials {
  current(): Promise<CredentialHeaders>;
  /** Whether a refusal may be answered by new credentials. */
  readonly renewable: boolean;
  /**
   * Fetches new credentials in place of those of `generation`; at once when somebody else did already.
   * All that ask at the same time share one call.
   */
  renew(generation: number | undefined): Promise<void>;
}

/** Makes the credentials of a client. A failed call is not remembered: the next request asks again. */
export function createCredentials(options: CredentialOptions): Credentials {
  const { fixed, authorize, onSecrets, monotonic } = options;
  const fixedSecrets = secretsOf(Object.entries(fixed).filter(([name]) => secretHeader.test(name)));
  onSecrets(fixedSecrets);
  let generation = 0;
  let pending: Promise<Headers> | undefined;
  let goodUntil = Number.POSITIVE_INFINITY;

  const fetchHeaders = (refused: boolean): Promise<Headers> => {
    generation += 1;
    goodUntil = Number.POSITIVE_INFINITY;
    const validFor = (seconds: number): void => {
      goodUntil = monotonic() + seconds * 1000;
    };
    const call = authorized(authorize, { refused, validFor }).then((headers) => {
      onSecrets([...fixedSecrets, ...secretsOf(Object.entries(headers))]);
      return headers;
    });
    call.catch(() => {
      if (pending === call) pending = undefined;
    });
    pending = call;
    return call;
  };

  return {
    renewable: authorize !== undefined,
    async current() {
      const isOver = monotonic() >= goodUntil;
      const call = pending === undefined || isOver ? fetchHeaders(false) : pending;
      const used = generation;
      return { headers: { ...fixed, ...(await call) }, generation: used };
    },
    async renew(refused) {
      await (refused === generation ? fetchHeaders(true) : pending);
    },
  };
}

const secretHeader = /authorization|cookie|key|secret|token/i;

/** The values of headers, and what stands behind a scheme such as `Bearer`. */
function secretsOf(headers: readonly (readonly [string, string])[]): readonly string[] {
  return headers.flatMap(([, value]) => [value, value.slice(value.indexOf(" ") + 1)]);
}

async function authorized(authorize: CredentialOptions["authorize"], call: AuthorizeCall): Promise<Headers> {
  try {
    return (await authorize?.(call)) ?? {};
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw new AuthenticationError(`credentials refused: ${saidBy(error)}. ${adviceOf(401)}`, {
      cause: error,
    });
  }
}

/** A token endpoint says so with 400 (`invalid_grant`), 401 or 403. */
function isRefusal(error: unknown): error is ApiError {
  return ApiError.isInstance(error) && (error.status === 400 || error.status === 401 || error.status === 403);
}
