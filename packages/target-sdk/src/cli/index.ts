import {
  type ConfigSource,
  createMetrics,
  createRedactor,
  exitCodeOf,
  InterruptedError,
  type Logger,
  loadConfig,
  loadPartialConfig,
  secretsOf,
} from "@chorale/singer";
import { CliLog, createPrinter, settingPrefix } from "@chorale/singer/cli";
import type { TargetInput } from "../input.ts";
import type { RunOptions, Target } from "../target.ts";
import { renderTarget } from "./about-text.ts";
import { parseCommandLine, type RunArguments, type TargetCommandLine } from "./command-line.ts";
import { type TargetCliIo, targetIo } from "./io.ts";

export type { TargetCliIo } from "./io.ts";

/**
 * Runs a target as a command, and answers its exit code when all output has left: 0, 64 for a command line
 * that makes no sense, 65 for input that is no Singer or does not fit, 70 for a failed load, 74 for a full disk or a
 * closed stdout, 75 for what may work later, 77 for refused credentials or missing privileges, 78 for a wrong setting, 130 and
 * 143 after a signal. Each state that is due goes to stdout as one line; of a failure one line goes to stderr.
 *
 * Arguments, environment, files and signals are the process's unless `io` says otherwise.
 *
 * @example
 * ```ts
 * process.exitCode = await runTargetCli(targetDuckdb);
 * ```
 */
export async function runTargetCli<Config>(
  target: Target<Config>,
  io: Partial<TargetCliIo> = {},
): Promise<number> {
  const all = { ...targetIo(), ...io };
  const cliLog = new CliLog(target.name, all);
  try {
    const line = await parseCommandLine(target, all.argv);
    await runCommand(line, { target, io: all, cliLog, print: createPrinter(all.stdout) });
    return 0;
  } catch (error) {
    await cliLog.report(error);
    return exitCodeOf(error);
  }
}

interface CliContext<Config> {
  readonly target: Target<Config>;
  readonly io: TargetCliIo;
  readonly cliLog: CliLog;
  readonly print: (text: string) => Promise<void>;
}

async function runCommand<Config>(line: TargetCommandLine, context: CliContext<Config>): Promise<void> {
  const { target, print } = context;
  switch (line.command) {
    case "help":
      return await print(line.text);
    case "version": {
      const { name, version, sdk_version: sdk } = await target.about();
      return await print(`${name} v${version}, Chorale target SDK v${sdk}\n`);
    }
    case "about":
      return await print(renderTarget(await target.about(), line.format));
    case "print-state":
      return await withSignals(context, (signal) => printState(context, { paths: line.config, signal }));
    case "check":
      return await withSignals(context, (signal) => check(context, { paths: line.config, signal }));
    case "initialize":
      return await withSignals(context, (signal) => initialize(context, { paths: line.config, signal }));
    case "run":
      return await withSignals(context, (signal) => runInput(context, { ...line, signal }));
  }
}

async function withSignals<Config>(
  { io }: CliContext<Config>,
  task: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stopping = new AbortController();
  const remove = io.onSignal((signal) => stopping.abort(new InterruptedError(signal)));
  try {
    await task(stopping.signal);
  } finally {
    remove();
  }
}

/** The files of a command's settings, and what ends it early. */
interface CommandRun {
  readonly paths: readonly string[];
  readonly signal: AbortSignal;
}

async function printState<Config>(context: CliContext<Config>, { paths, signal }: CommandRun): Promise<void> {
  const { config, log } = await settingsOf(context, paths);
  const state = await context.target.readState(config, { log, signal });
  if (state !== undefined) await context.print(`${state}\n`);
}

async function check<Config>(context: CliContext<Config>, { paths, signal }: CommandRun): Promise<void> {
  const { config, log } = await settingsOf(context, paths);
  const report = await context.target.check(config, { log, signal });
  const { failureOf, reportText } = await import("./commands.ts");
  await context.print(reportText(report));
  const failure = failureOf(report);
  if (failure !== undefined) throw failure;
}

async function initialize<Config>(context: CliContext<Config>, { paths, signal }: CommandRun): Promise<void> {
  const { target, print, cliLog } = context;
  const { log, ...source } = await sourceOf(context, paths);
  const settings = await loadPartialConfig(target.config, { ...source, log });
  cliLog.redactWith(createRedactor(secretsOf(target.config.json, settings)));
  const script = await target.initialize(settings, { log, signal });
  await print(script.endsWith("\n") ? script : `${script}\n`);
}

async function runInput<Config>(
  context: CliContext<Config>,
  { config: paths, input, isDry, signal }: RunArguments & { readonly signal: AbortSignal },
): Promise<void> {
  const { target, io, print } = context;
  const { config, log } = await settingsOf(context, paths);
  const messages = input === undefined ? io.stdin : io.openInput(input);
  if (isDry) return await runDry(context, { messages, options: { config, log, signal } });
  await target.run(messages, {
    config,
    log,
    signal,
    metrics: createMetrics(io.writeError),
    onState: (state) => print(`${state}\n`),
  });
}

async function runDry<Config>(
  { target, print }: CliContext<Config>,
  { messages, options }: { messages: TargetInput; options: RunOptions<Config> },
): Promise<void> {
  const { statementText } = await import("./commands.ts");
  let printed: Promise<void> = Promise.resolve();
  let failure: unknown;
  const dryRun = (sql: string) => {
    if (failure !== undefined) throw failure;
    printed = printed
      .then(() => print(statementText(sql)))
      .catch((error: unknown) => {
        failure ??= error;
      });
  };
  try {
    await target.run(messages, { ...options, dryRun });
  } finally {
    await printed;
  }
  if (failure !== undefined) throw failure;
}

async function settingsOf<Config>(
  context: CliContext<Config>,
  paths: readonly string[],
): Promise<{ config: Config; log: Logger }> {
  const { target, cliLog } = context;
  const { log, ...source } = await sourceOf(context, paths);
  const config = await loadConfig(target.config, { ...source, log });
  cliLog.redactWith(createRedactor(secretsOf(target.config.json, config)));
  return { config, log };
}

async function sourceOf<Config>(
  { target, io, cliLog }: CliContext<Config>,
  paths: readonly string[],
): Promise<ConfigSource & { readonly log: Logger }> {
  const { env, readFile } = io;
  return { paths, prefix: settingPrefix(target.name), env, readFile, log: await cliLog.open() };
}
