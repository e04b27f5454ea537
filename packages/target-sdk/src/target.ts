import {
  checkConfig,
  checkPartialConfig,
  type Logger,
  type Metrics,
  type ObjectSchema,
  silentLogger,
} from "@chorale/singer";
import { readPackageVersion, withoutSecretDefaults } from "@chorale/singer/cli";
import { type About, sdkVersion, targetCapabilities } from "./about.ts";
import {
  type CheckReport,
  commandNamesOf,
  dryWarehouse,
  notOffered,
  type TargetCommandName,
  type TargetCommands,
} from "./commands.ts";
import type { TargetInput } from "./input.ts";
import type { RunSummary } from "./run.ts";
import type { TargetSettings } from "./settings.ts";
import type { Warehouse } from "./warehouse.ts";

/** What a target is made from. */
export interface TargetOptions<Config> {
  /** The name of its package and executable, such as `target-duckdb`. */
  readonly name: string;
  /** Its package.json, read when the version is asked for. */
  readonly package: URL;
  readonly description: string;
  /** The schema of its settings, with `...targetSettings` among them. */
  readonly config: ObjectSchema<Config>;
  readonly warehouse: Warehouse<Config>;
  /** What it can do beside what every target can. @default none */
  readonly capabilities?: readonly string[];
  /** What it offers beside loading: a check, a set-up script, a dry run. @default nothing */
  readonly commands?: TargetCommands<Config>;
}

/** How messages are loaded. */
export interface RunOptions<Config> {
  /** The settings; they are checked, and defaults are filled in. */
  readonly config: Config | unknown;
  /** @default says nothing */
  readonly log?: Logger;
  /** @default measures nothing */
  readonly metrics?: Metrics;
  /**
   * Ends the run early: the commit in flight is finished, what is then due is handed to `onState`, and the run
   * rejects with the signal's reason, or with an `InterruptedError` where that is no `ConnectorError`.
   */
  readonly signal?: AbortSignal;
  /** Called with each state that is due, as JSON text; awaited before the next. @default nothing is called */
  readonly onState?: (state: string) => void | Promise<void>;
  /** Answers the time that batches are stamped with. @default the system's */
  readonly clock?: () => Date;
  /**
   * Called with each statement that the run would send; nothing is changed then, and no state goes out. Refused with
   * `ConfigError` by a target that offers no dry run.
   * @default the run loads
   */
  readonly dryRun?: (statement: string) => void;
}

/** How a command of a target runs: its committed state, its check, its script. */
export interface CommandOptions {
  /** @default says nothing */
  readonly log?: Logger;
  readonly signal?: AbortSignal;
}

/** A Singer target: what {@link defineTarget} makes. */
export interface Target<Config> {
  readonly name: string;
  readonly description: string;
  readonly config: ObjectSchema<Config>;
  /** Answers name, version, capabilities and settings. */
  about(): Promise<About>;
  /**
   * Loads messages, or bytes of newline-delimited messages, until the input ends. Resolves when everything that
   * may be committed is; rejects with the first error after a commit in flight has ended.
   */
  run(input: TargetInput, options: RunOptions<Config>): Promise<RunSummary>;
  /** Answers the state that is committed under the config's `state_id`; undefined when there is none. */
  readState(config: Config | unknown, options?: CommandOptions): Promise<string | undefined>;
  /** What it offers beside loading. */
  readonly commands: readonly TargetCommandName[];
  /** Proves what a run needs. Throws `ConfigError` where no check is offered. */
  check(config: Config | unknown, options?: CommandOptions): Promise<CheckReport>;
  /**
   * Answers a script that makes what a run needs; required settings may be absent. Throws `ConfigError` where none is
   * offered.
   */
  initialize(settings: Partial<Config> | unknown, options?: CommandOptions): Promise<string>;
}

/**
 * Makes a target from a warehouse. The target holds no state of its own: it may be run several times, and
 * at the same time. Nothing of the warehouse is loaded before a run.
 *
 * @example
 * ```ts
 * export const targetDuckdb = defineTarget({
 *   name: "target-duckdb",
 *   package: new URL("../package.json", import.meta.url),
 *   description: "Loads Singer streams into DuckDB",
 *   config: object({ path: string(), ...targetSettings }),
 *   warehouse: duckdb,
 * });
 * await targetDuckdb.run(messages, { config: { path: "shop.duckdb" } });
 * ```
 */
export function defineTarget<Config extends TargetSettings>(options: TargetOptions<Config>): Target<Config> {
  const { name, description, config, warehouse, commands = {} } = options;
  return Object.freeze({
    name,
    description,
    config,
    commands: commandNamesOf(commands),
    about: () => aboutOf(options),
    run: (input: TargetInput, run: RunOptions<Config>) => runOf(options, { input, run }),
    async check(value: unknown, { log = silentLogger, signal = neverAborted() }: CommandOptions = {}) {
      if (commands.check === undefined) throw notOffered(name, "check");
      return await commands.check(await checkConfig(config, value, { name, log }), { log, signal });
    },
    async initialize(value: unknown, { log = silentLogger, signal = neverAborted() }: CommandOptions = {}) {
      if (commands.initialize === undefined) throw notOffered(name, "initialize");
      const settings = await checkPartialConfig(config, value, { name, log });
      return await commands.initialize(settings, { log, signal });
    },
    async readState(value: unknown, { log = silentLogger, signal }: CommandOptions = {}) {
      const { readCommittedState } = await import("./run.ts");
      const checked = await checkConfig(config, value, { name, log });
      return await readCommittedState({ warehouse, config: checked, log, signal });
    },
  });
}

function neverAborted(): AbortSignal {
  return new AbortController().signal;
}

async function runOf<Config extends TargetSettings>(
  { name, config, warehouse, commands = {} }: TargetOptions<Config>,
  { input, run }: { input: TargetInput; run: RunOptions<Config> },
): Promise<RunSummary> {
  const { log = silentLogger, dryRun, onState = () => undefined, clock = () => new Date() } = run;
  if (dryRun !== undefined && commands.dryRun !== true) throw notOffered(name, "dry-run");
  const { runTarget } = await import("./run.ts");
  const summary = await runTarget({
    name,
    input,
    log,
    clock,
    warehouse: dryRun === undefined ? warehouse : dryWarehouse(warehouse, dryRun),
    config: await checkConfig(config, run.config, { name, log }),
    metrics: run.metrics,
    signal: run.signal,
    onState: dryRun === undefined ? onState : () => undefined,
  });
  return dryRun === undefined ? summary : { ...summary, state: undefined };
}

async function aboutOf<Config>(options: TargetOptions<Config>): Promise<About> {
  const { name, description, config, capabilities = [] } = options;
  const commands = commandNamesOf(options.commands ?? {});
  return {
    name,
    description,
    version: await readPackageVersion(options.package),
    sdk_version: await sdkVersion(),
    supported_python_versions: [],
    capabilities: [...new Set([...targetCapabilities, ...capabilities])].sort(),
    settings: withoutSecretDefaults(config.json),
    ...(commands.length > 0 ? { commands } : {}),
  };
}
