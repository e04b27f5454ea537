import { type Answer, jsonAnswer } from "../answer.ts";
import type { StandInRequest } from "../listener.ts";
import { matchesPath } from "../path-pattern.ts";
import { rateLimiter } from "../rate-limits.ts";
import { bearerOf, type Credential, callerOf, defaultCredentials } from "./credentials.ts";
import { type Features, type Plan, plans, type Role, refusalOf } from "./features.ts";
import {
  type DenialReason,
  denied,
  invalidToken,
  type RateLimitBody,
  Refusal,
  recordNotFound,
  unauthenticated,
  unknownEndpoint,
} from "./problems.ts";
import type { Quirks } from "./quirks.ts";
import { countRequest, defaultRateLimits, type RateLimits } from "./rate-buckets.ts";
import { mayRead } from "./scopes.ts";
import type { TokenBook } from "./tokens.ts";
import type { ZendeskRequest } from "./zendesk-request.ts";

/** An endpoint that refuses everybody. */
export interface Denial {
  /** A path with `*` and `**`, such as `/api/v2/incremental/**`. */
  readonly path: string;
  /** @default "role" */
  readonly reason?: DenialReason;
}

/** What every endpoint asks before it answers. */
export interface GateOptions {
  /** @default admin@example.com with sandbox-token, and the access token sandbox-access-token */
  readonly credentials?: readonly Credential[];
  /** What the account pays for: features and requests a minute. @default "enterprise" */
  readonly plan?: Plan;
  /** Features that the account has or lacks whatever its plan. */
  readonly features?: Partial<Features>;
  /** Whose credentials they are. @default "admin" */
  readonly role?: Role;
  /** Requests a window by bucket; buckets that are not given keep the vendor's limit. */
  readonly rateLimits?: Partial<RateLimits>;
  /** How long a window is. @default 60 000, the vendor's minute */
  readonly rateLimitWindowMs?: number;
  /** The body of a 429. @default "text" */
  readonly rateLimitBody?: RateLimitBody;
  readonly denied?: readonly Denial[];
  readonly quirks?: Quirks;
}

/** Answers a path that is open to the caller. */
export type Answering = (request: StandInRequest, path: string) => Answer;

interface Gate {
  readonly options: GateOptions;
  readonly features: Features;
  readonly clock: () => number;
  readonly tokens: TokenBook;
  readonly answering: Answering;
}

/** The scopes of whoever calls: none of an API token, which may do everything. Refuses with 401 whom nobody knows. */
function scopesOf(
  { options, clock, tokens }: Gate,
  header: string | undefined,
): readonly string[] | undefined {
  const token = bearerOf(header);
  const issued = token === undefined ? undefined : tokens.use(token);
  if (issued !== undefined) {
    if ("refused" in issued) throw new Refusal(issued.refused);
    return issued.scopes;
  }
  const credentials = options.credentials ?? defaultCredentials;
  const caller = callerOf({ header, credentials, now: clock() });
  if (caller.kind === "expired") throw new Refusal(invalidToken);
  if (caller.kind === "unknown") throw new Refusal(unauthenticated);
  return caller.scopes;
}

/** What the token of a request says of itself. */
function introspection({ options, tokens }: Gate, header: string | undefined): Answer {
  const token = bearerOf(header);
  if (token === undefined) return recordNotFound;
  const issued = tokens.describe(token);
  if (issued !== undefined) return jsonAnswer({ token: issued });
  const credentials = options.credentials ?? defaultCredentials;
  const given = credentials.find((known) => "access_token" in known && known.access_token === token);
  const { scopes = ["read"], expires_at: expires } =
    given !== undefined && "access_token" in given ? given : {};
  const expiresAt = expires === undefined ? null : new Date(expires).toISOString();
  return jsonAnswer({ token: { id: 1, client_id: 1, scopes, expires_at: expiresAt } });
}

/** The answer of an endpoint that the caller has got through to. */
function open(gate: Gate, request: StandInRequest, path: string): Answer {
  const { options, features, answering } = gate;
  if (request.method !== "GET") return unknownEndpoint;
  const denial = options.denied?.find((rule) => matchesPath(rule.path, path));
  if (denial !== undefined) return denied(denial.reason ?? "role");
  const refusal = refusalOf({ features, role: options.role ?? "admin", path });
  if (refusal !== undefined) return denied(refusal);
  return path === "/api/v2/oauth/tokens/current"
    ? introspection(gate, request.authorization)
    : answering(request, path);
}

function refusable(answer: () => Answer): Answer {
  try {
    return answer();
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
}

/** Puts in front of the data what every endpoint shares: credentials, limits, scopes, plans and roles. */
export function gate(options: Gate): (request: ZendeskRequest) => Answer {
  const { plan = "enterprise", rateLimits, rateLimitWindowMs, rateLimitBody, quirks } = options.options;
  const limits = { ...defaultRateLimits, account: plans[plan].account, ...rateLimits };
  const limiter = rateLimiter(options.clock);
  const counted = (path: string): ReturnType<typeof countRequest> =>
    countRequest({
      limiter,
      limits,
      windowMs: rateLimitWindowMs ?? 60_000,
      path,
      oldHeaders: quirks?.oldRateHeaders === true,
      body: rateLimitBody ?? "text",
    });
  return (request) =>
    refusable(() => {
      const path = request.path.replace(/\.json$/u, "");
      if (path === "/oauth/tokens" && request.method === "POST") return options.tokens.answer(request.body);
      const scopes = scopesOf(options, request.authorization);
      const { headers, refused } = counted(path);
      const answer = (): Answer => {
        if (refused !== undefined) return refused;
        if (scopes !== undefined && !mayRead(scopes, path)) return denied("scope");
        return open(options, request, path);
      };
      const found = refusable(answer);
      return { ...found, headers: { ...headers, ...found.headers } };
    });
}
