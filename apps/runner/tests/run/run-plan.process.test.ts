import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type PlanEnd, runPlan } from "../../src/run/run-plan.ts";
import type { CommandStep, Task, Unit } from "../../src/run/unit.ts";
import { record, schema, state } from "./attempt-lab.ts";
import { UnitLab, type UnitParts } from "./unit-lab.ts";

const lines = [schema, record(1), state(1)];

/** A plan's folder with units that each have a state id and a file of their own. */
class PlanLab extends UnitLab {
  named(name: string, parts: UnitParts = {}): Unit {
    const tap = { steps: [{ lines }], ...parts.tap };
    return {
      ...this.unit({ ...parts, tap, target: { copy: this.path(name), ...parts.target } }),
      stateId: name,
    };
  }

  command(name: string, script: string): CommandStep {
    const env = { PATH: process.env["PATH"] ?? "", SECRET: "s3cr3t-word" };
    const secrets = ["s3cr3t-word"];
    return {
      kind: "command",
      name,
      program: "/bin/sh",
      args: ["-c", script],
      env,
      secrets,
      graceSeconds: 20,
    };
  }

  async runTasks(tasks: readonly Task[], parallel = 1): Promise<PlanEnd> {
    const services = await this.services();
    try {
      return await runPlan(tasks, { ...services, parallel });
    } finally {
      await services.close();
    }
  }

  get logs(): string[] {
    return this.events.flatMap((event) =>
      event.event === "plugin_log" ? [`${event.plugin} | ${event.line}`] : [],
    );
  }
}

function task(...steps: Task["steps"]): Task {
  return { steps };
}

describe("a plan", () => {
  it("runs its tasks one after another, and commands with their output in the log, without secrets", async () => {
    const lab = new PlanLab();
    const build = lab.command("dbt:run", 'cat copy-a > built; echo "built $SECRET"; echo warned >&2');
    const end = await lab.runTasks([task(lab.named("copy-a"), build), task(lab.named("copy-b"))]);
    expect(end).toMatchObject({ exitCode: 0, problems: [] });
    expect(end.results.map(({ stateId }) => stateId)).toEqual(["copy-a", "copy-b"]);
    expect(lab.read("built")).toBe(lab.read("copy-a"));
    expect(lab.logs.sort()).toEqual(["dbt:run | built [redacted]", "dbt:run | warned"]);
  });

  it("lets tasks with one state id wait for each other, also when several run at once", async () => {
    const lab = new PlanLab();
    const tasks = ["copy-a", "copy-b", "copy-a"].map((name) => task(lab.named(name)));
    const end = await lab.runTasks(tasks, 3);
    expect(end).toMatchObject({ exitCode: 0, problems: [] });
    expect(end.results.map(({ stateId, status }) => `${stateId} ${status}`).sort()).toEqual([
      "copy-a success",
      "copy-a success",
      "copy-b success",
    ]);
  });

  it("starts nothing more after a failure, and answers its exit code", async () => {
    const lab = new PlanLab();
    const failing = lab.named("copy-a", { tap: { exit: 1 } });
    const end = await lab.runTasks([
      task(failing, lab.command("dbt", "touch built")),
      task(lab.named("copy-b")),
    ]);
    expect(end.exitCode).toBe(10);
    expect(end.results).toHaveLength(1);
    expect(existsSync(lab.path("built"))).toBe(false);
    expect(existsSync(lab.path("copy-b"))).toBe(false);
  });

  it("fails with 1 when a command fails, saying why", async () => {
    const lab = new PlanLab();
    const end = await lab.runTasks([
      task(lab.command("dbt:run", "echo broken model; exit 2"), lab.named("copy-b")),
    ]);
    expect(end).toEqual({
      results: [],
      exitCode: 1,
      problems: ["dbt:run ended with exit code 2: broken model"],
    });
  });

  it("runs several tasks at once when it may", async () => {
    const lab = new PlanLab();
    const meets = (own: string, other: string) =>
      lab.command(own, `touch ${own}; until [ -e ${other} ]; do :; done`);
    const end = await lab.runTasks([task(meets("a", "b")), task(meets("b", "a"))], 2);
    expect(end.exitCode).toBe(0);
  });

  it("finishes what runs beside a failure, and starts nothing more", async () => {
    const lab = new PlanLab();
    const failed = lab.path("failed");
    const slow = lab.command("slow", `until [ -e ${failed} ]; do :; done; touch finished`);
    lab.onEvent = (event) => {
      if (event.event === "run_finished") lab.write("failed", "");
    };
    const failing = lab.named("copy-a", { tap: { exit: 1 } });
    const end = await lab.runTasks([task(slow), task(failing), task(lab.named("copy-b"))], 2);
    expect(end.exitCode).toBe(10);
    expect(existsSync(lab.path("finished"))).toBe(true);
    expect(existsSync(lab.path("copy-b"))).toBe(false);
  });

  it("goes on with other tasks when a unit is skipped, and says 18 when nothing is worse", async () => {
    const lab = new PlanLab();
    const services = await lab.services();
    await services.store.acquireLease({ stateId: "copy-a", runId: "other", takeOver: false });
    const tasks = [task(lab.named("copy-a"), lab.command("dbt", "touch built")), task(lab.named("copy-b"))];
    const end = await lab.runTasks(tasks);
    await services.close();
    expect(end.results.map(({ status }) => status)).toEqual(["skipped", "success"]);
    expect(end.exitCode).toBe(18);
    expect(existsSync(lab.path("built"))).toBe(false);
  });

  it("ends a command at a signal, and starts nothing more", async () => {
    const lab = new PlanLab();
    lab.onEvent = (event) => event.event === "plugin_log" && lab.signals.abort("SIGINT");
    const end = await lab.runTasks([
      task(lab.command("dbt", "echo here; exec sleep 1000")),
      task(lab.named("copy-b")),
    ]);
    expect(end).toMatchObject({ exitCode: 130, problems: ["dbt: stopped by SIGINT."] });
    expect(existsSync(lab.path("copy-b"))).toBe(false);
  });

  it("says 2 for a command that cannot be started", async () => {
    const lab = new PlanLab();
    const end = await lab.runTasks([task({ ...lab.command("dbt", ""), program: "/no/such/program" })]);
    expect(end.exitCode).toBe(2);
    expect(end.problems[0]).toContain("dbt: /no/such/program cannot be started");
  });
});
