import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError, type Logger, type Metrics } from "@chorale/singer";
import type { StreamSummary } from "./counts.ts";
import { readInput, type TargetInput } from "./input.ts";
import { createRunParts, type RunParts } from "./run-parts.ts";
import type { TargetSettings } from "./settings.ts";
import { openSpoolFolder, type SpoolFolder } from "./spool-folder.ts";
import { Stop } from "./stop.ts";
import type { Warehouse, WarehouseSession } from "./warehouse.ts";

/** What became of a run. */
export interface RunSummary {
  /** By stream, in the order of their first SCHEMA. */
  readonly streams: ReadonlyMap<string, StreamSummary>;
  /** The last state that was due, as JSON text; undefined when none was. */
  readonly state: string | undefined;
}

/** What a run is made of. */
export interface TargetRunOptions<Config> {
  readonly name: string;
  readonly warehouse: Warehouse<Config>;
  readonly config: Config;
  readonly input: TargetInput;
  readonly log: Logger;
  readonly metrics: Metrics | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onState: (state: string) => void | Promise<void>;
  readonly clock: () => Date;
}

interface Connected {
  readonly session: WarehouseSession;
  readonly folder: SpoolFolder;
  readonly stop: Stop;
}

/**
 * Reads the input to its end and loads it. Whatever ends a run early, a commit that has begun is waited for and
 * the states that are due after it are handed out; then the first error is thrown.
 */
export async function runTarget<Config extends TargetSettings>(
  options: TargetRunOptions<Config>,
): Promise<RunSummary> {
  checkStateSettings(options.config);
  const stop = new Stop();
  const unfollow = stop.follow(options.signal);
  try {
    stop.throwIfStopped();
    const folder = await openSpoolFolder({ tempDir: options.config.temp_dir, log: options.log });
    try {
      return await connectAndLoad(options, { folder, stop });
    } finally {
      await removeFolder(folder, options.log);
    }
  } finally {
    unfollow();
  }
}

/** What was committed stays committed, whatever becomes of the folder. */
async function removeFolder(folder: SpoolFolder, log: Logger): Promise<void> {
  await folder.remove().catch((error: unknown) => {
    log.warn("the spool folder could not be removed", { path: folder.path, error });
  });
}

/** Answers the state that is committed under the config's `state_id`; undefined when there is none. */
export async function readCommittedState<Config extends TargetSettings>(
  options: Pick<TargetRunOptions<Config>, "warehouse" | "config" | "log" | "signal">,
): Promise<string | undefined> {
  const { config, log } = options;
  const { state_table: table, state_id: id } = config;
  if (table === undefined || id === undefined) {
    throw new ConfigError("config: a committed state needs state_table and state_id. Set both.");
  }
  const stop = new Stop();
  const unfollow = stop.follow(options.signal);
  const folder = await openSpoolFolder({ tempDir: config.temp_dir, log });
  try {
    const session = await connect(options, { folder, stop, end: new AbortController() });
    try {
      return await stop.race(session.readState(id));
    } finally {
      await session.close();
    }
  } finally {
    unfollow();
    await removeFolder(folder, log);
  }
}

function checkStateSettings({ state_table: table, state_id: id }: TargetSettings): void {
  if (table === undefined || id !== undefined) return;
  throw new ConfigError("config: state_table needs state_id. Set it to a name of this pipeline's own.");
}

async function connectAndLoad<Config extends TargetSettings>(
  options: TargetRunOptions<Config>,
  { folder, stop }: { folder: SpoolFolder; stop: Stop },
): Promise<RunSummary> {
  const end = new AbortController();
  const session = await connect(options, { folder, stop, end });
  const parts = createRunParts(options, { session, folder, stop });
  try {
    await load(options, { parts, stop });
  } catch (error) {
    if (!stop.fail(error) && error !== stop.error) options.log.debug("another error followed", { error });
  } finally {
    await settle(parts, { session, folder, stop, end, log: options.log });
  }
  const summary = summaryOf(parts);
  report(summary, options);
  stop.throwIfStopped();
  return summary;
}

/** Only while it connects a session hears of an interruption at once. */
async function connect<Config>(
  { warehouse, config, log }: Pick<TargetRunOptions<Config>, "warehouse" | "config" | "log">,
  { folder, stop, end }: { folder: SpoolFolder; stop: Stop; end: AbortController },
): Promise<WarehouseSession> {
  const tempDir = join(folder.path, "session");
  await mkdir(tempDir, { mode: 0o700 });
  const connecting = warehouse.connect(config, { log, signal: end.signal, tempDir });
  try {
    return await stop.race(connecting);
  } catch (error) {
    end.abort(error);
    // A session that comes all the same is closed again; nobody waits for it.
    void connecting.then((session) => session.close()).catch(() => undefined);
    throw error;
  }
}

async function load<Config extends TargetSettings>(
  { input, config }: TargetRunOptions<Config>,
  { parts, stop }: { parts: RunParts; stop: Stop },
): Promise<void> {
  const { router, plan, outlet } = parts;
  const maxLineBytes = config.max_line_bytes;
  for await (const chunk of readInput(input, { stop, maxLineBytes })) await router.take(chunk);
  await router.ready();
  await plan.finish({ endedWithState: router.endedWithState });
  await outlet.idle();
}

/** Ends what has begun, in an order in which nothing is lost. */
async function settle(
  { plan, loader, outlet, quarantine, abandonFiles }: RunParts,
  { session, stop, end, log }: Connected & { end: AbortController; log: Logger },
): Promise<void> {
  plan.stop();
  await loader.idle();
  await outlet.idle();
  if (stop.isStopped) end.abort(stop.error);
  await loader.discard();
  await abandonFiles();
  quarantine.close();
  await session.close().catch((error: unknown) => {
    log.warn("the warehouse's session could not be closed; what was committed stays", { error });
  });
}

function summaryOf({ sinks, outlet }: RunParts): RunSummary {
  const streams = [...sinks].map(([stream, { counts }]): [string, StreamSummary] => [
    stream,
    counts.summary(),
  ]);
  return { streams: new Map(streams), state: outlet.last };
}

function report(
  { streams }: RunSummary,
  { log, metrics }: Pick<TargetRunOptions<unknown>, "log" | "metrics">,
): void {
  const ignored: string[] = [];
  for (const [stream, summary] of streams) {
    metrics?.counter("record_count", summary.records, { stream });
    const { nulled, dropped, ...counts } = summary;
    ignored.push(...Object.entries(dropped).map(([key, count]) => `${stream}.${key} (${count})`));
    log.info(`${stream}: ${counts.records} records received, ${counts.loaded} rows loaded`, {
      stream,
      ...counts,
      ...(Object.keys(nulled).length > 0 ? { nulled } : {}),
    });
  }
  if (ignored.length > 0) {
    const more = ignored.length > 50 ? ` and ${ignored.length - 50} more` : "";
    log.warn(`keys that no schema names were left out: ${ignored.slice(0, 50).join(", ")}${more}`);
  }
}
