import { LoadError } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { runError } from "../../src/exit-codes.ts";
import {
  errorOutcome,
  outcomeOf,
  type ProcessEnd,
  type RunFacts,
  type StopCause,
  skippedOutcome,
  stoppedOutcome,
} from "../../src/run/outcome.ts";

type Ending = "well" | "failed" | "killed" | "early" | "closed and failed" | "cut and failed";

const endings: Record<Ending, Omit<ProcessEnd, "name">> = {
  well: { ...ended(0), readToEnd: true, cutLine: false, badLine: undefined },
  failed: { ...ended(3), readToEnd: true, cutLine: false, badLine: undefined },
  killed: { ...ended(null), readToEnd: true, cutLine: false, badLine: undefined },
  early: { ...ended(0), readToEnd: false, cutLine: false, badLine: undefined },
  "closed and failed": { ...ended(3), readToEnd: false, cutLine: false, badLine: undefined },
  "cut and failed": { ...ended(3), readToEnd: true, cutLine: true, badLine: undefined },
};

function ended(code: number | null): Pick<ProcessEnd, "end"> {
  return { end: { code, signal: code === null ? "SIGKILL" : null, lastLines: [] } };
}

function facts(all: readonly Ending[], rest: Partial<RunFacts> = {}): RunFacts {
  const names = all.length === 2 ? ["tap", "target"] : ["tap", "mapper", "target"];
  return {
    stopped: undefined,
    processes: all.map((ending, index) => ({ name: names[index] ?? "", ...endings[ending] })),
    states: { sent: 2, acknowledged: true, acceptUnacknowledged: false },
    ...rest,
  };
}

function told(all: readonly Ending[]): readonly [number, string, string | undefined] {
  const { exitCode, reason, guilty } = outcomeOf(facts(all));
  return [exitCode, reason, guilty];
}

describe("the outcome of tap and target", () => {
  it.each<[tap: Ending, target: Ending, expected: readonly [number, string, string | undefined]]>([
    ["well", "well", [0, "ok", undefined]],
    ["well", "failed", [11, "target_failed", "target"]],
    ["well", "killed", [11, "target_failed", "target"]],
    ["well", "early", [14, "target_exited_early", "target"]],
    ["well", "closed and failed", [11, "target_failed", "target"]],
    ["well", "cut and failed", [11, "target_failed", "target"]],
    ["failed", "well", [10, "tap_failed", "tap"]],
    ["failed", "failed", [12, "both_failed", "tap"]],
    ["failed", "killed", [12, "both_failed", "tap"]],
    ["failed", "early", [14, "target_exited_early", "target"]],
    ["failed", "closed and failed", [11, "target_failed", "target"]],
    ["failed", "cut and failed", [10, "tap_failed", "tap"]],
    ["killed", "well", [10, "tap_failed", "tap"]],
    ["killed", "failed", [12, "both_failed", "tap"]],
    ["killed", "killed", [12, "both_failed", "tap"]],
    ["killed", "early", [14, "target_exited_early", "target"]],
    ["killed", "closed and failed", [11, "target_failed", "target"]],
    ["killed", "cut and failed", [10, "tap_failed", "tap"]],
  ])("tap %s, target %s", (tap, target, expected) => {
    expect(told([tap, target])).toEqual(expected);
  });
});

describe("the outcome of tap, mapper and target", () => {
  it.each<
    [tap: Ending, mapper: Ending, target: Ending, expected: readonly [number, string, string | undefined]]
  >([
    ["well", "well", "well", [0, "ok", undefined]],
    ["well", "failed", "well", [13, "mapper_failed", "mapper"]],
    ["well", "early", "well", [13, "mapper_exited_early", "mapper"]],
    ["well", "closed and failed", "well", [13, "mapper_failed", "mapper"]],
    ["well", "failed", "failed", [13, "mapper_failed", "mapper"]],
    ["well", "well", "failed", [11, "target_failed", "target"]],
    ["well", "well", "early", [14, "target_exited_early", "target"]],
    ["well", "closed and failed", "closed and failed", [11, "target_failed", "target"]],
    ["killed", "killed", "closed and failed", [11, "target_failed", "target"]],
    ["killed", "early", "early", [14, "target_exited_early", "target"]],
    ["failed", "closed and failed", "early", [14, "target_exited_early", "target"]],
    ["failed", "well", "well", [10, "tap_failed", "tap"]],
    ["failed", "failed", "well", [10, "tap_failed", "tap"]],
    ["failed", "cut and failed", "well", [10, "tap_failed", "tap"]],
    ["failed", "well", "failed", [12, "both_failed", "tap"]],
    ["failed", "early", "well", [13, "mapper_exited_early", "mapper"]],
  ])("tap %s, mapper %s, target %s", (tap, mapper, target, expected) => {
    expect(told([tap, mapper, target])).toEqual(expected);
  });
});

