import { isObject } from "../../json.ts";
import { isOccurrence, type Occurrence, type RuleControl, ruleControl } from "../../rule-control.ts";
import type { EngineProblem } from "../contract.ts";
import { isEndpoint, type SnowflakeEndpoint } from "./endpoints.ts";
import { isEngineProblem } from "./problem.ts";

/** What goes wrong with a request. */
export type SnowflakeFault =
  /** The connection is reset, and nothing was done. */
  | { readonly kind: "lost-request" }
  /**
   * All is done, then the connection is reset. The same request id finds the outcome, unless `forget`: then nobody knows
   * of the request any more and its session is gone.
   */
  | { readonly kind: "lost-answer"; readonly forget?: true }
  /** An HTTP error; nothing was done. */
  | { readonly kind: "status"; readonly status: number }
  /** The service refuses in these words; nothing was done. */
  | { readonly kind: "problem"; readonly problem: EngineProblem }
  /** The session's token expires now: 390112. A renewal helps. */
  | { readonly kind: "token-expired" }
  /** The session's token and the master token expire now: 390112, and 390114 to the renewal. */
  | { readonly kind: "master-token-expired" }
  /** The session ends: its transaction is rolled back, its temporary objects are dropped. `executed`: after the statement. */
  | { readonly kind: "session-gone"; readonly code?: "390104" | "390111"; readonly executed?: true }
  /** The statement is not executed and runs until it is cancelled, or until the session's statement timeout. */
  | { readonly kind: "hang" }
  /** All is done, and the answer is kept back until the client gives up, or for so long; then the connection is reset. */
  | { readonly kind: "withheld"; readonly ms?: number }
  /** All is done, and the answer comes so much later. */
  | { readonly kind: "slow"; readonly ms: number }
  /** The credential of an upload expires now; one of another PUT is good. */
  | { readonly kind: "credential-expired" }
  /** An upload is damaged on its way into the store, which describes it with another digest. */
  | { readonly kind: "wrong-digest" };

/** The requests that a rule is about: those that fit everything given. */
export interface SnowflakeMatch {
  /** The text of the statement; in a plan's JSON the source of an expression that ignores case. */
  readonly sql?: RegExp;
  readonly endpoint?: SnowflakeEndpoint;
  /** Requests to the blob store. */
  readonly blob?: true;
  /** The HTTP method, such as HEAD. */
  readonly method?: string;
  /** The session's number, as in `sessions`. */
  readonly session?: number;
}

/** A fault and the requests that it befalls. A repeated request counts again. */
export interface SnowflakeFaultRule extends Occurrence {
  readonly match: SnowflakeMatch;
  readonly fault: SnowflakeFault;
}

/** Rules in order of precedence: the first that fires is played, all count. */
export interface SnowflakeFaultPlan {
  /** @default the stand-in's seed */
  readonly seed?: number;
  readonly rules: readonly SnowflakeFaultRule[];
}

/** A request as rules see it. */
export interface FaultSubject {
  readonly endpoint: SnowflakeEndpoint;
  readonly method: string;
  readonly sql: string | undefined;
  readonly session: number | undefined;
}

/** The faults of a running stand-in. */
export type SnowflakeFaultControl = RuleControl<SnowflakeFaultRule, FaultSubject>;

const faultKinds = new Set([
  "lost-request",
  "lost-answer",
  "status",
  "problem",
  "token-expired",
  "master-token-expired",
  "session-gone",
  "hang",
  "withheld",
  "slow",
  "credential-expired",
  "wrong-digest",
]);

/** A statement's text is matched where it is sent, unless the rule names another endpoint. */
function matches({ match }: SnowflakeFaultRule, subject: FaultSubject): boolean {
  const { sql, session, method } = match;
  const endpoint = match.endpoint ?? (match.blob === true ? "blob" : undefined) ?? (sql && "query");
  if (endpoint !== undefined && endpoint !== subject.endpoint) return false;
  if (method !== undefined && method !== subject.method) return false;
  if (session !== undefined && session !== subject.session) return false;
  // A copy has no memory of where the last match ended, as an expression with the flag g has.
  return sql === undefined || (subject.sql !== undefined && new RegExp(sql).test(subject.sql));
}

/** Starts a plan; requests are counted from here on. */
export function snowflakeFaults(plan: SnowflakeFaultPlan, defaultSeed: number): SnowflakeFaultControl {
  const control = ruleControl<SnowflakeFaultRule, FaultSubject>({ seed: plan.seed ?? defaultSeed, matches });
  control.add(...plan.rules);
  return control;
}

function isFault(value: unknown): value is SnowflakeFault {
  if (!isObject(value) || typeof value["kind"] !== "string" || !faultKinds.has(value["kind"])) return false;
  if (value["kind"] === "status") return Number.isInteger(value["status"]);
  if (value["kind"] === "slow") return Number.isInteger(value["ms"]);
  return value["kind"] !== "problem" || isEngineProblem(value["problem"]);
}

function matchIn(value: unknown): SnowflakeMatch | undefined {
  if (!isObject(value)) return undefined;
  const { sql, endpoint, blob, method, session } = value;
  const isSound =
    (sql === undefined || typeof sql === "string") &&
    (endpoint === undefined || isEndpoint(endpoint)) &&
    (blob === undefined || blob === true);
  if (!isSound) return undefined;
  return {
    ...(typeof sql === "string" ? { sql: new RegExp(sql, "iu") } : {}),
    ...(isEndpoint(endpoint) ? { endpoint } : {}),
    ...(blob === true ? { blob } : {}),
    ...(typeof method === "string" ? { method } : {}),
    ...(typeof session === "number" ? { session } : {}),
  };
}

function ruleIn(value: unknown): SnowflakeFaultRule | undefined {
  if (!isObject(value) || !isOccurrence(value) || !isFault(value["fault"])) return undefined;
  const match = matchIn(value["match"]);
  return match === undefined ? undefined : { ...value, match, fault: value["fault"] };
}

/** Reads a plan from parsed JSON, where `sql` is the source of an expression; undefined when it is no plan. */
export function snowflakeFaultPlan(value: unknown): SnowflakeFaultPlan | undefined {
  if (!isObject(value) || !Array.isArray(value["rules"])) return undefined;
  const { seed } = value;
  const rules = value["rules"].map(ruleIn).filter((rule) => rule !== undefined);
  if (rules.length < value["rules"].length) return undefined;
  if (seed === undefined) return { rules };
  return typeof seed === "number" && Number.isInteger(seed) ? { seed, rules } : undefined;
}
