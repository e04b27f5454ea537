import { type Answer, jsonAnswer } from "../answer.ts";
import type { JsonObject } from "../json.ts";
import { hashOf } from "../seeded-random.ts";
import { invalidToken } from "./problems.ts";
import { isoTime } from "./row.ts";

/** A program that may ask for tokens. */
export interface ZendeskOauthClient {
  readonly client_id: string;
  readonly client_secret: string;
}

/** A refresh token that exists before anybody asked for one, with the access token it came with. */
export interface GivenRefreshToken {
  readonly refresh_token: string;
  readonly client_id: string;
  readonly access_token?: string;
  /** @default "read" */
  readonly scope?: string;
}

/** How the stand-in gives out OAuth tokens. */
export interface ZendeskOauth {
  /** @default sandbox-client with sandbox-secret */
  readonly clients?: readonly ZendeskOauthClient[];
  /** @default sandbox-refresh-token of sandbox-client */
  readonly refreshTokens?: readonly GivenRefreshToken[];
  /** How long an access token lives, whatever was asked for. @default what was asked for, or two days */
  readonly accessTokenSeconds?: number;
  /** How many requests an access token is good for. @default any number */
  readonly accessTokenRequests?: number;
  /** The status of an answer with tokens. @default 201 */
  readonly status?: 200 | 201;
  /** Gives a refresh token for client credentials too. @default false */
  readonly refreshForClientCredentials?: boolean;
}

/** A token that was given out. */
export interface IssuedToken {
  readonly id: number;
  readonly access_token: string;
  readonly refresh_token: string | null;
  readonly client_id: string;
  readonly scope: string;
  /** In epoch seconds. */
  readonly created_at: number;
  readonly expires_at: number;
  readonly refresh_expires_at: number;
}

const twoDays = 172_800;
const thirtyDays = 2_592_000;

const defaultClients: readonly ZendeskOauthClient[] = [
  { client_id: "sandbox-client", client_secret: "sandbox-secret" },
];
const defaultRefreshTokens: readonly GivenRefreshToken[] = [
  { refresh_token: "sandbox-refresh-token", client_id: "sandbox-client" },
];

function problem(status: number, error: string, description: string): Answer {
  return jsonAnswer({ error, error_description: description }, { status });
}

const invalidClient = problem(401, "invalid_client", "Client authentication failed.");
const invalidGrant = problem(
  400,
  "invalid_grant",
  "The provided authorization grant is invalid, expired, revoked, or was issued to another client.",
);

/** A lifetime in seconds between bounds; undefined for what is none. */
function lifetime(given: unknown, bounds: { usual: number; from: number; to: number }): number | undefined {
  if (given === undefined || given === null) return bounds.usual;
  const seconds = typeof given === "string" ? Number(given) : given;
  const fits = typeof seconds === "number" && seconds >= bounds.from && seconds <= bounds.to;
  return fits ? seconds : undefined;
}

/** The tokens of an account: given out, used up, and refused when a refresh took their place. */
export class TokenBook {
  readonly #options: ZendeskOauth;
  readonly #now: () => number;
  readonly #issued = new Map<string, IssuedToken>();
  readonly #refreshable = new Map<string, { clientId: string; scope: string; accessToken?: string }>();
  readonly #used = new Map<string, number>();
  readonly #dead = new Set<string>();

  constructor(options: ZendeskOauth, now: () => number) {
    this.#options = options;
    this.#now = now;
    for (const given of options.refreshTokens ?? defaultRefreshTokens) this.#give(given);
  }