describe("success", () => {
  it("needs the last state back, unless that is not asked for", () => {
    const states = { sent: 2, acknowledged: false, acceptUnacknowledged: false };
    expect(outcomeOf(facts(["well", "well"], { states }))).toMatchObject({
      status: "failed",
      exitCode: 14,
      reason: "unacknowledged_tail",
    });
    const accepted = { ...states, acceptUnacknowledged: true };
    expect(outcomeOf(facts(["well", "well"], { states: accepted })).status).toBe("success");
  });
});

describe("a line that is no message", () => {
  const badLine = { lineNumber: 7, excerpt: "Traceback" };
  const withBadLine = (all: readonly Ending[]) => {
    const { processes, ...rest } = facts(all);
    return outcomeOf({
      ...rest,
      processes: processes.map((one, index) => (index === 1 ? { ...one, badLine } : one)),
    });
  };

  it.each<[Ending, Ending, number]>([
    ["well", "well", 0],
    ["well", "failed", 15],
    ["well", "early", 15],
    ["failed", "failed", 12],
    ["failed", "well", 10],
  ])("tap %s, target %s: %d", (tap, target, code) => {
    expect(withBadLine([tap, target]).exitCode).toBe(code);
  });

  it("is shown with who wrote it", () => {
    expect(withBadLine(["well", "failed"]).problems).toEqual([
      "tap: line 7 is no Singer message: Traceback",
      "target ended with exit code 3",
    ]);
  });
});

describe("what stopped a run", () => {
  it.each<[StopCause, string, number, string]>([
    [{ kind: "signal", signal: "SIGTERM" }, "cancelled", 143, "cancelled"],
    [{ kind: "signal", signal: "SIGINT" }, "cancelled", 130, "cancelled"],
    [{ kind: "timeout", seconds: 9 }, "timed_out", 20, "timeout"],
    [{ kind: "idle", seconds: 9 }, "timed_out", 20, "idle_timeout"],
    [{ kind: "lease" }, "failed", 19, "lease_lost"],
    [{ kind: "store", error: new Error("x") }, "failed", 17, "state_store_failed"],
    [{ kind: "protocol", problem: "x" }, "failed", 15, "protocol_error"],
  ])("%o counts more than how the processes ended", (stopped, status, exitCode, reason) => {
    const expected = { status, exitCode, reason, guilty: undefined };
    expect(stoppedOutcome(stopped)).toMatchObject(expected);
    for (const all of [
      ["well", "well"],
      ["failed", "killed"],
      ["failed", "early"],
    ] as const) {
      expect(outcomeOf(facts(all, { stopped }))).toMatchObject(expected);
    }
  });

  it("is, when it throws, told by the error's exit code", () => {
    expect(errorOutcome(runError("discoveryFailed", "no."))).toEqual({
      status: "failed",
      exitCode: 16,
      reason: "discovery_failed",
      problems: ["no."],
      guilty: undefined,
      needsPerson: false,
    });
    expect(errorOutcome(new LoadError("no.")).reason).toBe("error");
    expect(errorOutcome(runError("discoveryFailed", "no.", { kind: "config" })).needsPerson).toBe(true);
    expect(errorOutcome("odd").problems).toEqual(["odd"]);
  });

  it("may be another run", () => {
    const at = new Date("2026-01-02T03:04:05Z");
    const holder = { runId: "r1", host: "h", pid: 7, acquiredAt: at, expiresAt: at };
    expect(skippedOutcome("dev:a-to-b", holder)).toEqual({
      status: "skipped",
      exitCode: 18,
      reason: "already_running",
      guilty: undefined,
      problems: [
        "dev:a-to-b is being run since 2026-01-02T03:04:05.000Z by r1 (process 7 on h). Wait for it, or take over with --force.",
      ],
    });
  });
});
