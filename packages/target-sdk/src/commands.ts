import { ConfigError, type Logger } from "@chorale/singer";
import type { Warehouse } from "./warehouse.ts";

/** What a target may do beside loading. */
export type TargetCommandName = "check" | "initialize" | "dry-run";

/** What a command gets beside the settings. */
export interface CommandContext {
  readonly log: Logger;
  /** Aborted when the command has to end early. */
  readonly signal: AbortSignal;
}

/** One thing that a run needs, and whether it is there. */
export interface CheckItem {
  /** What is needed, such as `USAGE on the warehouse LOADING`. */
  readonly name: string;
  /** What is wrong with it; absent when it is there. */
  readonly missing?: {
    /** A privilege that somebody has to grant, or a setting that has to change. */
    readonly kind: "privilege" | "setting";
    /** What to run or to set, such as `GRANT USAGE ON WAREHOUSE LOADING TO ROLE LOADER;`. */
    readonly remedy: string;
  };
}

/** What a check has found, in the order in which it is printed. */
export interface CheckReport {
  readonly items: readonly CheckItem[];
}

/** What a target can do beside loading. A command is offered where it is given. */
export interface TargetCommands<Config> {
  /**
   * Proves each privilege that a run needs, and changes nothing that stays. An item that cannot be looked at because an
   * earlier one is missing is left out. It throws only what is no answer, such as credentials that are refused.
   */
  check?(config: Config, context: CommandContext): Promise<CheckReport>;
  /** Answers a script that makes what a run needs. Settings that are absent have defaults in it, or are named in it. */
  initialize?(settings: Partial<Config>, context: CommandContext): Promise<string>;
  /** Whether its sessions obey {@link WarehouseContext.dryRun}. */
  readonly dryRun?: true;
}

/** Answers the commands that are offered, in the order in which they are named. */
export function commandNamesOf<Config>(commands: TargetCommands<Config>): readonly TargetCommandName[] {
  const { check, initialize, dryRun } = commands;
  return [
    ...(check === undefined ? [] : (["check"] as const)),
    ...(initialize === undefined ? [] : (["initialize"] as const)),
    ...(dryRun === true ? (["dry-run"] as const) : []),
  ];
}

/** Answers the error of a command that a target does not offer. */
export function notOffered(target: string, command: TargetCommandName): ConfigError {
  return new ConfigError(`${target}: --${command} is not offered. See ${target} --help for what is.`);
}

/** Makes a warehouse whose sessions hand out their statements instead of running them. */
export function dryWarehouse<Config>(
  warehouse: Warehouse<Config>,
  statement: (sql: string) => void,
): Warehouse<Config> {
  return {
    connect: (config, context) => warehouse.connect(config, { ...context, dryRun: { statement } }),
  };
}
