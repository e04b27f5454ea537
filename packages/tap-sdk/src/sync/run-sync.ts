import {
  AuthenticationError,
  ConfigError,
  ConnectorError,
  checkConfig,
  createRedactor,
  isObject,
  type Logger,
  type State,
  secretsOf,
  silentLogger,
  withCurrentlySyncing,
} from "@chorale/singer";
import { readPackageVersion } from "@chorale/singer/cli";
import type { TapOptions } from "../tap.ts";
import type { Emit } from "./emit.ts";
import { type Run, readFamily } from "./family.ts";
import { HttpClients } from "./http-clients.ts";
import { type Plan, type PlannedStream, planStreams } from "./plan.ts";
import { RunCounts } from "./run-counts.ts";
import { StateWriter } from "./state-writer.ts";
import type { SyncOptions } from "./sync-options.ts";

/**
 * Runs a tap and gives every message to `emit`, which is waited for. The streams run one after another,
 * the one that an earlier run was stopped in first. When one fails, the others still run, and the first
 * error is thrown at the end; refused credentials, a wrong configuration, an output that takes nothing and
 * the signal end the run at once.
 */
export async function runSync<Config>(
  tap: TapOptions<Config>,
  options: SyncOptions,
  emit: Emit,
): Promise<void> {
  const { log = silentLogger } = options;
  const checked = checkConfig(tap.config, options.config, { name: tap.name, log });
  await checked.then((config) => runWith(config, { tap, options, emit }));
}

async function runWith<Config>(
  config: Config,
  { tap, options, emit }: { tap: TapOptions<Config>; options: SyncOptions; emit: Emit },
): Promise<void> {
  const { signal = new AbortController().signal, log = silentLogger, clock = () => new Date() } = options;
  const { catalog, select = [] } = options;
  const plan = planStreams({ name: tap.name, streams: tap.streams, catalog, select });
  logPlan(plan, log);
  signal.throwIfAborted();
  const counts = new RunCounts({ metrics: options.metrics, clock });
  const clients = new HttpClients({
    config,
    counts,
    signal,
    log,
    userAgent: textSetting(config, "user_agent") ?? (await userAgentOf(tap)),
    redact: createRedactor(secretsOf(tap.config.json, config)),
    env: options.env ?? {},
  });
  const run: Run<Config> = {
    config,
    clients,
    counts,
    emit,
    log,
    signal,
    clock,
    startedAt: clock(),
    startDate: textSetting(config, "start_date"),
    state: new StateWriter(options.state ?? {}, emit),
    recordLimit: options.recordLimit,
  };
  try {
    if (options.recordLimit !== undefined) await checkCredentials(tap, run);
    await timed(run, { metric: "job_duration" }, () => readFamilies(plan.families, run));
  } finally {
    await clients.close();
    counts.write();
    counts.report(log);
  }
}

async function checkCredentials<Config>(
  { check, streams }: TapOptions<Config>,
  run: Run<Config>,
): Promise<void> {
  const [first] = streams;
  if (check === undefined || first === undefined) return;
  const { config, log, signal } = run;
  await check({ config, log, signal, http: run.clients.of(first.client) });
}

async function readFamilies<Config>(
  families: readonly PlannedStream<Config>[],
  run: Run<Config>,
): Promise<void> {
  const failures: unknown[] = [];
  const ordered = interruptedFirst(families, run.state.state);
  for (const family of ordered) {
    const stream = family.stream.name;
    run.state.state = withCurrentlySyncing(run.state.state, stream);
    try {
      await timed(run, { metric: "sync_duration", stream }, () => readFamily(family, run));
    } catch (error) {
      if (endsRun(error, run.signal)) throw error;
      const isLast = family === ordered.at(-1);
      logFailure(error, { stream, isFirst: failures.length === 0, isLast, log: run.log });
      failures.push(error);
    }
  }
  run.state.state = withCurrentlySyncing(run.state.state, undefined);
  await run.state.write();
  if (failures.length > 0) throw failures[0];
}

function interruptedFirst<Config>(
  families: readonly PlannedStream<Config>[],
  state: State,
): readonly PlannedStream<Config>[] {
  const interrupted = families.find((family) => family.stream.name === state.currently_syncing);
  if (interrupted === undefined) return families;
  return [interrupted, ...families.filter((family) => family !== interrupted)];
}

function endsRun(error: unknown, signal: AbortSignal): boolean {
  if (signal.aborted || AuthenticationError.isInstance(error) || ConfigError.isInstance(error)) return true;
  return ConnectorError.isInstance(error) && error.exitCode === outputFailed;
}

const outputFailed = 74;

/** The first error is thrown in the end and told then. */
function logFailure(
  error: unknown,
  facts: { stream: string; isFirst: boolean; isLast: boolean; log: Logger },
): void {
  const { stream, isFirst, isLast, log } = facts;
  const reason = error instanceof Error ? error.message : String(error);
  if (isFirst && isLast) return;
  if (isFirst) log.warn(`${stream} failed; the other streams still run`, { stream, reason });
  else log.error(reason, { stream });
}

function logPlan<Config>(plan: Plan<Config>, log: Logger): void {
  const all = plan.families.flatMap(withDescendants);
  log.info("streams of this run", {
    streams: all.filter(({ selection }) => selection !== undefined).map(({ stream }) => stream.name),
    read_for_children: all
      .filter(({ selection }) => selection === undefined)
      .map(({ stream }) => stream.name),
    left_out: plan.leftOut,
  });
}

function withDescendants<Config>(plan: PlannedStream<Config>): readonly PlannedStream<Config>[] {
  return [plan, ...plan.children.flatMap(withDescendants)];
}

async function timed<Config>(
  { counts, clock }: Run<Config>,
  span: { metric: "sync_duration" | "job_duration"; stream?: string },
  work: () => Promise<void>,
): Promise<void> {
  const since = clock();
  const { metric, ...tags } = span;
  try {
    await work();
    counts.ended(metric, { ...tags, since, failed: false });
  } catch (error) {
    counts.ended(metric, { ...tags, since, failed: true });
    throw error;
  }
}

async function userAgentOf<Config>(tap: TapOptions<Config>): Promise<string> {
  const version = await readPackageVersion(tap.package);
  return `${tap.name}/${version}`;
}

function textSetting(config: unknown, name: string): string | undefined {
  const value = isObject(config) ? config[name] : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
}
