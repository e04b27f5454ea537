import type { Answer } from "../answer.ts";
import { type FaultControl, type FaultPlan, faultControl } from "../faults.ts";
import type { StandInRequest } from "../listener.ts";
import { matchesPath } from "../path-pattern.ts";
import { rateLimiter } from "../rate-limits.ts";
import type { LoggedRequest } from "../request-log.ts";
import { listen } from "../stand-in-server.ts";
import { type Credential, defaultCredentials, isAuthorized } from "./credentials.ts";
import { generatedAnswer } from "./endpoints.ts";
import type { Sizes } from "./generated/world.ts";
import {
  type DenialReason,
  denied,
  type RateLimitBody,
  Refusal,
  recordNotFound,
  statusAnswer,
  unauthenticated,
  unknownEndpoint,
} from "./problems.ts";
import { countRequest, defaultRateLimits, type RateLimits } from "./rate-buckets.ts";
import { type Recording, readRecordings } from "./recordings.ts";
import { replay } from "./replay.ts";
import { type StoredAccount, store, type ZendeskStore } from "./store.ts";

/** Where the answers come from. */
export type ZendeskData =
  /** Rows drawn from a seed, as many as are asked for; sizes that are not given are small. */
  | ({ readonly kind: "generated"; readonly seed: number } & Partial<Sizes>)
  /** Recorded answers, and more of them that a test supplies. */
  | { readonly kind: "replay"; readonly folder: string; readonly recordings?: readonly Recording[] };

/** An endpoint that refuses everybody. */
export interface Denial {
  /** A path with `*` and `**`, such as `/api/v2/incremental/**`. */
  readonly path: string;
  /** @default "role" */
  readonly reason?: DenialReason;
}

/** What a Zendesk stand-in is started with. */
export interface ZendeskOptions {
  /** @default 0, a free port */
  readonly port?: number;
  readonly data: ZendeskData;
  /** @default admin@example.com with sandbox-token, and the access token sandbox-access-token */
  readonly credentials?: readonly Credential[];
  /** The time in milliseconds. @default Date.now */
  readonly clock?: () => number;
  /** Requests a minute by bucket; buckets that are not given keep the vendor's limit. */
  readonly rateLimits?: Partial<RateLimits>;
  /** The body of a 429. @default "text" */
  readonly rateLimitBody?: RateLimitBody;
  readonly denied?: readonly Denial[];
  readonly faults?: FaultPlan;
  /** How long each answer waits. @default 0 */
  readonly latencyMs?: number;
}

/** A running Zendesk stand-in. */
export interface ZendeskSandbox {
  /** The address without a path, such as `http://127.0.0.1:49152`. */
  readonly url: string;
  readonly port: number;
  /** Every request so far, oldest first. */
  readonly requests: LoggedRequest[];
  readonly faults: FaultControl;
  /** The generated data. Reading it throws in a replay, whose data cannot change. */
  readonly store: ZendeskStore;
  /** Stops listening and drops every connection. */
  close(): Promise<void>;
}

type Answering = (request: StandInRequest, path: string) => Answer;

function answeringFromStore(account: StoredAccount, clock: () => number): Answering {
  return ({ origin, query }, path) => {
    const source = { origin, path, query };
    const nowSeconds = Math.floor(clock() / 1000);
    return generatedAnswer({ account, source, nowSeconds }) ?? unknownEndpoint;
  };
}

async function answeringFromRecordings(data: Extract<ZendeskData, { kind: "replay" }>): Promise<Answering> {
  const recorded = replay([...(await readRecordings(data.folder)), ...(data.recordings ?? [])]);
  return ({ origin, query }, path) => recorded.answer({ origin, path, query }) ?? recordNotFound;
}

/** Puts in front of the data what every endpoint shares: credentials, refusals, limits. */
function guarded(options: ZendeskOptions, clock: () => number, answering: Answering) {
  const credentials = options.credentials ?? defaultCredentials;
  const limits = { ...defaultRateLimits, ...options.rateLimits };
  const limiter = rateLimiter(clock);
  const answer = (request: StandInRequest, path: string): Answer => {
    if (request.method !== "GET") return unknownEndpoint;
    const denial = options.denied?.find((rule) => matchesPath(rule.path, path));
    if (denial !== undefined) return denied(denial.reason ?? "role");
    try {
      return answering(request, path);
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      throw error;
    }
  };
  return (request: StandInRequest): Answer => {
    if (!isAuthorized(request.authorization, credentials)) return unauthenticated;
    const path = request.path.replace(/\.json$/u, "");
    const body = options.rateLimitBody ?? "text";
    const { headers, refused } = countRequest({ limiter, limits, path, body });
    const found = refused ?? answer(request, path);
    return { ...found, headers: { ...headers, ...found.headers } };
  };
}

/**
 * Starts a server on 127.0.0.1 that answers as Zendesk Support does.
 *
 * Rejects when the port is taken, or when a replay's folder holds no recordings.
 *
 * @example
 * ```ts
 * const zendesk = await startZendesk({ data: { kind: "generated", seed: 1, tickets: 500 } });
 * zendesk.store.tickets.update(2 ** 32 + 1, { subject: "changed" });
 * await zendesk.close();
 * ```
 */
export async function startZendesk(options: ZendeskOptions): Promise<ZendeskSandbox> {
  const { data, clock = Date.now, latencyMs = 0, port } = options;
  const faults = faultControl(options.faults);
  const now = (): number => Math.floor(clock() / 1000);
  const account = data.kind === "generated" ? store({ seed: data.seed, sizes: data, now }) : undefined;
  const answering =
    data.kind === "replay"
      ? await answeringFromRecordings(data)
      : answeringFromStore(account ?? store({ seed: data.seed, sizes: data, now }), clock);
  const server = await listen(
    { answer: guarded(options, clock, answering), statusAnswer, faults, clock, latencyMs },
    port,
  );
  return {
    ...server,
    faults,
    get store(): ZendeskStore {
      if (account === undefined) throw new Error("A replay has no store. Start with generated data.");
      return account;
    },
  };
}
