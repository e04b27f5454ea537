import { readFile } from "node:fs/promises";

/** Arguments that make no sense: the command ends with 64. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A stand-in that listens: what the command prints of it, and its end. */
export interface StartedStandIn {
  readonly announcement: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** A stand-in as the command offers it. */
export interface StandInCommand {
  /** What `--help` prints of its options. */
  readonly usage: string;
  /** Starts it with the arguments after its name. Rejects with a {@link UsageError} for what makes no sense. */
  start(args: readonly string[]): Promise<StartedStandIn>;
}

/** Reads an option that is a whole number. Throws a {@link UsageError} for anything else. */
export function wholeNumber(name: string, given: string): number {
  if (!/^\d{1,9}$/u.test(given)) throw new UsageError(`--${name}: ${given} is no whole number.`);
  return Number(given);
}

/** Reads the file of `--faults`. Rejects with a {@link UsageError} when it is no plan of the stand-in's. */
export async function readFaultPlan<Plan>(
  file: string,
  planIn: (parsed: unknown) => Plan | undefined,
): Promise<Plan> {
  const plan = planIn(JSON.parse(await readFile(file, "utf8")));
  if (plan === undefined) throw new UsageError(`--faults: ${file} is no fault plan. See the README.`);
  return plan;
}
