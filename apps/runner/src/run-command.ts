import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ConnectorError, isObject, type Logger, parseDotenv } from "@chorale/singer";
import { findExecutable } from "./executables.ts";
import { exitCodes } from "./exit-codes.ts";
import { type Plugin, runPipeline } from "./pipeline.ts";
import { type Pair, type PluginDefinition, type Project, pairsOf, readProject } from "./project.ts";
import { createRunFolder } from "./run-folder.ts";
import { createStateStore } from "./state-store.ts";
import { summaryOf } from "./summary.ts";
import { createVariables, expand, type Variables } from "./variables.ts";

/** What `chorale run` is told. */
export interface RunCommandOptions {
  /** Jobs, or taps and targets in turn. */
  readonly names: readonly string[];
  readonly projectFile: string;
  /** @default `.env` beside the project file, where there is one */
  readonly envFile?: string | undefined;
  readonly fullRefresh: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Receives what a person reads: the tables. */
  readonly print: (text: string) => void;
  /** Receives each line that a plugin logs. */
  readonly onPluginLine: (name: string, line: string) => void;
}

/**
 * Runs pairs of taps and targets one after another, and stops at the first that fails. Answers the exit
 * code; throws for what is wrong before a run begins.
 */
export async function runCommand(options: RunCommandOptions): Promise<number> {
  const project = await readProject(options.projectFile);
  const variables = createVariables(options.env, await dotEnv(options, project));
  for (const pair of pairsOf(project, options.names)) {
    const exitCode = await runPair(pair, { ...options, project, variables });
    if (exitCode !== exitCodes.ok) return exitCode;
  }
  return exitCodes.ok;
}

type PairOptions = RunCommandOptions & { project: Project; variables: Variables };

async function runPair(pair: Pair, options: PairOptions): Promise<number> {
  const { project, print, log, signal, onPluginLine, fullRefresh } = options;
  const tap = await pluginOf(pair.tap, options);
  const target = await targetOf(pair, options);
  const folder = await createRunFolder();
  try {
    const result = await runPipeline({
      tap,
      target,
      stateId: stateIdOf(pair, project),
      store: createStateStore(join(project.root, ".chorale", "state")),
      fullRefresh,
      folder,
      cwd: project.root,
      env: childEnvironment(options),
      log,
      onPluginLine,
      signal,
    });
    print(summaryOf(`${tap.name} → ${target.name}`, result));
    return result.exitCode;
  } finally {
    await folder.remove();
  }
}

async function dotEnv({ envFile }: RunCommandOptions, { root }: Project): Promise<Record<string, string>> {
  try {
    return Object.fromEntries(parseDotenv(await readFile(envFile ?? join(root, ".env"), "utf8")));
  } catch (error) {
    if (envFile === undefined && isObject(error) && error["code"] === "ENOENT") return {};
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConnectorError(
      `${envFile ?? ".env"}: cannot be read: ${reason}. Name another with --env-file.`,
      {
        cause: error,
        exitCode: exitCodes.usage,
      },
    );
  }
}

async function pluginOf(definition: PluginDefinition, options: PairOptions): Promise<Plugin> {
  const { project, variables, env } = options;
  const config = expand(definition.config, { variables, where: `${definition.where}.config` });
  return {
    name: definition.name,
    program: await findExecutable(definition, { root: project.root, path: env["PATH"] ?? "" }),
    config: isObject(config) ? config : {},
    select: definition.select,
  };
}

/** A target loads into a schema that is called after the tap, unless its configuration names one. */
async function targetOf({ tap, target }: Pair, options: PairOptions): Promise<Plugin> {
  const schema = createVariables({ MELTANO_EXTRACT__LOAD_SCHEMA: tap.namespace });
  const { get, used } = options.variables;
  const variables = { used, get: (name: string) => schema.get(name) ?? get(name) };
  const config = { default_target_schema: tap.namespace, ...target.config };
  return pluginOf({ ...target, config }, { ...options, variables });
}

function stateIdOf({ tap, target }: Pair, { environment }: Project): string {
  return `${environment === undefined ? "" : `${environment}:`}${tap.name}-to-${target.name}`;
}

/** A plugin has its secrets in its configuration file: variables that only filled those in are kept from it. */
function childEnvironment({ env, variables }: PairOptions): NodeJS.ProcessEnv {
  const needed = new Set(["PATH", "HOME", "TMPDIR", "LANG"]);
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => needed.has(name) || !variables.used.has(name)),
  );
}
