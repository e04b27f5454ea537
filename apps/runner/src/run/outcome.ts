import { ConnectorError, exitCodeOf, type StopSignal } from "@chorale/singer";
import { exitCodes } from "../exit-codes.ts";
import type { LeaseHolder } from "../store/run-store.ts";
import type { ChildEnd } from "./child.ts";
import type { RunStatus } from "./run-result.ts";
import type { BadLine } from "./tally.ts";

/** Why a run was stopped before its end. */
export type StopCause =
  | { readonly kind: "signal"; readonly signal: StopSignal }
  | { readonly kind: "timeout"; readonly seconds: number }
  | { readonly kind: "idle"; readonly seconds: number }
  | { readonly kind: "lease" }
  | { readonly kind: "store"; readonly error: unknown }
  | { readonly kind: "protocol"; readonly problem: string };

/** How one of the processes between tap and target ended, in the order of the data. */
export interface ProcessEnd {
  readonly name: string;
  readonly end: Pick<ChildEnd, "code" | "signal" | "lastLines">;
  /** Whether it took all of its input: true for the tap, which has none. */
  readonly readToEnd: boolean;
  /** Whether its input ended within a line that it had the beginning of. */
  readonly cutLine: boolean;
  /** The first line of its input that was no message. */
  readonly badLine: BadLine | undefined;
}

/** All that a run's outcome depends on. */
export interface RunFacts {
  /** The first thing that stopped it. */
  readonly stopped: StopCause | undefined;
  /** The tap, the mappers, and the target. */
  readonly processes: readonly ProcessEnd[];
  readonly states: {
    readonly sent: number;
    /** Whether the last that was sent came back, or none was sent. */
    readonly acknowledged: boolean;
    readonly acceptUnacknowledged: boolean;
  };
}

/** What a run came to. */
export interface Outcome {
  readonly status: RunStatus;
  readonly exitCode: number;
  readonly reason: string;
  /** One line each; empty after a success. */
  readonly problems: readonly string[];
  /** The name of the process that is to blame. */
  readonly guilty: string | undefined;
  /** Whether a person has to act before another attempt can come to something else. @default false */
  readonly needsPerson?: boolean;
}

/**
 * Says honestly what a run came to. It is a success only when every process ended with exit code 0, each read its
 * input to the end, and the target handed the last state that it was sent back.
 */
export function outcomeOf(facts: RunFacts): Outcome {
  if (facts.stopped !== undefined) return stoppedOutcome(facts.stopped);
  const failures = failuresOf(facts.processes);
  const [first] = failures;
  if (first !== undefined) return failedOutcome(first, { failures, processes: facts.processes });
  const { states } = facts;
  if (!states.acknowledged && !states.acceptUnacknowledged) return unacknowledged(facts);
  return { status: "success", exitCode: exitCodes.ok, reason: "ok", problems: [], guilty: undefined };
}

type Fault = "failed" | "exitedEarly" | "cut";
interface Failure {
  readonly process: ProcessEnd;
  readonly role: "tap" | "mapper" | "target";
  readonly fault: Fault;
}

/**
 * Those that are to blame themselves, in the order of the data: never one before a process that went away, because
 * they were ended for that.
 */
function failuresOf(processes: readonly ProcessEnd[]): readonly Failure[] {
  return processes.flatMap((process, index): readonly Failure[] => {
    const reader = processes[index + 1];
    if (processes.slice(index + 1).some(({ readToEnd }) => !readToEnd)) return [];
    const role = index === 0 ? "tap" : reader === undefined ? "target" : "mapper";
    if (process.end.code !== 0) return [{ process, role, fault: process.cutLine ? "cut" : "failed" }];
    return process.readToEnd ? [] : [{ process, role, fault: "exitedEarly" }];
  });
}

function failedOutcome(
  first: Failure,
  { failures, processes }: { failures: readonly Failure[]; processes: readonly ProcessEnd[] },
): Outcome {
  const own = failures.filter(({ fault }) => fault !== "cut");
  const counted = own.length > 0 ? own : failures;
  const roles = new Set(counted.map(({ role }) => role));
  const badInput = roles.has("tap") ? undefined : processes.find(({ badLine }) => badLine !== undefined);
  const problems = counted.map(problemOf);
  const base = { status: "failed" as const, guilty: (counted[0] ?? first).process.name };
  if (badInput?.badLine !== undefined) {
    const source = processes[processes.indexOf(badInput) - 1];
    const { lineNumber, excerpt } = badInput.badLine;
    const line = `${source?.name}: line ${lineNumber} is no Singer message: ${excerpt}`;
    return { ...base, exitCode: exitCodes.protocol, reason: "protocol_error", problems: [line, ...problems] };
  }
  if (roles.has("tap") && roles.has("target")) {
    return { ...base, exitCode: exitCodes.bothFailed, reason: "both_failed", problems };
  }
  return { ...base, ...codeOf(counted[0] ?? first), problems };
}

