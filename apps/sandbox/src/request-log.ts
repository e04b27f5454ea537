import type { IncomingHttpHeaders } from "node:http";

/** One request as a stand-in saw it. Secrets are left out. */
export interface LoggedRequest {
  readonly method: string;
  /** The request target as it was sent: path, query and their percent-encoding. */
  readonly target: string;
  readonly path: string;
  /** The query, decoded; of a repeated parameter the last value. */
  readonly query: Readonly<Record<string, string>>;
  /** The headers without credentials. */
  readonly headers: Readonly<Record<string, string>>;
  /** The status answered; 0 while there is none, and when the connection was reset before one. */
  status: number;
  /** When the request came in, in milliseconds of the stand-in's clock. */
  readonly at: number;
  /** The kind of the fault that was played, if one was. */
  fault?: string;
}

const secretHeaders = new Set([
  "authorization",
  "cookie",
  "proxy-authorization",
  "x-api-key",
  "apikey",
  "token",
]);
const keptRequests = 100_000;

/** Flattens headers to strings and drops those that carry credentials. */
export function headersWithoutSecrets(headers: IncomingHttpHeaders): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || secretHeaders.has(name)) continue;
    kept[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return kept;
}

/** Appends to a log that forgets its older half when it grows beyond 100,000 requests. */
export function logRequest(log: LoggedRequest[], request: LoggedRequest): void {
  if (log.length >= keptRequests) log.splice(0, keptRequests / 2);
  log.push(request);
}