  /** Every token that was given out, oldest first. */
  get issued(): readonly IssuedToken[] {
    return [...this.#issued.values()];
  }

  /** Lets every access token that was given out so far expire now. */
  expireAll(): void {
    for (const token of this.#issued.keys()) this.#dead.add(token);
  }

  /** Counts a use of a token. Undefined for a token that this book never gave out; an answer for one that is dead. */
  use(token: string): { scopes: readonly string[] } | { refused: Answer } | undefined {
    if (this.#dead.has(token)) return { refused: invalidToken };
    const issued = this.#issued.get(token);
    if (issued === undefined) return undefined;
    const used = this.#used.get(token) ?? 0;
    const spent = used >= (this.#options.accessTokenRequests ?? Number.POSITIVE_INFINITY);
    if (spent || this.#now() >= issued.expires_at) return { refused: invalidToken };
    this.#used.set(token, used + 1);
    return { scopes: issued.scope.split(/\s+/u) };
  }

  /** What a token says of itself; undefined for one that this book never gave out. */
  describe(token: string): JsonObject | undefined {
    const issued = this.#issued.get(token);
    if (issued === undefined) return undefined;
    return {
      id: issued.id,
      client_id: hashOf(0, "client", issued.client_id),
      scopes: issued.scope.split(/\s+/u),
      created_at: isoTime(issued.created_at),
      expires_at: isoTime(issued.expires_at),
    };
  }

  /** Answers a request for tokens. */
  answer(body: Readonly<Record<string, unknown>>): Answer {
    const { grant_type: grant, client_id: clientId, client_secret: secret } = body;
    const clients = this.#options.clients ?? defaultClients;
    const client = clients.find((known) => known.client_id === clientId && known.client_secret === secret);
    if (client === undefined) return invalidClient;
    if (grant !== "client_credentials" && grant !== "refresh_token") {
      return problem(400, "unsupported_grant_type", "The authorization grant type is not supported.");
    }
    const seconds = lifetime(body["expires_in"], { usual: twoDays, from: 300, to: twoDays });
    const refreshSeconds = lifetime(body["refresh_token_expires_in"], {
      usual: thirtyDays,
      from: 604_800,
      to: 7_776_000,
    });
    if (seconds === undefined || refreshSeconds === undefined) {
      return problem(400, "invalid_request", "expires_in or refresh_token_expires_in is out of bounds.");
    }
    const issue = { clientId: client.client_id, seconds, refreshSeconds };
    return grant === "refresh_token"
      ? this.#refresh(body["refresh_token"], issue)
      : this.#issueByCredentials(body["scope"], issue);
  }

  #give({
    refresh_token: token,
    client_id: clientId,
    access_token: accessToken,
    scope = "read",
  }: GivenRefreshToken): void {
    this.#refreshable.set(token, { clientId, scope, ...(accessToken === undefined ? {} : { accessToken }) });
    if (accessToken === undefined) return;
    const now = this.#now();
    this.#record({
      access_token: accessToken,
      refresh_token: token,
      client_id: clientId,
      scope,
      expires_at: now + twoDays,
      refresh_expires_at: now + thirtyDays,
    });
  }

  #record(token: Omit<IssuedToken, "id" | "created_at">): void {
    const id = 1 + this.#issued.size;
    this.#issued.set(token.access_token, { id, created_at: this.#now(), ...token });
  }

  #issueByCredentials(
    scope: unknown,
    issue: { clientId: string; seconds: number; refreshSeconds: number },
  ): Answer {
    const withRefresh = this.#options.refreshForClientCredentials === true;
    return this.#issue({ ...issue, scope: typeof scope === "string" ? scope : "read", withRefresh });
  }

  /** The old pair is refused from here on. */
  #refresh(given: unknown, issue: { clientId: string; seconds: number; refreshSeconds: number }): Answer {
    const known = typeof given === "string" ? this.#refreshable.get(given) : undefined;
    if (typeof given !== "string" || known === undefined || known.clientId !== issue.clientId)
      return invalidGrant;
    const pair = known.accessToken === undefined ? undefined : this.#issued.get(known.accessToken);
    this.#refreshable.delete(given);
    if (known.accessToken !== undefined) this.#dead.add(known.accessToken);
    if (pair !== undefined && this.#now() >= pair.refresh_expires_at) return invalidGrant;
    return this.#issue({ ...issue, scope: known.scope, withRefresh: true });
  }

  #issue(issue: {
    clientId: string;
    seconds: number;
    refreshSeconds: number;
    scope: string;
    withRefresh: boolean;
  }): Answer {
    const { clientId, seconds, refreshSeconds, scope, withRefresh } = issue;
    const number = this.#issued.size + 1;
    const spell = (kind: string): string => `${kind}-${number}-${hashOf(number, kind).toString(16)}`;
    const [accessToken, refreshToken] = [spell("access"), withRefresh ? spell("refresh") : null];
    const lives = this.#options.accessTokenSeconds ?? seconds;
    const now = this.#now();
    this.#record({
      access_token: accessToken,
      refresh_token: refreshToken,
      client_id: clientId,
      scope,
      expires_at: now + lives,
      refresh_expires_at: now + refreshSeconds,
    });
    if (refreshToken !== null) this.#refreshable.set(refreshToken, { clientId, scope, accessToken });
    const refresh =
      refreshToken === null ? {} : { refresh_token: refreshToken, refresh_token_expires_in: refreshSeconds };
    return jsonAnswer(
      { access_token: accessToken, ...refresh, token_type: "bearer", scope, expires_in: lives },
      { status: this.#options.status ?? 201 },
    );
  }
}
