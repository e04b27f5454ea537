import { spawn } from "node:child_process";
import { constants } from "node:os";
import { resolveCatalog } from "../catalog/resolve-catalog.ts";
import type { CommandContext, GlobalOptions } from "../commands/command-context.ts";
import { type OpenProject, openProject } from "../commands/open-project.ts";
import { runError } from "../exit-codes.ts";
import { problemText } from "../project/problems.ts";
import { commandArgs } from "../settings/command-args.ts";
import { pluginNamed } from "../settings/named-plugins.ts";
import { environmentFor, findProgram } from "../settings/programs.ts";
import { resolvePlugin } from "../settings/resolve-plugin.ts";
import type { ResolvedPlugin } from "../settings/resolved.ts";
import { unitPluginOf } from "../settings/unit-plugins.ts";
import { createRunFolder, type RunFolder } from "./run-folder.ts";
import { stopSignalOf } from "./stops.ts";

/** What is invoked. */
export interface Invocation {
  /** A plugin's name, or `plugin:command`. */
  readonly word: string;
  readonly args: readonly string[];
  readonly globals: GlobalOptions;
}

interface Call {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Runs a plugin with this process's own stdin, stdout and stderr, and answers its exit code. A tap, a mapper or a
 * target is given its configuration; a tap without arguments its catalog, too, and no state.
 */
export async function invokePlugin(context: CommandContext, invocation: Invocation): Promise<number> {
  const { word, globals } = invocation;
  const opened = await openProject(context, globals);
  const [name = "", command] = word.split(":", 2);
  const plugin = pluginNamed(opened.project, name);
  const resolved = resolvePlugin(plugin, opened);
  const errors = resolved.problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw runError("usage", errors.map(problemText).join(" "));
  const folder = await createRunFolder();
  try {
    const options = { context, opened, resolved, command, args: invocation.args, folder };
    const call = command === undefined ? await pluginCall(options) : await commandCall(options, command);
    return await exitCodeOf(call, { cwd: opened.project.root, signal: context.signal });
  } finally {
    await folder.remove();
  }
}

interface CallOptions {
  readonly context: CommandContext;
  readonly opened: OpenProject;
  readonly resolved: ResolvedPlugin;
  readonly args: readonly string[];
  readonly folder: RunFolder;
}

async function commandCall({ opened, resolved, args }: CallOptions, command: string): Promise<Call> {
  const { plugin, env } = resolved;
  const { words, problems } = commandArgs(resolved, command);
  if (problems.length > 0) throw runError("usage", problems.map(problemText).join(" "));
  const { executable } = plugin.commands.get(command) ?? {};
  const { root } = opened.project;
  const program = await findProgram(plugin, { root, path: env["PATH"] ?? "", executable });
  return { program, args: [...words, ...args], env: await environmentFor(program, env) };
}

async function pluginCall({ context, opened, resolved, args, folder }: CallOptions): Promise<Call> {
  const unitPlugin = await unitPluginOf(resolved, opened.project.root);
  const { program, env, config } = unitPlugin;
  const { type } = resolved.plugin;
  if (type !== "extractors" && type !== "loaders" && type !== "mappers") return { program, args, env };
  const configPath = await folder.write("config.json", JSON.stringify(config));
  const configArgs = ["--config", configPath];
  if (type !== "extractors" || args.length > 0) return { program, args: [...configArgs, ...args], env };
  const catalog = await resolveCatalog({
    ...{ tap: unitPlugin, extras: resolved.extras, folder, root: opened.project.root, refresh: false },
    ...{ configPath, signal: context.signal },
    emit(event) {
      if (event.event === "warning") context.stderr(`${event.message}\n`);
      if (event.event === "plugin_log") context.stderr(`${event.plugin} | ${event.line}\n`);
    },
  });
  return {
    program,
    args: [...configArgs, ...(catalog.path === undefined ? [] : [catalog.flag, catalog.path])],
    env,
  };
}

async function exitCodeOf(
  { program, args, env }: Call,
  { cwd, signal }: { cwd: string; signal: AbortSignal },
): Promise<number> {
  const child = spawn(program, [...args], { cwd, env, stdio: "inherit" });
  const stop = () => child.kill(stopSignalOf(signal));
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once("error", (error) =>
        reject(
          runError("usage", `${program} cannot be started: ${error.message}. Check "executable".`, {
            cause: error,
          }),
        ),
      );
      child.once("close", (code, by) => resolve(code ?? 128 + (by === null ? 0 : constants.signals[by])));
    });
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
