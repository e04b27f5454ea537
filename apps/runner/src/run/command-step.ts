import { ConnectorError, createRedactor } from "@chorale/singer";
import { exitCodes } from "../exit-codes.ts";
import { startChild } from "./child.ts";
import { LogLines } from "./log-lines.ts";
import type { RunEvent } from "./run-event.ts";
import { newRunId } from "./run-id.ts";
import type { RunServices } from "./run-unit.ts";
import { stopSignalOf } from "./stops.ts";
import type { CommandStep } from "./unit.ts";

/** What a step came to. */
export interface StepEnd {
  readonly exitCode: number;
  /** What went wrong, in one line; undefined after a success. */
  readonly problem: string | undefined;
}

/** Runs a program of the project that is neither tap nor target: all that it prints goes to the log. */
export async function runCommandStep(step: CommandStep, services: RunServices): Promise<StepEnd> {
  const { name, program, args, env, secrets } = step;
  const runId = newRunId();
  const emit = (event: RunEvent) => services.emit({ ...event, time: new Date(), runId, stateId: name });
  const onLine = (line: string) => emit({ event: "plugin_log", plugin: name, line });
  const { root, signal, forced } = services;
  if (signal.aborted) return cancelled(name, signal);
  try {
    const child = await startChild({ name, program, args, env, cwd: root, secrets, onLogLine: onLine });
    const lines = new LogLines({ redact: createRedactor(secrets), onLine });
    child.stdin.end();
    child.stdout.on("data", (chunk: Buffer) => lines.add(chunk));
    const stop = () => child.stopWithin(step.graceSeconds, stopSignalOf(signal));
    const kill = () => child.stop("SIGKILL");
    const done = new AbortController();
    signal.addEventListener("abort", stop, { signal: done.signal });
    forced?.addEventListener("abort", kill, { signal: done.signal });
    const end = await child.ended;
    done.abort();
    lines.end();
    if (signal.aborted) return cancelled(name, signal);
    if (end.code === 0) return { exitCode: exitCodes.ok, problem: undefined };
    const how = end.code === null ? `signal ${end.signal}` : `exit code ${end.code}`;
    const why = end.lastLines.at(-1) ?? lines.last.at(-1);
    const problem = `${name} ended with ${how}${why === undefined ? "" : `: ${why}`}`;
    return { exitCode: exitCodes.commandFailed, problem };
  } catch (error) {
    if (!ConnectorError.isInstance(error)) throw error;
    return { exitCode: error.exitCode, problem: error.message };
  }
}

function cancelled(name: string, signal: AbortSignal): StepEnd {
  const by = stopSignalOf(signal);
  return { exitCode: by === "SIGINT" ? 130 : 143, problem: `${name}: stopped by ${by}.` };
}
