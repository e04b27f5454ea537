/** The requests that clients make, by what they are for. */
export type SnowflakeEndpoint =
  | "login"
  | "token"
  | "heartbeat"
  | "logout"
  | "telemetry"
  | "query"
  | "result"
  | "monitoring"
  | "abort"
  | "oauth"
  | "blob";

/** A request's endpoint, and the query id in its path. */
export interface Route {
  readonly endpoint: SnowflakeEndpoint;
  readonly queryId: string | undefined;
}

const uuid = "([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})";

const routes: readonly (readonly [method: string, path: RegExp, endpoint: SnowflakeEndpoint])[] = [
  ["POST", /^\/session\/v1\/login-request$/u, "login"],
  ["POST", /^\/session\/token-request$/u, "token"],
  ["POST", /^\/session\/heartbeat$/u, "heartbeat"],
  ["POST", /^\/session$/u, "logout"],
  ["POST", /^\/telemetry\/send$/u, "telemetry"],
  ["POST", /^\/queries\/v1\/query-request$/u, "query"],
  ["GET", new RegExp(`^/queries/${uuid}/result$`, "iu"), "result"],
  ["GET", new RegExp(`^/monitoring/queries/${uuid}$`, "iu"), "monitoring"],
  ["POST", /^\/queries\/v1\/abort-request$/u, "abort"],
  ["POST", new RegExp(`^/queries/${uuid}/abort-request$`, "iu"), "abort"],
  ["POST", /^\/oauth\/token-request$/u, "oauth"],
  ["POST", /^\/oauth2\/v1\/token$/u, "oauth"],
];

const endpoints = new Set<string>([...routes.map(([, , endpoint]) => endpoint), "blob"]);

/** Tells whether a text names an endpoint. */
export function isEndpoint(text: unknown): text is SnowflakeEndpoint {
  return typeof text === "string" && endpoints.has(text);
}

/** Finds what a request is for; undefined when the service has nothing there. */
export function routeOf(method: string, path: string): Route | undefined {
  for (const [itsMethod, pattern, endpoint] of routes) {
    const match = itsMethod === method ? pattern.exec(path) : null;
    if (match !== null) return { endpoint, queryId: match[1] };
  }
  return undefined;
}
