import {
  type Catalog,
  ConfigError,
  createRedactor,
  type Logger,
  loadConfig,
  parseCatalog,
  parseState,
  type State,
  secretsOf,
} from "@chorale/singer";
import { type CliIo, type CliLog, settingPrefix } from "@chorale/singer/cli";
import type { TapOptions } from "../tap.ts";
import type { Inputs } from "./command-line.ts";

/** What a command runs with. */
export interface CliContext<Config> {
  readonly tap: TapOptions<Config>;
  readonly io: CliIo;
  readonly cliLog: CliLog;
  readonly log: Logger;
}

/** Reads the settings, and has their secrets kept out of the log from then on. */
export async function readConfig<Config>(
  { tap, io, cliLog, log }: CliContext<Config>,
  inputs: Inputs,
): Promise<unknown> {
  const prefix = settingPrefix(tap.name);
  const config: unknown = await loadConfig(tap.config, {
    paths: inputs.config,
    prefix,
    env: io.env,
    readFile: io.readFile,
    log,
  });
  cliLog.redactWith(createRedactor(secretsOf(tap.config.json, config)));
  return config;
}

/** Reads the catalog and the state that are named, if any. */
export async function readCatalogAndState(
  io: CliIo,
  inputs: Inputs,
): Promise<{ catalog: Catalog | undefined; state: State | undefined }> {
  const catalog = await readInput(io, { what: "catalog", path: inputs.catalog });
  const state = await readInput(io, { what: "state", path: inputs.state });
  return {
    catalog: catalog === undefined ? undefined : parseCatalog(catalog),
    state: state === undefined ? undefined : parseState(state),
  };
}

async function readInput(
  io: CliIo,
  { what, path }: { what: string; path: string | undefined },
): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await io.readFile(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(`${what}: cannot read ${path}: ${reason}. Give the path of a file.`, { cause });
  }
}
