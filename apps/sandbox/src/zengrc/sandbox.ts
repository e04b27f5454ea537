import type { Answer } from "../answer.ts";
import { type FaultControl, type FaultPlan, faultControl } from "../faults.ts";
import type { StandInRequest } from "../listener.ts";
import { rateLimiter } from "../rate-limits.ts";
import type { LoggedRequest } from "../request-log.ts";
import { listen } from "../stand-in-server.ts";
import { endpointAnswer, type LastPage, type LinkForm, objectOf } from "./endpoints.ts";
import { objectKinds } from "./object-kinds.ts";
import {
  denied,
  methodNotAllowed,
  notFound,
  statusAnswer,
  tooManyRequests,
  unauthenticated,
} from "./problems.ts";
import type { MomentForm } from "./rows.ts";
import { type ZengrcStore, zengrcStore } from "./store.ts";

/** Who may call: a key id and a key secret. */
export interface ZengrcCredential {
  readonly username: string;
  readonly password: string;
}

/** How many requests a window allows, all objects together. */
export interface ZengrcRateLimit {
  readonly requests: number;
  /** @default 60 000 */
  readonly windowMs?: number;
}

/** What a ZenGRC stand-in is started with. */
export interface ZengrcOptions {
  /** @default 0, a free port */
  readonly port?: number;
  /** What rows are drawn from. @default 1 */
  readonly seed?: number;
  /** How many rows each kind of object has, or how many each of these has. @default 20 */
  readonly records?: number | Readonly<Record<string, number>>;
  /** How many rows a page has; the vendor's number is not known. @default 50 */
  readonly pageRows?: number;
  /** @default sandbox-key-id and sandbox-key-secret */
  readonly credential?: ZengrcCredential;
  /** Kinds of objects that the account does not have: 404. @default none */
  readonly absent?: readonly string[];
  /** Kinds of objects that the key may not read: 403. @default none */
  readonly denied?: readonly string[];
  /** How a last page says so. @default "null" */
  readonly lastPage?: LastPage;
  /** How pages name the next one. @default "path" */
  readonly links?: LinkForm;
  /** How moments are spelled. @default "utc" */
  readonly moments?: MomentForm;
  /** The vendor publishes none. @default no limit */
  readonly rateLimit?: ZengrcRateLimit;
  /** The time in milliseconds. @default Date.now */
  readonly clock?: () => number;
  readonly faults?: FaultPlan;
  /** How long each answer waits. @default 0 */
  readonly latencyMs?: number;
}

/** A running ZenGRC stand-in. */
export interface ZengrcSandbox {
  /** The address without a path, such as `http://127.0.0.1:49152`. */
  readonly url: string;
  readonly port: number;
  /** Every request so far, oldest first. */
  readonly requests: LoggedRequest[];
  readonly faults: FaultControl;
  readonly store: ZengrcStore;
  /** Stops listening and drops every connection. */
  close(): Promise<void>;
}

const defaultCredential: ZengrcCredential = { username: "sandbox-key-id", password: "sandbox-key-secret" };
const defaultRecords = 20;
const defaultPageRows = 50;
/** The newest generated row is this old. */
const quietSeconds = 300;

function sizesOf(records: ZengrcOptions["records"] = defaultRecords): ReadonlyMap<string, number> {
  const sizeOf = (name: string): number =>
    typeof records === "number" ? records : (records[name] ?? defaultRecords);
  return new Map([...objectKinds.keys()].map((name) => [name, sizeOf(name)]));
}

/** The scheme's case does not matter, that of the credentials does. */
function isAuthorized(header: string | undefined, { username, password }: ZengrcCredential): boolean {
  const [scheme = "", given] = (header ?? "").split(" ");
  const wanted = Buffer.from(`${username}:${password}`).toString("base64");
  return scheme.toLowerCase() === "basic" && given === wanted;
}

/** Counts a request; answers the 429 of one too many. */
function counting(limit: ZengrcRateLimit | undefined, clock: () => number): () => Answer | undefined {
  const limiter = rateLimiter(clock);
  if (limit === undefined) return () => undefined;
  const { requests, windowMs = 60_000 } = limit;
  return () => {
    const { exceeded, resetSeconds } = limiter.take({ name: "account", limit: requests, windowMs });
    return exceeded ? tooManyRequests(resetSeconds) : undefined;
  };
}

/** Answers what is refused before any data is looked at; undefined for a request that may go on. */
function gate(options: ZengrcOptions, clock: () => number): (request: StandInRequest) => Answer | undefined {
  const { credential = defaultCredential, absent = [], denied: refused = [] } = options;
  const count = counting(options.rateLimit, clock);
  const refusalOf = ({ method, path }: StandInRequest): Answer | undefined => {
    if (method !== "GET") return methodNotAllowed;
    if (absent.includes(objectOf(path))) return notFound;
    return refused.includes(objectOf(path)) ? denied : undefined;
  };
  return (request) =>
    isAuthorized(request.authorization, credential) ? (count() ?? refusalOf(request)) : unauthenticated;
}

/**
 * Starts a server on 127.0.0.1 that answers as ZenGRC does. Rejects when the port is taken.
 *
 * @example
 * ```ts
 * const zengrc = await startZengrc({ seed: 1, records: 500 });
 * zengrc.store.table("audits").update(11, { title: "changed" });
 * await zengrc.close();
 * ```
 */
export async function startZengrc(options: ZengrcOptions = {}): Promise<ZengrcSandbox> {
  const { clock = Date.now, latencyMs = 0, seed = 1, port } = options;
  const { pageRows = defaultPageRows, lastPage = "null", links = "path", moments = "utc" } = options;
  const now = (): number => Math.floor(clock() / 1000);
  const world = { seed, moments, sizes: sizesOf(options.records), endsAt: now() - quietSeconds };
  const store = zengrcStore(world, now);
  const faults = faultControl(options.faults);
  const refusal = gate(options, clock);
  const paging = { pageRows, lastPage, links };
  const answer = (request: StandInRequest): Answer =>
    refusal(request) ?? endpointAnswer(request, { store, paging });
  const server = await listen({ answer, statusAnswer, faults, clock, latencyMs }, port);
  return { ...server, faults, store };
}