function codeOf({ role, fault }: Failure): { exitCode: number; reason: string } {
  if (role === "tap") return { exitCode: exitCodes.tapFailed, reason: "tap_failed" };
  const early = fault === "exitedEarly";
  if (role === "mapper") {
    return { exitCode: exitCodes.mapperFailed, reason: early ? "mapper_exited_early" : "mapper_failed" };
  }
  if (early) return { exitCode: exitCodes.targetExitedEarly, reason: "target_exited_early" };
  return { exitCode: exitCodes.targetFailed, reason: "target_failed" };
}

function problemOf({ process, fault }: Failure): string {
  if (fault === "exitedEarly") {
    return `${process.name} ended before its input did. What followed was not loaded.`;
  }
  const { code, signal, lastLines } = process.end;
  const how = code === null ? `signal ${signal ?? "unknown"}` : `exit code ${code}`;
  const line = lastLines.findLast((text) => !text.startsWith("INFO METRIC:"));
  return `${process.name} ended with ${how}${line === undefined ? "" : `: ${line}`}`;
}

function unacknowledged({ processes, states }: RunFacts): Outcome {
  const target = processes.at(-1)?.name ?? "the target";
  return {
    status: "failed",
    exitCode: exitCodes.targetExitedEarly,
    reason: "unacknowledged_tail",
    problems: [
      `${target} ended well but never handed back the last of the ${states.sent} states that it was sent: ` +
        "records may be missing. Run again, or accept it with --accept-unacked.",
    ],
    guilty: target,
  };
}

/** What a run came to that another run kept from starting. */
export function skippedOutcome(stateId: string, holder: LeaseHolder): Outcome {
  const { runId, host, pid, acquiredAt } = holder;
  return {
    status: "skipped",
    exitCode: exitCodes.alreadyRunning,
    reason: "already_running",
    problems: [
      `${stateId} is being run since ${acquiredAt.toISOString()} by ${runId} (process ${pid} on ${host}). ` +
        "Wait for it, or take over with --force.",
    ],
    guilty: undefined,
  };
}

const reasons: ReadonlyMap<number, string> = new Map([
  [exitCodes.usage, "usage"],
  [exitCodes.discoveryFailed, "discovery_failed"],
  [exitCodes.stateStoreFailed, "state_store_failed"],
  [exitCodes.leaseLost, "lease_lost"],
]);

/** What a run came to that threw: by the exit code of the error. */
export function errorOutcome(error: unknown): Outcome {
  const exitCode = exitCodeOf(error);
  return {
    status: "failed",
    exitCode,
    reason: reasons.get(exitCode) ?? "error",
    problems: [error instanceof Error ? error.message : String(error)],
    guilty: undefined,
    needsPerson: ConnectorError.isInstance(error) && error.kind === "config",
  };
}

/** What a run came to that was stopped. */
export function stoppedOutcome(cause: StopCause): Outcome {
  const base = { status: "failed" as const, guilty: undefined };
  switch (cause.kind) {
    case "signal":
      return {
        ...base,
        status: "cancelled",
        exitCode: cause.signal === "SIGINT" ? 130 : 143,
        reason: "cancelled",
        problems: [`stopped by ${cause.signal}: the states that were kept are valid. Run again to go on.`],
      };
    case "timeout":
    case "idle":
      return { ...base, status: "timed_out", exitCode: exitCodes.timedOut, ...timedOut(cause) };
    case "lease":
      return {
        ...base,
        exitCode: exitCodes.leaseLost,
        reason: "lease_lost",
        problems: ["another run took the lease over: what this one loaded since then has no state."],
      };
    case "store":
      return {
        ...base,
        exitCode: exitCodes.stateStoreFailed,
        reason: "state_store_failed",
        problems: [cause.error instanceof Error ? cause.error.message : String(cause.error)],
      };
    case "protocol":
      return { ...base, exitCode: exitCodes.protocol, reason: "protocol_error", problems: [cause.problem] };
  }
}

function timedOut(cause: { kind: "timeout" | "idle"; seconds: number }) {
  if (cause.kind === "timeout") {
    return { reason: "timeout", problems: [`stopped after ${cause.seconds} s, the timeout.`] };
  }
  const line = `stopped: neither bytes nor log lines moved for ${cause.seconds} s, the idle timeout.`;
  return { reason: "idle_timeout", problems: [line] };
}
