import { isObject } from "./json.ts";
import { matchesPath } from "./path-pattern.ts";
import { isOccurrence, type Occurrence, ruleControl } from "./rule-control.ts";

/** What goes wrong with an answer. */
export type Fault =
  /** Answers this status instead of the request; a body of the status's usual form unless one is given. */
  | {
      readonly kind: "status";
      readonly status: number;
      readonly retry_after_seconds?: number;
      readonly body?: string;
      readonly content_type?: string;
    }
  /** Closes the connection with a reset before any header. */
  | { readonly kind: "reset" }
  /** Sends half of the body under the content length of the whole, then resets. */
  | { readonly kind: "truncated" }
  /** Sends half of a chunked body, then resets without the last chunk. */
  | { readonly kind: "cut" }
  /** Answers 200 with the right content type and half of the JSON. */
  | { readonly kind: "invalid-json" }
  /** Sends the right body under another content type. @default "text/html; charset=utf-8" */
  | { readonly kind: "content-type"; readonly content_type?: string }
  /** Compresses the body, whatever the client accepts. */
  | { readonly kind: "gzip" }
  /** Waits before the headers, and between pieces of the body. */
  | {
      readonly kind: "slow";
      readonly before_headers_ms?: number;
      readonly between_pieces_ms?: number;
      /** @default 8 */
      readonly pieces?: number;
    }
  /** Adds a key `padding` of this many bytes to the JSON. */
  | { readonly kind: "huge"; readonly bytes: number };

/** A fault and the requests that it befalls. Without `nth` and `probability`: each that fits the path. */
export interface FaultRule extends Occurrence {
  /** A path with `*` (within a segment) or `**`; `.json` at its end is optional. */
  readonly path: string;
  readonly fault: Fault;
}

/** Rules in order of precedence: the first that fires is played, all count. */
export interface FaultPlan {
  /** @default 1 */
  readonly seed?: number;
  readonly rules: readonly FaultRule[];
}

/** The faults of a running stand-in. */
export interface FaultControl {
  add(...rules: readonly FaultRule[]): void;
  /** Removes all rules and their counts. */
  clear(): void;
  /** Counts the request in every rule and answers the fault to play, if any. */
  next(path: string): Fault | undefined;
}

const faultKinds = new Set([
  "status",
  "reset",
  "truncated",
  "cut",
  "invalid-json",
  "content-type",
  "gzip",
  "slow",
  "huge",
]);

function isFault(value: unknown): value is Fault {
  if (!isObject(value) || typeof value["kind"] !== "string" || !faultKinds.has(value["kind"])) return false;
  if (value["kind"] === "status") return Number.isInteger(value["status"]);
  return value["kind"] !== "huge" || Number.isInteger(value["bytes"]);
}

function isFaultRule(value: unknown): value is FaultRule {
  if (!isObject(value) || typeof value["path"] !== "string") return false;
  return isFault(value["fault"]) && isOccurrence(value);
}

/** Tells whether a parsed file is a fault plan. */
export function isFaultPlan(value: unknown): value is FaultPlan {
  if (!isObject(value) || !Array.isArray(value["rules"])) return false;
  return (
    (value["seed"] === undefined || Number.isInteger(value["seed"])) && value["rules"].every(isFaultRule)
  );
}

/** Starts a plan; requests are counted from here on. */
export function faultControl(plan: FaultPlan = { rules: [] }): FaultControl {
  const control = ruleControl<FaultRule, string>({
    seed: plan.seed ?? 1,
    matches: (rule, path) => matchesPath(rule.path, path),
  });
  control.add(...plan.rules);
  return { add: control.add, clear: control.clear, next: (path) => control.next(path)?.fault };
}
