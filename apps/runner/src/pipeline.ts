import { type Catalog, type Logger, parseCatalog, type StopSignal, selectStreams } from "@chorale/singer";
import { type Child, type ChildEnd, startChild } from "./child.ts";
import { exitCodes, runError } from "./exit-codes.ts";
import { finishPump, type PumpCounts, type PumpEnd, pump } from "./pump.ts";
import type { RunFolder } from "./run-folder.ts";
import { type KeptStates, keepStates } from "./state-keeper.ts";
import type { StateStore } from "./state-store.ts";

/** A plugin that is ready to run: found, and with its values filled in. */
export interface Plugin {
  readonly name: string;
  readonly program: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly select: readonly string[];
}

/** What one run of a tap into a target needs. */
export interface PipelineOptions {
  readonly tap: Plugin;
  readonly target: Plugin;
  readonly stateId: string;
  readonly store: StateStore;
  /** Reads no state, so that the tap reads everything again. */
  readonly fullRefresh: boolean;
  readonly folder: RunFolder;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Logger;
  /** Receives each line that a plugin logs. */
  readonly onPluginLine: (name: string, line: string) => void;
  /** Ends the run in order; its reason is the name of a signal. */
  readonly signal: AbortSignal;
}

/** What one run came to. */
export interface PipelineResult {
  readonly exitCode: number;
  /** What went wrong, one line each; empty after a success. */
  readonly problems: readonly string[];
  readonly counts: PumpCounts;
  readonly states: KeptStates;
  readonly seconds: number;
}

/**
 * Runs a tap into a target: discovers and selects, pumps, keeps the states that the target prints, and
 * says honestly how it ended. A target that ends before its input does is a failure, whatever its exit code.
 */
export async function runPipeline(options: PipelineOptions): Promise<PipelineResult> {
  const startedAt = performance.now();
  const tapArgs = await tapArguments(options);
  const targetConfig = await options.folder.write(
    "target.config.json",
    JSON.stringify(options.target.config),
  );
  const target = await start(options, { plugin: options.target, args: ["--config", targetConfig] });
  const tap = await start(options, { plugin: options.tap, args: tapArgs });
  tap.stdin.end();
  const { pumped, tapEnd, targetEnd, states } = await couple({ tap, target, options });
  const problems = problemsOf({ pumped, tapEnd, targetEnd, options });
  return {
    exitCode: options.signal.aborted ? signalCode(options.signal) : exitCodeOf({ pumped, tapEnd, targetEnd }),
    problems,
    counts: pumped.counts,
    states,
    seconds: (performance.now() - startedAt) / 1000,
  };
}

interface Ends {
  readonly pumped: PumpEnd;
  readonly tapEnd: ChildEnd;
  readonly targetEnd: ChildEnd;
}

async function couple(pair: {
  tap: Child;
  target: Child;
  options: PipelineOptions;
}): Promise<Ends & { states: KeptStates }> {
  const { tap, target, options } = pair;
  const stopBoth = () => tap.stop(stopSignal(options.signal));
  options.signal.addEventListener("abort", stopBoth, { once: true });
  const keeping = keepStates({
    input: target.stdout,
    store: options.store,
    stateId: options.stateId,
    onOtherLine: (line) => options.onPluginLine(options.target.name, line),
  });
  // A state that cannot be kept ends the run: what is loaded from then on would be loaded again.
  keeping.catch(() => tap.stop("SIGTERM"));
  try {
    const pumped = await pump(tap.stdout, target.stdin);
    if (pumped.outputClosed) tap.stop("SIGTERM");
    tap.stdout.destroy();
    const tapEnd = await tap.ended;
    finishPump(pumped, { output: target.stdin, succeeded: tapEnd.code === 0 && !options.signal.aborted });
    const [targetEnd, states] = await Promise.all([target.ended, keeping]);
    return { pumped, tapEnd, targetEnd, states };
  } finally {
    options.signal.removeEventListener("abort", stopBoth);
    tap.stop("SIGTERM");
    target.stop("SIGTERM");
  }
}

