import {
  AuthenticationError,
  ConfigError,
  checkConfig,
  type Logger,
  type State,
  silentLogger,
  withCurrentlySyncing,
} from "@chorale/singer";
import type { StreamFinding } from "../definitions.ts";
import { streamsOf } from "../stream-tree.ts";
import type { TapOptions } from "../tap.ts";
import type { Emit } from "./emit.ts";
import { type ExamineOptions, examineStreams } from "./examine-streams.ts";
import { type Run, readFamily } from "./family.ts";
import { openClients, textSetting } from "./open-clients.ts";
import { isOutputFailure } from "./output-failure.ts";
import {
  type Plan,
  type PlannedStream,
  type PlanOptions,
  planStreams,
  selectsOf,
  withDescendants,
} from "./plan.ts";
import { RunCounts } from "./run-counts.ts";
import { StateWriter } from "./state-writer.ts";
import type { SyncOptions } from "./sync-options.ts";

/**
 * Runs a tap and gives every message to `emit`, which is waited for. The streams run one after another, from
 * the one that an earlier run was stopped in on, and then those before it. When one fails, the others still run, and the first
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
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  const stopping = stoppingWith(emit, stop);
  await checked.then((config) => runWith(config, { tap, options: { ...options, signal }, emit: stopping }));
}

/** An output that takes nothing more ends what is waited for and what is requested, too. */
function stoppingWith(emit: Emit, stop: AbortController): Emit {
  return (message) =>
    emit(message)?.catch((error: unknown) => {
      if (isOutputFailure(error)) stop.abort(error);
      throw error;
    });
}

async function runWith<Config>(
  config: Config,
  {
    tap,
    options,
    emit,
  }: { tap: TapOptions<Config>; options: SyncOptions & { signal: AbortSignal }; emit: Emit },
): Promise<void> {
  const { signal, log = silentLogger, clock = () => new Date() } = options;
  const planning = planningOf(tap, { config, options });
  // A catalog or a rule that cannot work is refused before the first request.
  const planned = planStreams(planning);
  signal.throwIfAborted();
  const counts = new RunCounts({ metrics: options.metrics, clock });
  const clients = await openClients(tap, {
    config,
    counts,
    signal,
    log,
    env: options.env,
    saveSettings: options.saveSettings,
  });
  try {
    const { plan, findings } = await planForAccount(planned, {
      planning,
      examining: { config, clients, log, signal },
    });
    logPlan(plan, log);
    const run: Run<Config> = {
      config,
      clients,
      counts,
      emit,
      log,
      signal,
      clock,
      findings,
      selects: selectsOf(plan),
      startedAt: clock(),
      startDate: textSetting(config, "start_date"),
      state: new StateWriter(options.state ?? {}, emit),
      recordLimit: options.recordLimit,
    };
    if (options.recordLimit !== undefined) await checkCredentials(tap, run);
    await timed(run, { metric: "job_duration" }, () => readFamilies(plan.families, run));
  } finally {
    await clients.close();
    counts.write();
    counts.report(log);
  }
}

function planningOf<Config>(
  tap: TapOptions<Config>,
  { config, options }: { config: Config; options: SyncOptions },
): PlanOptions<Config> {
  const { catalog, select = [] } = options;
  return { name: tap.name, streams: streamsOf(tap, config), catalog, select };
}

/** Plans the run, and once more when the account says that streams are other than they are defined. */
async function planForAccount<Config>(
  plan: Plan<Config>,
  {
    planning,
    examining,
  }: { planning: PlanOptions<Config>; examining: Omit<ExamineOptions<Config>, "selects"> },
): Promise<{ plan: Plan<Config>; findings: ReadonlyMap<string, StreamFinding> }> {
  const only = new Set(plan.families.flatMap(withDescendants).map(({ stream }) => stream.name));
  const { findings, ...examined } = await examineStreams(planning.streams, {
    ...examining,
    only,
    selects: selectsOf(plan),
  });
  return { findings, plan: findings.size === 0 ? plan : planStreams({ ...planning, ...examined, findings }) };
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
  const ordered = fromInterrupted(families, run.state.state);
  for (const [index, family] of ordered.entries()) {
    const stream = family.stream.name;
    run.state.state = withCurrentlySyncing(run.state.state, stream);
    try {
      await timed(run, { metric: "sync_duration", stream }, () => readFamily(family, run));
      // A run that is stopped after this state goes on with the next stream, and does not read this one again first.
      const next = ordered[index + 1]?.stream.name;
      if (next !== undefined) run.state.state = withCurrentlySyncing(run.state.state, next);
      await run.state.write();
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

/** The streams from the interrupted one on, then those before it: so each has its turn, however short runs are. */
function fromInterrupted<Config>(
  families: readonly PlannedStream<Config>[],
  state: State,
): readonly PlannedStream<Config>[] {
  const interrupted = families.findIndex((family) => family.stream.name === state.currently_syncing);
  return interrupted <= 0 ? families : [...families.slice(interrupted), ...families.slice(0, interrupted)];
}

function endsRun(error: unknown, signal: AbortSignal): boolean {
  if (signal.aborted || AuthenticationError.isInstance(error) || ConfigError.isInstance(error)) return true;
  return isOutputFailure(error);
}

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
