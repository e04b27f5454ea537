import { existsSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { attempt, record, schema, state, texts } from "./attempt-lab.ts";

const lines = [schema, record(1), state(1), record(2), state(2)];
const bookmark = (id: number) => state(id).value;

describe("an attempt that ends well", () => {
  it("passes the tap's bytes on as they are, counts them, and hands the target's states on", async () => {
    const odd = ['{ "type" : "RECORD", "stream":"users", "record":{"é":"\\u0000"}}', ""];
    const { outcome, counts, loaded, states } = await attempt({
      tap: { steps: [{ lines: [...lines, ...odd, state(3)] }] },
    });
    expect(outcome).toEqual({
      status: "success",
      exitCode: 0,
      reason: "ok",
      problems: [],
      guilty: undefined,
    });
    expect(loaded).toEqual([...texts(...lines), ...odd, ...texts(state(3))]);
    expect(states).toEqual([bookmark(1), bookmark(2), bookmark(3)]);
    const { bytes = 0, firstAt = 0, lastAt = 0 } = counts.streams.get("users") ?? {};
    expect({ records: counts.records, states: counts.states, bytes }).toEqual({
      records: 3,
      states: 3,
      bytes: texts(record(1), record(2)).join("").length + Buffer.byteLength(odd[0] ?? "") + 3,
    });
    expect(firstAt).toBeGreaterThan(0);
    expect(lastAt).toBeGreaterThanOrEqual(firstAt);
  });

  it("loses nothing of a tap that is done before its start was noted", async () => {
    const { outcome, counts, loaded, states } = await attempt({
      tap: { steps: [{ lines }] },
      async onStarted({ plugin, pid }) {
        while (plugin === "tap-x" && isThere(pid)) await turn();
      },
    });
    expect(outcome).toMatchObject({ status: "success", exitCode: 0 });
    expect(counts.records).toBe(2);
    expect(loaded).toEqual(texts(...lines));
    expect(states).toEqual([bookmark(1), bookmark(2)]);
  });

  it("counts 150,000 small lines and a long one exactly, whatever the chunks", async () => {
    const { outcome, counts } = await attempt({
      tap: {
        steps: [
          { records: { stream: "a", times: 120_000 } },
          { records: { stream: "b", times: 30_001 } },
          { long: { stream: "c", megabytes: 100 } },
        ],
      },
      target: { copy: undefined },
    });
    expect(outcome.exitCode).toBe(0);
    expect([...counts.streams].map(([name, { records }]) => [name, records])).toEqual([
      ["a", 120_000],
      ["b", 30_001],
      ["c", 1],
    ]);
    expect(counts.streams.get("c")?.bytes).toBe(
      '{"type":"RECORD","stream":"c","record":{"text":""}}\n'.length + 100 * 2 ** 20,
    );
  });

  it("passes on a last line that has no line feed, and counts it", async () => {
    const { outcome, loaded, counts, states } = await attempt({
      tap: { steps: [{ lines: [schema, record(1)] }, { raw: JSON.stringify(state(1)) }] },
    });
    expect(outcome.exitCode).toBe(0);
    expect(loaded).toEqual(texts(schema, record(1), state(1)));
    expect(counts.states).toBe(1);
    expect(states).toEqual([bookmark(1)]);
  });

  it.each(["tap", "target"])(
    "does not wait for a %s's output that ended before the process was noted",
    async (role) => {
      const own = { close_stdout: "closed", echo: "none" };
      const end = await attempt({
        tap: role === "tap" ? own : { steps: [{ lines: [schema, record(1)] }] },
        target: role === "target" ? own : {},
        async onStarted({ plugin, folder }) {
          if (!plugin.startsWith(role)) return;
          while (!existsSync(join(folder, "closed"))) await turn();
          for (let turns = 0; turns < 20; turns += 1) await turn();
        },
      });
      expect(end.outcome.exitCode).toBe(0);
    },
  );

  it("keeps a character whole whose bytes come apart", async () => {
    const { loaded } = await attempt({
      tap: {
        steps: [{ pieces: ['{"type":"RECORD","stream":"users","record":{"a":"\xc3', '\xa9"}}', "\n"] }],
      },
    });
    expect(loaded).toEqual(['{"type":"RECORD","stream":"users","record":{"a":"é"}}']);
  });

  it("survives a flood of states that nothing follows, and the last of them is acknowledged", async () => {
    const { outcome, states } = await attempt({
      tap: { steps: [{ states: 60_000 }] },
      target: { copy: undefined, echo: "last" },
    });
    expect(outcome.exitCode).toBe(0);
    expect(states).toEqual([{ bookmarks: { a: { n: 60_000 } } }]);
  });

  it("reads a flood of log lines while the target is slow, and shows one that repeats only ten times", async () => {
    const { outcome, logs } = await attempt({
      tap: { steps: [{ flood: { line: "retrying", times: 20_000 } }, { lines }] },
    });
    expect(outcome.exitCode).toBe(0);
    expect(logs).toEqual([
      ...Array.from({ length: 10 }, () => "tap-x | retrying"),
      "tap-x | retrying (19990 times more)",
    ]);
  });

  it("takes the secrets of every plugin out of the logs of each, on stdout and stderr", async () => {
    const { logs, outcome } = await attempt({
      tap: { steps: [{ lines }], exit: 1 },
      target: { complain: "refused: password s3cr3t-of-the-tap", echo: "value" },
      secrets: ["s3cr3t-of-the-tap"],
    });
    expect(logs).toEqual(["target-x | refused: password [redacted]"]);
    expect(outcome.problems).toEqual(["tap-x ended with exit code 1"]);
  });
});

describe("what the target hands back", () => {
  it.each([
    { name: "values in its own spelling", echo: "value" },
    { name: "the tap's own text", echo: "text" },
    { name: "whole messages", echo: "message" },
    { name: "only the last", echo: "last" },
    { name: "states among lines of a log", echo: "log" },
  ])("counts: $name", async ({ echo }) => {
    const end = await attempt({ tap: { steps: [{ lines }] }, target: { echo } });
    expect(end.outcome.exitCode).toBe(0);
    expect(end.states).toEqual(echo === "last" ? [bookmark(2)] : [bookmark(1), bookmark(2)]);
    expect(end.warnings).toEqual([]);
  });

  it("compares numbers to the last digit", async () => {
    const sent = '{"type":"STATE","value":{"bookmarks":{"users":{"lsn":9007199254740993}}}}';
    const end = await attempt({ tap: { steps: [{ lines: [sent] }] }, target: { echo: "value" } });
    expect(end.outcome.reason).toBe("unacknowledged_tail");
    const exact = await attempt({ tap: { steps: [{ lines: [sent] }] }, target: { echo: "text" } });
    expect(exact.outcome.reason).toBe("ok");
  });

  it("is ignored with a warning when it is older than what came before", async () => {
    const end = await attempt({ tap: { steps: [{ lines }] }, target: { echo_first_at_end: true } });
    expect(end.outcome.exitCode).toBe(0);
    expect(end.states).toEqual([bookmark(1), bookmark(2)]);
    expect(end.warnings).toEqual([
      "target-x handed a state back that is older than the one before: it is ignored.",
    ]);
  });

  it("is stored with a warning when it was never sent, but is no proof", async () => {
    const end = await attempt({ tap: { steps: [{ lines }] }, target: { echo: "wrong" } });
    expect(end.outcome).toMatchObject({ status: "failed", exitCode: 14, reason: "unacknowledged_tail" });
    expect(end.states).toEqual([{ bookmarks: { other: 1 } }, { bookmarks: { other: 1 } }]);
    expect(end.warnings).toEqual([
      "target-x handed a state back that it was not sent: it is stored as it is.",
    ]);
  });

  it("fails the run when it is nothing at all, unless that is accepted", async () => {
    const plot = { tap: { steps: [{ lines }] }, target: { echo: "none" } };
    const end = await attempt(plot);
    expect(end.outcome).toEqual({
      status: "failed",
      exitCode: 14,
      reason: "unacknowledged_tail",
      guilty: "target-x",
      problems: [
        "target-x ended well but never handed back the last of the 2 states that it was sent: records may be missing. " +
          "Run again, or accept it with --accept-unacked.",
      ],
    });
    const accepted = await attempt({ ...plot, policy: { acceptUnacknowledged: true } });
    expect(accepted.outcome.exitCode).toBe(0);
  });

  it("may be nothing when the tap sent no state", async () => {
    const end = await attempt({ tap: { steps: [{ lines: [schema, record(1)] }] }, target: { echo: "none" } });
    expect(end.outcome.exitCode).toBe(0);
  });
});

describe("the crash matrix", () => {
  it("a tap that fails: the target flushes, no STATE ends its input, 10", async () => {
    const { outcome, loaded, states } = await attempt({
      tap: { steps: [{ lines }, { raw: '{"type":"REC' }, { stderr: "the API is down" }], exit: 70 },
    });
    expect(outcome).toEqual({
      status: "failed",
      exitCode: 10,
      reason: "tap_failed",
      problems: ["tap-x ended with exit code 70: the API is down"],
      guilty: "tap-x",
    });
    expect(loaded).toEqual(texts(schema, record(1), state(1), record(2)));
    expect(states).toEqual([bookmark(1)]);
  });

  it("a tap that is killed: 10, and the signal is named", async () => {
    const { outcome } = await attempt({ tap: { steps: [{ lines }, { kill: "SIGKILL" }] } });
    expect(outcome.exitCode).toBe(10);
    expect(outcome.problems).toEqual(["tap-x ended with signal SIGKILL"]);
  });

  it("a tap that fails after two states: neither of them ends the target's input", async () => {
    const { loaded, states } = await attempt({
      tap: { steps: [{ lines: [...lines, "", state(3)] }], exit: 1 },
    });
    expect(loaded).toEqual(texts(schema, record(1), state(1), record(2)));
    expect(states).toEqual([bookmark(1)]);
  });

  it("a tap that fails within a long line: the target's complaint about it is not its fault, 10", async () => {
    const { outcome } = await attempt({
      tap: {
        steps: [
          { lines },
          { raw: `{"type":"RECORD","stream":"users","record":{"t":"${"x".repeat(3_000_000)}` },
        ],
        exit: 3,
      },
      target: { strict: true, copy: undefined },
    });
    expect(outcome).toMatchObject({ exitCode: 10, problems: ["tap-x ended with exit code 3"] });
  });

  it("a tap that hangs: stopped by the idle timeout, 20, what was loaded is kept", async () => {
    const { outcome, states } = await attempt({
      tap: { steps: [{ lines: [...lines, record(3)] }, { hang: true }] },
      policy: { idleTimeoutSeconds: 0.4 },
    });
    expect(outcome).toMatchObject({ status: "timed_out", exitCode: 20, reason: "idle_timeout" });
    expect(states).toEqual([bookmark(1), bookmark(2)]);
  });

  it("a tap that hangs and ignores SIGTERM: killed after the grace, 20", async () => {
    const { outcome, facts } = await attempt({
      tap: { steps: [{ lines }, { hang: true }], on_term: "ignore" },
      policy: { idleTimeoutSeconds: 0.4, graceSeconds: 0.2 },
    });
    expect(outcome.exitCode).toBe(20);
    expect(facts.processes[0]?.end).toMatchObject({ code: null, signal: "SIGKILL" });
  });

  it("a run that takes too long although bytes move: 20", async () => {
    const { outcome } = await attempt({
      tap: { steps: [{ records: { stream: "a", times: 100_000_000 } }] },
      target: { copy: undefined },
      policy: { timeoutSeconds: 0.6 },
    });
    expect(outcome).toMatchObject({ status: "timed_out", exitCode: 20, reason: "timeout" });
  });

  it("a target that stops reading and hangs: ended after the grace, 20", async () => {
    const { outcome, facts } = await attempt({
      tap: { steps: [{ records: { stream: "a", times: 200_000 } }] },
      target: { never_reads: true, on_term: "ignore" },
      policy: { idleTimeoutSeconds: 0.4, graceSeconds: 0.1 },
    });
    expect(outcome.exitCode).toBe(20);
    expect(facts.processes[1]?.end.signal).toBe("SIGKILL");
  });

  it("a target that hangs at the end: ended after the grace, 20", async () => {
    const { outcome } = await attempt({
      tap: { steps: [{ lines }] },
      target: { hang_at_end: true },
      policy: { idleTimeoutSeconds: 0.4, graceSeconds: 0.1 },
    });
    expect(outcome.exitCode).toBe(20);
  });

  it("a target that fails at the end: 11", async () => {
    const { outcome } = await attempt({
      tap: { steps: [{ lines }] },
      target: { exit: 70, complain: "no space" },
    });
    expect(outcome).toEqual({
      status: "failed",
      exitCode: 11,
      reason: "target_failed",
      problems: ["target-x ended with exit code 70: no space"],
      guilty: "target-x",
    });
  });

  it.each([
    {
      name: "that fails early",
      target: { exit_after: 3, exit: 65 },
      problem: "target-x ended with exit code 65",
    },
    { name: "that is killed", target: { kill_after: 3 }, problem: "target-x ended with signal SIGKILL" },
  ])("a target $name: the tap's broken pipe is not its fault, 11", async ({ target, problem }) => {
    const { outcome } = await attempt({
      tap: { steps: [{ lines }, { records: { stream: "a", times: 1e8 } }] },
      target,
    });
    expect(outcome).toEqual({
      status: "failed",
      exitCode: 11,
      reason: "target_failed",
      problems: [problem],
      guilty: "target-x",
    });
  });

  it("a target that fails while the tap writes nothing: the tap is not waited for, 11", async () => {
    const { outcome } = await attempt({
      tap: { steps: [{ lines }, { hang: true }] },
      target: { exit_after: 3, exit: 1 },
    });
    expect(outcome.exitCode).toBe(11);
  });

  it("a target that exits 0 early: 14, never a success", async () => {
    const { outcome } = await attempt({
      tap: { steps: [{ records: { stream: "a", times: 1e8 } }] },
      target: { exit_after: 3 },
    });
    expect(outcome).toEqual({
      status: "failed",
      exitCode: 14,
      reason: "target_exited_early",
      problems: ["target-x ended before its input did. What followed was not loaded."],
      guilty: "target-x",
    });
  });

  it("a target that exits 0 with its input unread in the pipe: 14", async () => {
    const { outcome } = await attempt({ tap: { steps: [{ lines }] }, target: { exit_after: 1 } });
    expect(outcome.exitCode).toBe(14);
  });

  it("a target that closes its input but lives: ended after the grace, and not a success", async () => {
    const { outcome } = await attempt({
      tap: { steps: [{ records: { stream: "a", times: 1e8 } }] },
      target: { close_stdin: true, on_term: [], term_exit: 0 },
      policy: { graceSeconds: 0.2 },
    });
    expect(outcome.exitCode).toBe(14);
  });

  it("tap and target fail: 12", async () => {
    const { outcome } = await attempt({ tap: { steps: [{ lines }], exit: 75 }, target: { exit: 70 } });
    expect(outcome).toMatchObject({
      exitCode: 12,
      reason: "both_failed",
      problems: ["tap-x ended with exit code 75", "target-x ended with exit code 70"],
      guilty: "tap-x",
    });
  });

  it("a line that is no message, which the target refuses: 15, with the line", async () => {
    const { outcome } = await attempt({
      tap: { steps: [{ lines: [schema, "Connecting to the API…", record(1)] }] },
      target: { strict: true },
    });
    expect(outcome).toMatchObject({ exitCode: 15, reason: "protocol_error" });
    expect(outcome.problems[0]).toBe("tap-x: line 2 is no Singer message: Connecting to the API…");
  });

  it("SIGTERM: the tap ends first, the target drains, states are kept, 143", async () => {
    const { outcome, loaded, states, facts } = await attempt({
      tap: {
        steps: [{ lines: [...lines, record(3)] }, { stderr: "waiting" }, { hang: true }],
        on_term: [{ lines: [record(4)] }],
      },
      onEvent(event, { signal }) {
        if (event.event === "plugin_log" && event.line === "waiting") signal("SIGTERM");
      },
    });
    expect(outcome).toEqual({
      status: "cancelled",
      exitCode: 143,
      reason: "cancelled",
      problems: ["stopped by SIGTERM: the states that were kept are valid. Run again to go on."],
      guilty: undefined,
    });
    expect(loaded).toEqual(texts(...lines, record(3), record(4)));
    expect(states).toEqual([bookmark(1), bookmark(2)]);
    expect(facts.processes.map(({ end }) => end.code)).toEqual([143, 0]);
  });

  it("SIGINT: 130", async () => {
    const { outcome } = await attempt({
      tap: { steps: [{ stderr: "waiting" }, { hang: true }] },
      onEvent: (event, { signal }) => event.event === "plugin_log" && signal("SIGINT"),
    });
    expect(outcome.exitCode).toBe(130);
  });

  it("a second signal: everything is killed at once", async () => {
    const { outcome, facts } = await attempt({
      tap: {
        steps: [{ stderr: "waiting" }, { hang: true }],
        on_term: [{ stderr: "ignored" }, { hang: true }],
      },
      target: { hang_at_end: true, on_term: "ignore" },
      onEvent(event, { signal, force }) {
        if (event.event === "plugin_log" && event.line === "waiting") signal("SIGTERM");
        if (event.event === "plugin_log" && event.line === "ignored") force();
      },
    });
    expect(outcome.exitCode).toBe(143);
    expect(facts.processes.map(({ end }) => end.signal)).toEqual(["SIGKILL", "SIGKILL"]);
  });

  it("a lost lease: the tap is stopped, further states are discarded, 19", async () => {
    const { outcome, states, loaded } = await attempt({
      tap: {
        steps: [{ lines: [schema, record(1), state(1), record(2)] }, { stderr: "waiting" }, { hang: true }],
        on_term: [{ lines: [state(2), record(3)] }],
      },
      target: { echo: "last" },
      onEvent: (event, { loseLease }) => event.event === "plugin_log" && loseLease(),
    });
    expect(outcome).toMatchObject({ status: "failed", exitCode: 19, reason: "lease_lost" });
    expect(states).toEqual([]);
    expect(loaded).toEqual(texts(schema, record(1), state(1), record(2), state(2), record(3)));
  });

  it("states that can no longer be stored: the tap is stopped, 17", async () => {
    const { outcome } = await attempt({
      tap: { steps: [{ lines }, { stderr: "waiting" }, { hang: true }] },
      onEvent: (event, { stop }) =>
        event.event === "plugin_log" && stop({ kind: "store", error: new Error("disk full. Make room.") }),
    });
    expect(outcome).toMatchObject({
      exitCode: 17,
      reason: "state_store_failed",
      problems: ["disk full. Make room."],
    });
  });

  it("a program that cannot be started: 2, and what was started is ended", async () => {
    const pids: number[] = [];
    const started = attempt({
      tap: {},
      programs: { "tap-x": "/no/such/program" },
      onStarted: async ({ pid }) => void pids.push(pid),
    });
    await expect(started).rejects.toMatchObject({
      exitCode: 2,
      message:
        'tap-x: /no/such/program cannot be started: spawn /no/such/program ENOENT. Check "executable".',
    });
    expect(pids).toHaveLength(1);
    expect(() => process.kill(pids[0] ?? 0, 0)).toThrow("ESRCH");
  });
});

describe("mappers", () => {
  it("stand between tap and target, and what the last gap passes is counted", async () => {
    const { outcome, loaded, counts } = await attempt({
      tap: { steps: [{ lines }] },
      mappers: [{ rename: "people" }, {}],
    });
    expect(outcome.exitCode).toBe(0);
    expect(loaded).toEqual(
      texts(...lines).map((line) =>
        line.replaceAll('"stream":"users"', '"stream":"people"').replaceAll('{"users"', '{"people"'),
      ),
    );
    expect([...counts.streams.keys()]).toEqual(["people"]);
  });

  it("that print a STATE at the end of their input do not end the target's input with it when the tap failed", async () => {
    const failed = await attempt({ tap: { steps: [{ lines }], exit: 1 }, mappers: [{ late: true }, {}] });
    expect(failed.outcome.exitCode).toBe(10);
    expect(failed.loaded).toEqual(texts(schema, record(1), record(2)));
    const well = await attempt({ tap: { steps: [{ lines }] }, mappers: [{ late: true }, {}] });
    expect(well.loaded).toEqual(texts(schema, record(1), record(2), state(1), state(2)));
  });

  it.each([
    {
      name: "fails",
      mapper: { exit_after: 2, exit: 4 },
      reason: "mapper_failed",
      problem: "mapper-1 ended with exit code 4",
    },
    {
      name: "exits 0 early",
      mapper: { exit_after: 2 },
      reason: "mapper_exited_early",
      problem: "mapper-1 ended before its input did. What followed was not loaded.",
    },
  ])("a mapper that $name: 13", async ({ mapper, reason, problem }) => {
    const { outcome } = await attempt({
      tap: { steps: [{ lines }, { records: { stream: "a", times: 1e8 } }] },
      mappers: [mapper, {}],
      target: { copy: undefined },
    });
    expect(outcome).toEqual({
      status: "failed",
      exitCode: 13,
      reason,
      problems: [problem],
      guilty: "mapper-1",
    });
  });

  it("a target that dies behind mappers: theirs is not the fault, 11", async () => {
    const { outcome } = await attempt({
      tap: { steps: [{ records: { stream: "a", times: 1e8 } }] },
      mappers: [{}, {}],
      target: { exit_after: 3, exit: 1 },
    });
    expect(outcome).toMatchObject({ exitCode: 11, guilty: "target-x" });
  });
});

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