async function start(
  options: PipelineOptions,
  { plugin, args }: { plugin: Plugin; args: readonly string[] },
): Promise<Child> {
  const { cwd, env } = options;
  const onLogLine = (line: string) => options.onPluginLine(plugin.name, line);
  return startChild({ name: plugin.name, program: plugin.program, args, env, cwd, onLogLine });
}

async function tapArguments(options: PipelineOptions): Promise<readonly string[]> {
  const { tap, folder, store, stateId, fullRefresh } = options;
  const config = await folder.write("tap.config.json", JSON.stringify(tap.config));
  const catalog = await folder.write("catalog.json", JSON.stringify(await selectedCatalog(options, config)));
  const state = fullRefresh ? undefined : await store.read(stateId);
  const stateArgs = state === undefined ? [] : ["--state", await folder.write("state.json", state)];
  return ["--config", config, "--catalog", catalog, ...stateArgs];
}

async function selectedCatalog(options: PipelineOptions, config: string): Promise<Catalog> {
  const { tap, log } = options;
  const child = await start(options, { plugin: tap, args: ["--config", config, "--discover"] });
  const stop = () => child.stop(stopSignal(options.signal));
  options.signal.addEventListener("abort", stop, { once: true });
  child.stdin.end();
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout) chunks.push(chunk);
  const end = await child.ended.finally(() => options.signal.removeEventListener("abort", stop));
  if (end.code !== 0) {
    const why = end.lastLines.at(-1) ?? "it wrote no reason to stderr";
    throw runError("discoveryFailed", `${tap.name}: discovery ended with ${endText(end)}: ${why}`);
  }
  const { catalog, unmatched } = selectStreams(parseCatalog(Buffer.concat(chunks).toString()), tap.select);
  for (const rule of unmatched) log.warn(`${tap.name}: the select rule ${rule} matches nothing`);
  return catalog;
}

function exitCodeOf({ pumped, tapEnd, targetEnd }: Ends): number {
  const early = pumped.outputClosed;
  if (early && targetEnd.code === 0) return exitCodes.targetExitedEarly;
  // A tap whose reader went away fails because of it: that failure is the target's.
  const tapFailed = tapEnd.code !== 0 && !early;
  if (targetEnd.code !== 0) return tapFailed ? exitCodes.bothFailed : exitCodes.targetFailed;
  return tapFailed ? exitCodes.tapFailed : exitCodes.ok;
}

function problemsOf({
  pumped,
  tapEnd,
  targetEnd,
  options,
}: Ends & { options: PipelineOptions }): readonly string[] {
  const { tap, target, signal } = options;
  if (signal.aborted)
    return [`stopped by ${stopSignal(signal)}: the states that were kept are valid. Run again to go on.`];
  const problems: string[] = [];
  if (tapEnd.code !== 0 && !pumped.outputClosed)
    problems.push(`${tap.name} ended with ${endText(tapEnd)}${lastLine(tapEnd)}`);
  if (targetEnd.code !== 0)
    problems.push(`${target.name} ended with ${endText(targetEnd)}${lastLine(targetEnd)}`);
  else if (pumped.outputClosed)
    problems.push(`${target.name} ended before its input did. What followed was not loaded.`);
  return problems;
}

function lastLine({ lastLines }: ChildEnd): string {
  const line = lastLines.findLast((text) => !text.startsWith("INFO METRIC:"));
  return line === undefined ? "" : `: ${line}`;
}

function endText({ code, signal }: ChildEnd): string {
  return code === null ? `signal ${signal ?? "unknown"}` : `exit code ${code}`;
}

function stopSignal(signal: AbortSignal): StopSignal {
  return signal.reason === "SIGINT" ? "SIGINT" : "SIGTERM";
}

function signalCode(signal: AbortSignal): number {
  return stopSignal(signal) === "SIGINT" ? 130 : 143;
}
