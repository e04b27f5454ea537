import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Unit } from "../../src/run/unit.ts";
import { startTimeOf } from "../../src/store/process-table.ts";
import { record, texts } from "./attempt-lab.ts";
import { stateId, UnitLab } from "./unit-lab.ts";

const program = fileURLToPath(new URL("fixtures/run-unit.ts", import.meta.url));
const records = 1000;

/** Starts a runner of its own; `onEvent` sees each of its events. */
function startRunner(
  lab: UnitLab,
  unit: Unit,
  onEvent: (event: Record<string, unknown>, child: ChildProcess) => void,
) {
  lab.write(
    "unit.json",
    JSON.stringify(unit, (key, value) => (key === "capabilities" ? [...value] : value)),
  );
  const args = ["--conditions=@chorale/source", "--no-warnings", program, lab.root, lab.path("unit.json")];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  createInterface({ input: child.stdout }).on("line", (line) => onEvent(JSON.parse(line), child));
  return new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
}

/** Numbers from a seed, as a moment of a kill has to be told again. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const seed = Number(process.env["CHORALE_KILL_SEED"] ?? Date.now() % 1_000_000);
const next = numbers(seed);
const moments = Array.from({ length: Number(process.env["CHORALE_KILL_TIMES"] ?? 3) }, () =>
  Math.ceil(next() * records),
);

describe(`a runner that is killed (seed ${seed})`, () => {
  it.each([
    { moment: "as soon as it has begun", event: "run_started", sayAt: 0 },
    { moment: "when the state is loaded", event: "state_loaded", sayAt: 0 },
    { moment: "when a state is stored", event: "state_committed", sayAt: 0 },
    ...moments.map((sayAt) => ({ moment: `at record ${sayAt}`, event: "plugin_log", sayAt })),
  ])("$moment: the next run finishes the work, and the history says so", async ({ event, sayAt }) => {
    const lab = new UnitLab();
    const unit = lab.unit({
      tap: { steps: [{ count: { to: records, stateEvery: 7, stream: "users", sayAt } }] },
    });
    let folder = "";
    const { signal } = await startRunner(lab, unit, (each, child) => {
      const note = lab.path(`.chorale/runs/${String(each["run_id"])}/private-folder`);
      if (existsSync(note)) folder = readFileSync(note, "utf8");
      if (each["event"] === event) child.kill("SIGKILL");
    });
    const wasKilled = signal === "SIGKILL";
    const result = await lab.run(unit);
    expect(result).toMatchObject({ status: "success", exitCode: 0 });
    const rows = new Set(lab.loaded.filter((line) => line.includes('"RECORD"')));
    expect(rows).toEqual(new Set(texts(...Array.from({ length: records }, (_, id) => record(id + 1)))));
    expect(await lab.state()).toEqual({ bookmarks: { users: { id: records } } });
    // A runner may be done before it can be killed.
    const [second, first] = await lab.history();
    expect(second).toMatchObject({ status: "success", runId: result.runId });
    if (wasKilled && first?.exitCode !== 0) expect(first).toMatchObject({ status: "lost" });
    expect(folder === "" || !existsSync(folder)).toBe(true);
  });

  it("leaves no process behind that writes beside the next run", async () => {
    const lab = new UnitLab();
    const unit = lab.unit({ tap: { steps: [{ stderr: "waiting" }, { hang: true }] } });
    let runId = "";
    await startRunner(lab, unit, (each, child) => {
      runId = String(each["run_id"]);
      if (each["event"] === "plugin_log") child.kill("SIGKILL");
    });
    const services = await lab.services();
    const left = await services.store.processesOf(runId);
    await services.close();
    expect(left.map(({ plugin }) => plugin).sort()).toEqual(["tap-x", "target-x"]);
    expect((await lab.run(lab.unit())).exitCode).toBe(0);
    expect(await Promise.all(left.map(({ pid }) => startTimeOf(pid)))).toEqual([undefined, undefined]);
    expect((await lab.history()).map(({ status }) => status)).toEqual(["success", "lost"]);
  });
});

describe("a runner that gets a signal twice", () => {
  it("kills what runs, and says by its exit code that it was stopped", async () => {
    const lab = new UnitLab();
    const unit = lab.unit({
      tap: {
        steps: [{ stderr: "waiting" }, { hang: true }],
        on_term: [{ stderr: "ignored" }, { hang: true }],
      },
    });
    const end = await startRunner(lab, unit, (each, child) => {
      if (each["event"] === "plugin_log") child.kill("SIGTERM");
    });
    expect(end).toEqual({ code: 143, signal: null });
    expect((await lab.history())[0]).toMatchObject({ stateId, status: "cancelled", exitCode: 143 });
  });
});
