import { ConnectorError } from "@chorale/singer";
import { exitCodes, isForPeople } from "../exit-codes.ts";
import type { Keeper } from "../state/keeper.ts";
import { startTimeOf } from "../store/process-table.ts";
import type { Lease, LeaseHolder } from "../store/run-store.ts";
import { type AttemptEnd, type ProcessPlan, runAttempt } from "./attempt.ts";
import { errorOutcome, type Outcome, outcomeOf, skippedOutcome, stoppedOutcome } from "./outcome.ts";
import { prepareAttempt } from "./prepare-attempt.ts";
import type { RunEvent } from "./run-event.ts";
import { createRunFolder, type RunFolder } from "./run-folder.ts";
import { newRunId } from "./run-id.ts";
import { openRunRecords, type RunRecords, removeLeftovers } from "./run-records.ts";
import type { RunCounts, UnitResult } from "./run-result.ts";
import type { RunServices } from "./run-unit.ts";
import { createStops, type Stops } from "./stops.ts";
import { streamsIn } from "./tap-state.ts";
import type { Unit } from "./unit.ts";

/** Which attempt of a unit a run is. */
export interface AttemptNumber {
  /** From 1. */
  readonly attempt: number;
  /** The first attempt's run, of a retry. */
  readonly parentRunId: string | undefined;
  /** Streams that an earlier attempt of the same full refresh has begun to read again. */
  readonly resumed: ReadonlySet<string>;
}

/** How one run of a unit ended. */
export interface RunEnd {
  readonly result: UnitResult;
  /** Whether another attempt may come to something else. */
  readonly isWorthRetry: boolean;
  /** The streams that the states had which were stored; empty when none was. */
  readonly progressed: ReadonlySet<string>;
}

const neverRetried: ReadonlySet<number> = new Set([
  ...[exitCodes.ok, exitCodes.usage, exitCodes.alreadyRunning, exitCodes.leaseLost],
  ...[130, 143],
]);

/** Runs a unit once, under its lease and with a row in the history. Never throws for what a run can come to. */
export async function runOnce(unit: Unit, services: RunServices, number: AttemptNumber): Promise<RunEnd> {
  const runId = newRunId();
  const records = await openRunRecords(services.root, runId);
  const run = new Run({ unit, services, number, runId, records });
  try {
    return await run.run();
  } finally {
    await records.close();
  }
}

interface RunParts {
  readonly unit: Unit;
  readonly services: RunServices;
  readonly number: AttemptNumber;
  readonly runId: string;
  readonly records: RunRecords;
}

class Run {
  readonly #parts: RunParts;
  readonly #startedAt = new Date();
  /** Whether processes were started: from then on another attempt may go on where this one ended. */
  #isStarted = false;
  #end: AttemptEnd | undefined;
  #keeper: Keeper | undefined;
  #lastState: string | undefined;

  constructor(parts: RunParts) {
    this.#parts = parts;
  }

