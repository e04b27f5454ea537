import { type Answer, jsonAnswer } from "../answer.ts";
import { type FaultControl, type FaultPlan, faultControl } from "../faults.ts";
import type { LoggedRequest } from "../request-log.ts";
import type { EndpointContext, Quirks } from "./endpoint-context.ts";
import { viewsAnswer } from "./endpoints.ts";
import { listenAsZuoraRevenue, type ZuoraRevenueRequest } from "./exchange.ts";
import { expired, notEnabled, problem } from "./problems.ts";
import { type StoreOptions, type ZuoraRevenueStore, zuoraRevenueStore } from "./store.ts";
import { TaskBook, type TaskControl } from "./task-book.ts";
import { TokenBook, type TokenOptions } from "./token-book.ts";

/** What a Zuora Revenue stand-in is started with. */
export interface ZuoraRevenueOptions
  extends Partial<StoreOptions>,
    Partial<Omit<TokenOptions, "clock">>,
    Partial<Quirks> {
  /** @default 0, a free port */
  readonly port?: number;
  /** What the API lies below, on the side of OneID. @default /revenue/api/integration */
  readonly oneIdPrefix?: string;
  /** Whether the API service is enabled for the tenant. @default true */
  readonly isEnabled?: boolean;
  /** @default 1 */
  readonly clientId?: number;
  /** How often a page after the first is "not cached" yet. @default 0 */
  readonly lag?: number;
  /** The time in milliseconds. @default Date.now */
  readonly clock?: () => number;
  readonly faults?: FaultPlan;
  /** How long each answer waits. @default 0 */
  readonly latencyMs?: number;
}

/** A running Zuora Revenue stand-in. */
export interface ZuoraRevenueSandbox {
  /** The address without a path; the API is below `/api/integration`. */
  readonly url: string;
  readonly port: number;
  /** Every request so far, oldest first. */
  readonly requests: LoggedRequest[];
  readonly faults: FaultControl;
  readonly store: ZuoraRevenueStore;
  readonly tasks: TaskControl;
  /** Lets every token that was given out expire. */
  expireTokens(): void;
  /** Stops listening and drops every connection. */
  close(): Promise<void>;
}

const vanityPrefix = "/api/integration";

interface Tenant extends EndpointContext, TokenOptions {
  readonly tokens: TokenBook;
  readonly isEnabled: boolean;
  readonly oneIdPrefix: string;
}

function tenantOf(options: ZuoraRevenueOptions, clock: () => number): Tenant {
  const credentials = {
    username: options.username ?? "sandbox-user",
    password: options.password ?? "sandbox-password",
    role: options.role ?? "API Role",
    clientName: options.clientName ?? "Default",
    oauthClientId: options.oauthClientId ?? "sandbox-oauth-client",
    oauthClientSecret: options.oauthClientSecret ?? "sandbox-oauth-secret",
    tokenSeconds: options.tokenSeconds ?? 1800,
    clock,
  };
  const { isEnabled = true, oneIdPrefix = "/revenue/api/integration", clientId = 1, lag = 0 } = options;
  const tasks = new TaskBook({ clock, lag });
  const store = zuoraRevenueStore(storeOptions(options));
  const tokens = new TokenBook(credentials);
  return {
    ...credentials,
    isEnabled,
    oneIdPrefix,
    clientId,
    tasks,
    store,
    tokens,
    quirks: quirksOf(options),
  };
}

function storeOptions(options: ZuoraRevenueOptions): StoreOptions {
  const { seed = 1, rows = 10, rowsOf = {}, extraColumns = {}, bounds = "inclusive" } = options;
  const { startsAt = Date.UTC(2024, 0, 1), stepMs = 60_000 } = options;
  return { seed, rows, rowsOf, extraColumns, bounds, startsAt, stepMs };
}

function quirksOf(options: ZuoraRevenueOptions): Quirks {
  const { pastTheEnd = "404", tokenHeader = "continuation-token", headerOn = "every page" } = options;
  const { rateLimitStatus = 400, countDrift = 0, counts = true } = options;
  const { byteOrderMark = false, crLf = false } = options;
  return { pastTheEnd, tokenHeader, headerOn, rateLimitStatus, countDrift, counts, byteOrderMark, crLf };
}

