import { ConnectorError, type ConnectorErrorOptions, type ErrorKind } from "@chorale/singer";

/**
 * What a run's exit code says, so that an orchestrator can tell what is worth another try. Signals end a
 * run with 130 and 143.
 */
export const exitCodes = {
  ok: 0,
  /** A program of the project that is neither tap nor target, such as `dbt:run`. */
  commandFailed: 1,
  usage: 2,
  tapFailed: 10,
  targetFailed: 11,
  bothFailed: 12,
  mapperFailed: 13,
  targetExitedEarly: 14,
  protocol: 15,
  discoveryFailed: 16,
  stateStoreFailed: 17,
  alreadyRunning: 18,
  leaseLost: 19,
  timedOut: 20,
} as const;

/** A failure of a run, by the name that {@link exitCodes} gives it. */
export type FailureName = Exclude<keyof typeof exitCodes, "ok">;

/** Whether a plugin says by its exit code that a person has to act: a refused credential, a wrong configuration. */
export function isForPeople(code: number | null): boolean {
  return code === 77 || code === 78;
}

/** Makes the error of a failed run: one line for a person, and the exit code that `name` stands for. */
export function runError(
  name: FailureName,
  message: string,
  options: ConnectorErrorOptions & { kind?: ErrorKind } = {},
): ConnectorError {
  return new ConnectorError(message, { ...options, exitCode: exitCodes[name] });
}