  async run(): Promise<RunEnd> {
    const outcome = await this.#underLease();
    const { guilty } = outcome;
    const guiltyEnd = this.#end?.facts.processes.find(({ name }) => name === guilty)?.end;
    const result = this.#resultOf(outcome, guiltyEnd?.lastLines ?? []);
    this.#emit({ event: "run_finished", result });
    const forPeople = outcome.needsPerson === true || isForPeople(guiltyEnd?.code ?? null);
    const mayRetry = this.#isStarted || result.exitCode === exitCodes.discoveryFailed;
    return {
      result,
      isWorthRetry: mayRetry && !forPeople && !neverRetried.has(result.exitCode),
      progressed: new Set(result.statesCommitted === 0 ? [] : streamsIn(this.#lastState)),
    };
  }

  readonly #emit = (event: RunEvent): void => {
    const { runId, unit, records, services } = this.#parts;
    const stamped = { ...event, time: new Date(), runId, stateId: unit.stateId };
    records.add(stamped);
    services.emit(stamped);
  };

  async #underLease(): Promise<Outcome> {
    const { unit, services, runId, number } = this.#parts;
    const { stateId, policy } = unit;
    try {
      const lease = await services.store.acquireLease({ stateId, runId, takeOver: policy.takesOver });
      try {
        await services.store.startRun({
          ...{ runId, stateId, tap: unit.tap.name, target: unit.target.name, job: unit.job },
          ...{ schedule: unit.schedule, attempt: number.attempt, parentRunId: number.parentRunId },
          version: services.version,
        });
        this.#emit({
          event: "run_started",
          tap: unit.tap.name,
          target: unit.target.name,
          attempt: number.attempt,
        });
        const outcome = isLease(lease) ? await this.#holding(lease) : skippedOutcome(stateId, lease);
        return await this.#recorded(outcome);
      } finally {
        if (isLease(lease)) await lease.release();
      }
    } catch (error) {
      return errorOutcome(error);
    }
  }

  /** A run that cannot be written down has failed, because the next one would take it for lost. */
  async #recorded(outcome: Outcome): Promise<Outcome> {
    try {
      await this.#parts.services.store.finishRun(this.#resultOf(outcome, this.#guiltyLines(outcome)));
      return outcome;
    } catch (error) {
      const failed = errorOutcome(error);
      return outcome.exitCode === exitCodes.ok
        ? failed
        : { ...outcome, problems: [...outcome.problems, ...failed.problems] };
    }
  }

  #guiltyLines({ guilty }: Outcome): readonly string[] {
    return this.#end?.facts.processes.find(({ name }) => name === guilty)?.end.lastLines ?? [];
  }

  async #holding(lease: Lease): Promise<Outcome> {
    const { unit, services, records } = this.#parts;
    const { signal, root, store } = services;
    const lost = await store.listRuns({ stateId: unit.stateId, status: "lost", limit: 5 });
    await removeLeftovers(
      root,
      lost.map(({ runId }) => runId),
    );
    const { timeoutSeconds } = unit.policy;
    const stops = createStops({ signal, leaseLost: lease.lost, timeoutSeconds });
    const folder = await createRunFolder({ noteFile: records.noteFile });
    try {
      return await this.#work({ lease, stops, folder });
    } catch (error) {
      // What a stopped run throws is that it was stopped.
      return stops.cause === undefined ? errorOutcome(error) : stoppedOutcome(stops.cause);
    } finally {
      stops.close();
      await folder.remove();
    }
  }

  async #work(at: { lease: Lease; stops: Stops; folder: RunFolder }): Promise<Outcome> {
    const { unit, services, runId, number } = this.#parts;
    const { stops } = at;
    const { processes, keeper } = await prepareAttempt({
      ...at,
      unit,
      services,
      runId,
      resumed: number.resumed,
      emit: this.#emit,
    });
    if (stops.cause !== undefined) return stoppedOutcome(stops.cause);
    this.#keeper = keeper;
    this.#isStarted = true;
    keeper.failed.catch((error: unknown) => stops.stop(causeOf(error)));
    this.#end = await this.#attempt({ processes, stops, keeper });
    this.#warnOfUnusedStates(this.#end);
    try {
      await keeper.flush();
    } catch (error) {
      return stoppedOutcome(this.#end.facts.stopped ?? causeOf(error));
    }
    return outcomeOf(this.#end.facts);
  }

  #warnOfUnusedStates({ counts }: AttemptEnd): void {
    const { tap } = this.#parts.unit;
    if (counts.states === 0 || tap.capabilities.has("state")) return;
    const message = `${tap.name}: it writes states, but its capabilities lack "state": the next run will not be given them. Add "state" to "capabilities".`;
    this.#emit({ event: "warning", message });
  }

  async #attempt({
    processes,
    stops,
    keeper,
  }: {
    processes: readonly ProcessPlan[];
    stops: Stops;
    keeper: Keeper;
  }): Promise<AttemptEnd> {
    const { unit, services, runId } = this.#parts;
    return runAttempt({
      processes,
      cwd: services.root,
      secrets: secretsOf(unit),
      policy: unit.policy,
      stops,
      forced: services.forced,
      emit: this.#emit,
      onStarted: async ({ plugin, pid }) => {
        const startTime = (await startTimeOf(pid)) ?? "";
        await services.store.processStarted(runId, { plugin, pid, startTime });
      },
      onState: (state) => {
        this.#lastState = state;
        keeper.take(state);
      },
    });
  }

  #resultOf(outcome: Outcome, guiltyLines: readonly string[]): UnitResult {
    const { unit, runId, number } = this.#parts;
    const { status, exitCode, reason, problems } = outcome;
    return {
      ...{
        runId,
        stateId: unit.stateId,
        tap: unit.tap.name,
        target: unit.target.name,
        attempt: number.attempt,
      },
      ...{ status, exitCode, reason, problems, guiltyLines },
      counts: this.#end?.counts ?? noCounts(),
      statesCommitted: this.#keeper?.committed ?? 0,
      startedAt: this.#startedAt,
      endedAt: new Date(),
    };
  }
}

function secretsOf(unit: Unit): readonly string[] {
  return [unit.tap, ...unit.mappers, unit.target].flatMap(({ secrets }) => secrets);
}

function isLease(answer: Lease | LeaseHolder): answer is Lease {
  return "release" in answer;
}

function causeOf(error: unknown) {
  const isLost = ConnectorError.isInstance(error) && error.exitCode === exitCodes.leaseLost;
  return isLost ? ({ kind: "lease" } as const) : ({ kind: "store", error } as const);
}

function noCounts(): RunCounts {
  return { streams: new Map(), records: 0, states: 0, bytes: 0, tapWaitMs: 0, targetWaitMs: 0 };
}