/** The vendor's own log-in: the token comes in a header. */
function authenticate({ method, headers, body }: ZuoraRevenueRequest, tenant: Tenant): Answer {
  if (method !== "POST" || body !== "") return problem(400, "POST without a body is expected");
  if (headers["clientname"] !== tenant.clientName) return problem(400, "Invalid client name");
  const expected = Buffer.from(`${tenant.username}:${tenant.password}`).toString("base64");
  if (headers.authorization !== `Basic ${expected}`) return problem(401, "Invalid user or password");
  if (headers["role"] !== tenant.role) return problem(401, "Invalid role");
  const answer = { Message: "Token Generated", status: "success" };
  return jsonAnswer(answer, { headers: { "Revpro-Token": tenant.tokens.issue() } });
}

function grantToken({ method, body }: ZuoraRevenueRequest, tenant: Tenant): Answer {
  const form = new URLSearchParams(body);
  if (method !== "POST" || form.get("grant_type") !== "client_credentials") {
    return jsonAnswer({ error: "unsupported_grant_type" }, { status: 400 });
  }
  const isKnown =
    form.get("client_id") === tenant.oauthClientId && form.get("client_secret") === tenant.oauthClientSecret;
  if (!isKnown) return jsonAnswer({ error: "invalid_client" }, { status: 401 });
  const { tokenSeconds: seconds } = tenant;
  return jsonAnswer({ access_token: tenant.tokens.issue(), token_type: "bearer", expires_in: seconds });
}

function oneHeader(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" ? value : value?.[0];
}

/** A token is taken where it belongs: in a header of its own by the tenant's host, as a bearer by OneID's. */
function tokenOf({ path, headers }: ZuoraRevenueRequest): string {
  if (path.startsWith(`${vanityPrefix}/`)) return oneHeader(headers["token"]) ?? "";
  return (headers.authorization ?? "").replace(/^Bearer /u, "");
}

function answerOf(request: ZuoraRevenueRequest, tenant: Tenant): ReturnType<typeof viewsAnswer> {
  if (!tenant.isEnabled) return notEnabled;
  if (request.path === "/oauth2/token") return grantToken(request, tenant);
  const prefixes = [vanityPrefix, tenant.oneIdPrefix];
  const prefix = prefixes.find((each) => request.path.startsWith(`${each}/`));
  if (prefix === undefined) return problem(404, "Not found");
  const [version, ...segments] = request.path
    .slice(prefix.length + 1)
    .split("/")
    .map(decodeURIComponent);
  if (version === "v1" && segments.join("/") === "authenticate") return authenticate(request, tenant);
  if (!tenant.tokens.isValid(tokenOf(request))) return expired;
  if (version !== "v2") return problem(404, "Not found");
  const { method, query, headers } = request;
  const continuation = oneHeader(headers["continuation-token"]);
  return viewsAnswer({ method, query, segments, continuation }, tenant);
}

/**
 * Starts a stand-in of Zuora Revenue's BI views on 127.0.0.1, as strict as the vendor.
 *
 * Its rows, from the seed, are the same on every machine. Close it when done.
 *
 * @example
 * ```ts
 * await using stack = new AsyncDisposableStack();
 * const tenant = stack.adopt(await startZuoraRevenue({ rows: 100 }), (each) => each.close());
 * await fetch(`${tenant.url}/api/integration/v2/biviews-status`, { headers: { token: "expired" } }); // 401
 * ```
 */
export async function startZuoraRevenue(options: ZuoraRevenueOptions = {}): Promise<ZuoraRevenueSandbox> {
  const clock = options.clock ?? Date.now;
  const tenant = tenantOf(options, clock);
  const faults = faultControl(options.faults);
  const latencyMs = options.latencyMs ?? 0;
  const answer = (request: ZuoraRevenueRequest) => answerOf(request, tenant);
  const server = await listenAsZuoraRevenue({ answer, faults, clock, latencyMs }, options.port);
  const { store, tasks, tokens } = tenant;
  return { ...server, faults, store, tasks, expireTokens: () => tokens.expireAll() };
}
