import { describe, expect, it } from "vitest";
import { openRunStore } from "../../src/store/open-run-store.ts";
import { type CommandLine, commandLine } from "../state/command-line.ts";

const at = new Date("2026-01-01T00:00:00Z");

async function withRuns(line: CommandLine) {
  const store = await openRunStore({ root: line.root, clock: () => at });
  for (const [runId, stateId, status] of [
    ["aa-1", "s", "success"],
    ["ab-2", "t", "failed"],
  ] as const) {
    const run = {
      runId,
      stateId,
      tap: "tap-x",
      target: "target-x",
      attempt: 1,
      job: "daily",
      schedule: undefined,
    };
    await store.startRun({ ...run, parentRunId: undefined, version: "1.2.3" });
    await store.finishRun({
      ...{
        ...run,
        status,
        exitCode: status === "failed" ? 10 : 0,
        reason: status === "failed" ? "tap_failed" : "ok",
      },
      ...{
        problems: status === "failed" ? ["tap-x \u001b[31mended"] : [],
        guiltyLines: [],
        statesCommitted: 1,
      },
      counts: {
        streams: new Map([["users", { records: 1234, bytes: 5000, firstAt: 0, lastAt: 1000 }]]),
        ...{ records: 1234, states: 1, bytes: 5100, tapWaitMs: 1500, targetWaitMs: 0 },
      },
      ...{ startedAt: at, endedAt: new Date(at.getTime() + 61_000) },
    });
  }
  await store.close();
}

describe("chorale runs", () => {
  it("lists runs as a table and as lines of JSON", async () => {
    const line = commandLine();
    expect((await line.run(["runs", "list"])).stdout).toMatch(/^\| run +\|/);
    await withRuns(line);
    const { stdout } = await line.run(["runs", "list"]);
    expect(
      stdout
        .trim()
        .split("\n")
        .slice(2)
        .map((row) =>
          row
            .split("|")
            .map((cell) => cell.trim())
            .slice(1, -1),
        ),
    ).toEqual([
      ["ab-2", "t", "failed", "10", at.toISOString(), "1 min 1 s", "1,234"],
      ["aa-1", "s", "success", "0", at.toISOString(), "1 min 1 s", "1,234"],
    ]);
    const json = (await line.run(["runs", "list", "--format", "json", "--status", "failed"])).stdout;
    expect(JSON.parse(json)).toMatchObject({
      run_id: "ab-2",
      exit_code: 10,
      reason: "tap_failed",
      records: 1234,
    });
    expect((await line.run(["runs", "list", "--state-id", "s"])).stdout).not.toContain("ab-2");
    expect((await line.run(["runs", "list", "--limit", "1"])).stdout).not.toContain("aa-1");
  });

  it("shows a run by the beginning of its id", async () => {
    const line = commandLine();
    await withRuns(line);
    const { stdout } = await line.run(["runs", "show", "ab"]);
    expect(stdout).toContain("status: failed (tap_failed)\nexit code: 10\n");
    expect(stdout).toContain("! tap-x ended\n");
    expect(stdout).toContain("| users  |   1,234 | 5.0 kB |");
    expect(JSON.parse((await line.run(["runs", "show", "aa-1", "--format", "json"])).stdout)).toMatchObject({
      ...{ run_id: "aa-1", job: "daily", schedule: null, tap_wait_seconds: 1.5 },
      streams: { users: { records: 1234, bytes: 5000, first_at: "1970-01-01T00:00:00.000Z" } },
    });
    for (const id of ["a", "x", ""]) expect((await line.run(["runs", "show", id])).code).toBe(2);
  });

  it("prints a log, whole or its end", async () => {
    const line = commandLine();
    await withRuns(line);
    const event = (nth: number, more: object) =>
      JSON.stringify({
        timestamp: `2026-01-01T00:00:0${nth}.000Z`,
        level: "info",
        run_id: "aa-1",
        state_id: "s",
        ...more,
      });
    const lines = [
      event(1, { event: "run_started", tap: "tap-x", attempt: 1 }),
      event(2, { event: "plugin_log", plugin: "tap-x", line: "hello\u0007" }),
      event(3, { event: "warning", message: "careful" }),
      event(4, { event: "state_committed", version: 2, bookmarks: { users: "5" } }),
    ];
    line.write(".chorale/runs/aa-1/events.1.ndjson", `${lines.slice(0, 2).join("\n")}\n`);
    line.write(".chorale/runs/aa-1/events.ndjson", `${lines.slice(2).join("\n")}\n{"cut o`);
    const text = [
      "00:00:01.000 run_started tap=tap-x attempt=1",
      "00:00:02.000 tap-x | hello\uFFFD",
      "00:00:03.000 warning: careful",
      '00:00:04.000 state_committed version=2 bookmarks={"users":"5"}',
      '{"cut o',
    ];
    expect((await line.run(["runs", "logs", "aa"])).stdout).toBe(`${text.join("\n")}\n`);
    for (const tail of [1, 2, 3, 99]) {
      const { stdout } = await line.run(["runs", "logs", "aa", "--tail", String(tail)]);
      expect(stdout).toBe(`${text.slice(-tail).join("\n")}\n`);
    }
    expect((await line.run(["runs", "logs", "aa", "--format", "json"])).stdout).toBe(
      `${lines.join("\n")}\n{"cut o\n`,
    );
    expect(await line.run(["runs", "logs", "ab"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("ab-2: its log is not kept any more."),
    });
  });
});
