import { exitCodes } from "../exit-codes.ts";
import { runCommandStep } from "./command-step.ts";
import type { UnitResult } from "./run-result.ts";
import { type RunServices, runUnit } from "./run-unit.ts";
import type { Task } from "./unit.ts";

/** What a plan came to. */
export interface PlanEnd {
  /** Of the units, in the order in which they ended. */
  readonly results: readonly UnitResult[];
  /** What went wrong with other steps, one line each. */
  readonly problems: readonly string[];
  /** That of the first failure; that of a skipped unit only when nothing failed. */
  readonly exitCode: number;
}

/**
 * Runs tasks, so many at once as `parallel` says, the steps of each one after another. Tasks with a state id in common
 * wait for each other. After a failure nothing
 * more is started, and what runs is finished. A unit that is skipped because another run has its lease ends its task
 * and no other.
 */
export async function runPlan(
  tasks: readonly Task[],
  options: RunServices & { readonly parallel: number },
): Promise<PlanEnd> {
  const plan = new PlanRun(options);
  const waiting = [...tasks];
  const worker = async () => {
    for (let task = waiting.shift(); task !== undefined && plan.goesOn; task = waiting.shift()) {
      await plan.runTask(task);
    }
  };
  const workers = Math.max(1, Math.min(options.parallel, tasks.length));
  await Promise.all(Array.from({ length: workers }, worker));
  return plan.end();
}

class PlanRun {
  readonly #services: RunServices;
  readonly #results: UnitResult[] = [];
  readonly #problems: string[] = [];
  #failure: number | undefined;
  #isSkipped = false;
  /** The task of each state id that was started last. */
  readonly #lastOf = new Map<string, Promise<void>>();

  constructor(services: RunServices) {
    this.#services = services;
  }

  /** Whether anything may still be started. */
  get goesOn(): boolean {
    return this.#failure === undefined && !this.#services.signal.aborted;
  }

  async runTask(task: Task): Promise<void> {
    const stateIds = task.steps.flatMap((step) => (step.kind === "unit" ? [step.stateId] : []));
    const earlier = stateIds.flatMap((stateId) => this.#lastOf.get(stateId) ?? []);
    const done = Promise.allSettled(earlier).then(() => this.#runSteps(task));
    for (const stateId of stateIds) this.#lastOf.set(stateId, done);
    await done;
  }

  async #runSteps({ steps }: Task): Promise<void> {
    for (const step of steps) {
      if (!this.goesOn) return;
      const exitCode = step.kind === "unit" ? await this.#runUnit(step) : await this.#runCommand(step);
      if (exitCode === exitCodes.ok) continue;
      if (exitCode === exitCodes.alreadyRunning) this.#isSkipped = true;
      else this.#failure ??= exitCode;
      return;
    }
  }

  end(): PlanEnd {
    const { signal } = this.#services;
    const stopped = signal.aborted ? (signal.reason === "SIGINT" ? 130 : 143) : undefined;
    const rest = this.#isSkipped ? exitCodes.alreadyRunning : exitCodes.ok;
    return { results: this.#results, problems: this.#problems, exitCode: this.#failure ?? stopped ?? rest };
  }

  async #runUnit(unit: Extract<Task["steps"][number], { kind: "unit" }>): Promise<number> {
    const result = await runUnit(unit, this.#services);
    this.#results.push(result);
    return result.exitCode;
  }

  async #runCommand(step: Extract<Task["steps"][number], { kind: "command" }>): Promise<number> {
    const { exitCode, problem } = await runCommandStep(step, this.#services);
    if (problem !== undefined) this.#problems.push(problem);
    return exitCode;
  }
}
