import { type Command, InvalidArgumentError } from "commander";
import type { RunFlags } from "../run/run-words.ts";
import type { RunPolicy } from "../run/unit.ts";

/** What the options that {@link addRunOptions} adds say. */
export interface RunOptionValues {
  readonly fullRefresh?: boolean | string;
  readonly select?: readonly string[];
  readonly exclude?: readonly string[];
  readonly dryRun?: boolean;
  readonly retries?: number;
  readonly timeout?: number;
  readonly idleTimeout?: number;
  readonly refreshCatalog?: boolean;
  /** False for `--no-state-update`. */
  readonly stateUpdate?: boolean;
  readonly force?: boolean;
  readonly allowRegression?: boolean;
  readonly acceptUnacked?: boolean;
  readonly result?: string;
}

/** What the options that {@link addPlanOptions} adds say. */
export interface PlanOptionValues extends RunOptionValues {
  readonly stateIdSuffix?: string;
  readonly into?: string;
  readonly parallel?: number;
}

/** Adds the options that say how something is run. */
export function addRunOptions(command: Command): Command {
  return command
    .option(
      "--full-refresh [streams]",
      "read everything again, or with --full-refresh=a,b only these streams",
    )
    .option("--select <stream>", "read only these streams; may be given again", collected)
    .option("--exclude <stream>", "do not read these streams; may be given again", collected)
    .option("--dry-run", "say what would be run, and run nothing")
    .option("--retries <n>", "how often a failure is followed by another attempt", count)
    .option("--timeout <seconds>", "how long one attempt may take; 0 for no limit", seconds)
    .option("--idle-timeout <seconds>", "how long neither data nor logs may move; 0 for no limit", seconds)
    .option("--refresh-catalog", "ask the tap for its catalog although one is kept")
    .option("--no-state-update", "read the state but do not store a new one")
    .option("-f, --force", "take over from a run that has the lease")
    .option("--allow-regression", "let a state lose bookmarks or move them back")
    .option("--accept-unacked", "count a target that does not hand the last state back as a success")
    .option("--result <file>", "write the result there as one line of JSON");
}

/** Adds the options of {@link addRunOptions}, and those that say how several pipelines are run. */
export function addPlanOptions(command: Command): Command {
  return addRunOptions(command)
    .option("--state-id-suffix <text>", "goes to the end of every state id")
    .option(
      "--into <target>",
      "load into this target instead of those that are named, with states of its own",
    )
    .option("--parallel <n>", "how many tasks run at once", count, 1);
}

/** Answers the options of {@link addPlanOptions} as what a run is told. */
export function planFlagsOf(
  values: PlanOptionValues,
  env: Readonly<Record<string, string | undefined>>,
): RunFlags {
  const { stateIdSuffix, into, parallel = 1 } = values;
  return { ...runFlagsOf(values, env), stateIdSuffix, into, parallel };
}

/** Answers the options as what a run is told. The environment says what the command line leaves open. */
export function runFlagsOf(
  values: RunOptionValues,
  env: Readonly<Record<string, string | undefined>>,
): Omit<RunFlags, "parallel" | "stateIdSuffix"> {
  const { select = [], exclude = [], dryRun = false, result } = values;
  const rules = [...select, ...exclude.map((stream) => `!${stream}`)];
  return {
    policy: policyOf(values, env),
    selectFilter: rules.length === 0 ? undefined : rules,
    dryRun,
    result,
  };
}

/** The number of an option that counts. */
function count(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 100) return value;
  throw new InvalidArgumentError("Write a whole number from 0 to 100.");
}

/** The number of an option that is a time. */
function seconds(text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value <= 31_536_000) return value;
  throw new InvalidArgumentError("Write a number of seconds, or 0 for no limit.");
}

function collected(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function policyOf(
  values: RunOptionValues,
  env: Readonly<Record<string, string | undefined>>,
): Partial<RunPolicy> {
  const { MELTANO_RUN_NO_STATE_UPDATE: noUpdate, MELTANO_RUN_TIMEOUT: envTimeout } = env;
  const { retries } = values;
  const timeout = values.timeout ?? secondsIn(envTimeout);
  const { idleTimeout } = values;
  return {
    ...fullRefreshOf(values, env),
    ...(retries === undefined ? {} : { retries }),
    ...(timeout === undefined ? {} : { timeoutSeconds: timeout === 0 ? undefined : timeout }),
    ...(idleTimeout === undefined ? {} : { idleTimeoutSeconds: idleTimeout === 0 ? undefined : idleTimeout }),
    ...(values.stateUpdate === false || isTrue(noUpdate) ? { updatesState: false } : {}),
    ...switchesOf(values),
  };
}

function fullRefreshOf(
  { fullRefresh }: RunOptionValues,
  { MELTANO_RUN_FULL_REFRESH: asked }: Readonly<Record<string, string | undefined>>,
): Partial<RunPolicy> {
  if (fullRefresh === true || (fullRefresh === undefined && isTrue(asked))) return { fullRefresh: "all" };
  if (typeof fullRefresh !== "string") return {};
  const streams = fullRefresh.split(",").filter((name) => name !== "");
  return { fullRefresh: streams.length === 0 ? "all" : streams };
}

function switchesOf(values: RunOptionValues): Partial<RunPolicy> {
  return {
    ...(values.refreshCatalog === true ? { refreshCatalog: true } : {}),
    ...(values.force === true ? { takesOver: true } : {}),
    ...(values.allowRegression === true ? { allowRegression: true } : {}),
    ...(values.acceptUnacked === true ? { acceptUnacknowledged: true } : {}),
  };
}

function isTrue(text: string | undefined): boolean {
  return ["1", "true", "yes", "on"].includes((text ?? "").toLowerCase());
}

function secondsIn(text: string | undefined): number | undefined {
  const value = Number(text);
  return text !== undefined && text !== "" && value >= 0 ? value : undefined;
}
