import type { Answer } from "../answer.ts";
import { type FaultControl, type FaultPlan, faultControl } from "../faults.ts";
import type { JsonObject } from "../json.ts";
import type { StandInRequest } from "../listener.ts";
import { matchesPath } from "../path-pattern.ts";
import type { LoggedRequest } from "../request-log.ts";
import { listen } from "../stand-in-server.ts";
import type { CursorKind } from "./cursors.ts";
import { answerOf, isEventPath } from "./endpoints.ts";
import type { EventName } from "./generated/event-kinds.ts";
import type { ListName } from "./generated/list-rows.ts";
import {
  forbidden,
  methodNotAllowed,
  Refusal,
  statusAnswer,
  tooManyRequests,
  unauthenticated,
} from "./problems.ts";
import { defaultRateLimits, type RateLimits, rateWindows } from "./rate-windows.ts";
import { isSigned } from "./signature.ts";
import { givenStore, store, type ThoughtIndustriesData, type ThoughtIndustriesStore } from "./store.ts";

/** What a Thought Industries stand-in is started with. */
export interface ThoughtIndustriesOptions {
  /** @default 0, a free port */
  readonly port?: number;
  /** Drawn from a seed, or exactly what is given by name of event and list. */
  readonly data: ThoughtIndustriesData | { readonly given: GivenData };
  /** @default "sandbox-api-key" */
  readonly apiKey?: string;
  /** Refuses requests that are not signed with this key. @default none need to be */
  readonly signingKey?: string;
  /** The time in milliseconds. @default Date.now */
  readonly clock?: () => number;
  /** Requests of one window; what is not given keeps the vendor's limit. */
  readonly rateLimits?: Partial<RateLimits>;
  /** How long a window of the limits is. @default 60 000 */
  readonly rateWindowMs?: number;
  /** @default 100, the vendor's */
  readonly eventsPerPage?: number;
  /** @default 100 */
  readonly rowsPerPage?: number;
  /** What cursors of events lead to. @default "before" */
  readonly cursors?: CursorKind;
  /** Paths, with `*` and `**`, that the key's role may not read. */
  readonly denied?: readonly string[];
  readonly faults?: FaultPlan;
  /** How long each answer waits. @default 0 */
  readonly latencyMs?: number;
}

/** Events and rows by the names that paths have for them. */
export type GivenData = Partial<Record<EventName | ListName, readonly JsonObject[]>>;

/** A running Thought Industries stand-in. */
export interface ThoughtIndustriesSandbox {
  /** The address without a path, such as `http://127.0.0.1:49152`. */
  readonly url: string;
  readonly port: number;
  /** Every request so far, oldest first. */
  readonly requests: LoggedRequest[];
  readonly faults: FaultControl;
  readonly store: ThoughtIndustriesStore;
  /** Stops listening and drops every connection. */
  close(): Promise<void>;
}

const defaultApiKey = "sandbox-api-key";
const defaultWindowMs = 60_000;
const defaultPageSize = 100;

type Answering = (request: StandInRequest) => Answer;

function answering(options: ThoughtIndustriesOptions, portal: ThoughtIndustriesStore): Answering {
  const { eventsPerPage = defaultPageSize, rowsPerPage = defaultPageSize, cursors = "before" } = options;
  return (request) => {
    if (request.method !== "GET") return methodNotAllowed;
    if (options.denied?.some((pattern) => matchesPath(pattern, request.path)) === true) return forbidden;
    try {
      return answerOf(request, { store: portal, pageSize: eventsPerPage, rowsPerPage, cursors });
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      throw error;
    }
  };
}

/** Puts in front of the data what every endpoint shares: the key, the signature, the limits. */
function guarded(options: ThoughtIndustriesOptions, clock: () => number, answer: Answering): Answering {
  const { apiKey = defaultApiKey, signingKey, rateWindowMs: windowMs = defaultWindowMs } = options;
  const count = rateWindows({ limits: { ...defaultRateLimits, ...options.rateLimits }, windowMs, clock });
  return (request) => {
    if (request.authorization !== `Bearer ${apiKey}`) return unauthenticated;
    if (signingKey !== undefined && !isSigned(request, { key: signingKey, now: clock() })) {
      return unauthenticated;
    }
    const { headers, retryAfter } = count(isEventPath(request.path) ? ["account", "events"] : ["account"]);
    const found = retryAfter === undefined ? answer(request) : tooManyRequests(retryAfter);
    return { ...found, headers: { ...headers, ...found.headers } };
  };
}

/**
 * Starts a server on 127.0.0.1 that answers as Thought Industries' API does. Rejects when the port is taken.
 *
 * @example
 * ```ts
 * const portal = await startThoughtIndustries({ data: { seed: 1, login: 5000 } });
 * portal.store.events.login.add({ timestamp: "2026-01-01T00:00:00.000Z", user: "lee@example.com" });
 * await portal.close();
 * ```
 */
export async function startThoughtIndustries(
  options: ThoughtIndustriesOptions,
): Promise<ThoughtIndustriesSandbox> {
  const { data, clock = Date.now, latencyMs = 0, port } = options;
  const faults = faultControl(options.faults);
  const portal = "given" in data ? givenStore(data.given, clock()) : store(data, clock());
  const answer = guarded(options, clock, answering(options, portal));
  const server = await listen({ answer, statusAnswer, faults, clock, latencyMs }, port);
  return { ...server, faults, store: portal };
}
