import { type Answer, jsonAnswer } from "../answer.ts";
import { type FaultControl, type FaultPlan, faultControl } from "../faults.ts";
import type { JsonObject } from "../json.ts";
import { matchesPath } from "../path-pattern.ts";
import type { LoggedRequest } from "../request-log.ts";
import { listenWithBodies } from "../stand-in-server.ts";
import { generatedAnswer } from "./endpoints.ts";
import { type Features, featuresOf } from "./features.ts";
import { type Answering, type Denial, type GateOptions, gate } from "./gate.ts";
import type { ListName } from "./generated/list-rows.ts";
import type { Sizes } from "./generated/world.ts";
import { gatewayTimeout, recordNotFound, statusAnswer, unknownEndpoint } from "./problems.ts";
import type { Quirks } from "./quirks.ts";
import { type Recording, readRecordings } from "./recordings.ts";
import { replay } from "./replay.ts";
import { shownStreams } from "./shown-streams.ts";
import { type StoredAccount, store, type ZendeskStore } from "./store.ts";
import { type IssuedToken, TokenBook, type ZendeskOauth } from "./tokens.ts";
import { readZendeskRequest } from "./zendesk-request.ts";

export type { Denial };

/** Where the answers come from. */
export type ZendeskData =
  /** Rows drawn from a seed, as many as are asked for; sizes that are not given are small. */
  | ({
      readonly kind: "generated";
      readonly seed: number;
      /** How many rows lists have, by name; children are counted by their parents. */
      readonly lists?: Partial<Record<ListName, number>>;
    } & Partial<Sizes>)
  /** Recorded answers, and more of them that a test supplies. */
  | { readonly kind: "replay"; readonly folder: string; readonly recordings?: readonly Recording[] };

/** Pages that take the vendor too long to make. */
export interface SlowPages {
  /** A path with `*` and `**`. */
  readonly path: string;
  /** Pages of more rows than this are answered with 504. */
  readonly rows: number;
}

/** What a Zendesk stand-in is started with. */
export interface ZendeskOptions extends GateOptions {
  /** @default 0, a free port */
  readonly port?: number;
  readonly data: ZendeskData;
  /** The time in milliseconds. @default Date.now */
  readonly clock?: () => number;
  readonly oauth?: ZendeskOauth;
  readonly slowPages?: readonly SlowPages[];
  readonly faults?: FaultPlan;
  /** How long each answer waits. @default 0 */
  readonly latencyMs?: number;
}

/** The OAuth tokens of a running stand-in. */
export interface ZendeskTokens {
  /** Every token that was given out, oldest first. */
  readonly issued: readonly IssuedToken[];
  /** Lets every access token that was given out so far expire now. */
  expireAll(): void;
}

/** A running Zendesk stand-in. */
export interface ZendeskSandbox {
  /** The address without a path, such as `http://127.0.0.1:49152`. */
  readonly url: string;
  readonly port: number;
  /** Every request so far, oldest first. */
  readonly requests: LoggedRequest[];
  readonly faults: FaultControl;
  readonly tokens: ZendeskTokens;
  /** The generated data. Reading it throws in a replay, whose data cannot change. */
  readonly store: ZendeskStore;
  /**
   * The rows of an object as its endpoint shows them now, all pages together.
   *
   * Throws for a name that {@link ZendeskSandbox.shownNames} does not list, and in a replay.
   */
  shown(name: string): readonly JsonObject[];
  /** What `shown` knows. */
  readonly shownNames: readonly string[];
  /** Stops listening and drops every connection. */
  close(): Promise<void>;
}

function longestArray(body: JsonObject): number {
  return Math.max(0, ...Object.values(body).map((value) => (Array.isArray(value) ? value.length : 0)));
}

interface Source {
  readonly account: StoredAccount;
  readonly clock: () => number;
  readonly features: Features;
  readonly quirks: Quirks;
  readonly slowPages: readonly SlowPages[];
}

function answeringFromStore({ account, clock, features, quirks, slowPages }: Source): Answering {
  return ({ origin, query }, path): Answer => {
    const source = { origin, path, query };
    const nowSeconds = Math.floor(clock() / 1000);
    const body = generatedAnswer({ account, source, nowSeconds, features, quirks });
    if (body === undefined) return unknownEndpoint;
    const isSlow = slowPages.some((slow) => matchesPath(slow.path, path) && longestArray(body) > slow.rows);
    return isSlow ? gatewayTimeout : jsonAnswer(body);
  };
}

async function answeringFromRecordings(data: Extract<ZendeskData, { kind: "replay" }>): Promise<Answering> {
  const recorded = replay([...(await readRecordings(data.folder)), ...(data.recordings ?? [])]);
  return ({ origin, query }, path) => recorded.answer({ origin, path, query }) ?? recordNotFound;
}

function accountOf(data: ZendeskData, now: () => number): StoredAccount | undefined {
  if (data.kind === "replay") return undefined;
  return store({ seed: data.seed, sizes: data, counts: data.lists ?? {}, now });
}

/**
 * Starts a server on 127.0.0.1 that answers as Zendesk Support, Guide and Talk do.
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
  const { data, clock = Date.now, latencyMs = 0, port, quirks = {}, slowPages = [] } = options;
  const faults = faultControl(options.faults);
  const now = (): number => Math.floor(clock() / 1000);
  const known = accountOf(data, now);
  const features = featuresOf(options.plan ?? "enterprise", options.features ?? {});
  const tokens = new TokenBook(options.oauth ?? {}, now);
  const account = (): StoredAccount => {
    if (known === undefined) throw new Error("A replay has no store. Start with generated data.");
    return known;
  };
  const answering =
    data.kind === "replay"
      ? await answeringFromRecordings(data)
      : answeringFromStore({ account: account(), clock, features, quirks, slowPages });
  const answer = gate({ options, features, clock, tokens, answering });
  const server = await listenWithBodies(
    { read: readZendeskRequest, answer, statusAnswer, faults, clock, latencyMs },
    port,
  );
  const streams = shownStreams({ account, nowSeconds: now, features });
  return {
    ...server,
    faults,
    tokens,
    shown: streams.shown,
    shownNames: streams.names,
    get store(): ZendeskStore {
      return account();
    },
  };
}
