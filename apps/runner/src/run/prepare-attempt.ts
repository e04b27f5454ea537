import { type ResolvedCatalog, resolveCatalog } from "../catalog/resolve-catalog.ts";
import { createKeeper, type Keeper } from "../state/keeper.ts";
import type { Lease } from "../store/run-store.ts";
import type { ProcessPlan } from "./attempt.ts";
import type { RunEvent } from "./run-event.ts";
import type { RunFolder } from "./run-folder.ts";
import type { RunServices } from "./run-unit.ts";
import type { Stops } from "./stops.ts";
import { readTapState, streamsIn, type TapState } from "./tap-state.ts";
import type { Unit, UnitPlugin } from "./unit.ts";

/** What an attempt is prepared from. */
export interface PrepareOptions {
  readonly unit: Unit;
  readonly services: RunServices;
  readonly runId: string;
  readonly lease: Lease;
  readonly stops: Stops;
  readonly folder: RunFolder;
  /** Streams that an earlier attempt of the same full refresh has begun to read again. */
  readonly resumed: ReadonlySet<string>;
  readonly emit: (event: RunEvent) => void;
}

/** What was found out before the processes are started. */
export interface Prepared {
  /** The tap, the mappers, and the target. */
  readonly processes: readonly ProcessPlan[];
  readonly keeper: Keeper;
}

/**
 * Reads the state, makes the catalog, and writes the files that the processes are given. Throws by the exit code of
 * what failed.
 */
export async function prepareAttempt(options: PrepareOptions): Promise<Prepared> {
  const { unit, services, runId, lease, folder, emit } = options;
  const { backend, store } = services;
  const targetConfig = await writeConfig(unit.target, { name: "target", folder });
  const state = await stateOf(options, targetConfig);
  const tapConfig = await writeConfig(unit.tap, { name: "tap", folder });
  const catalog = await catalogOf(options, tapConfig);
  const mappers = await Promise.all(
    unit.mappers.map(async (mapper, index) =>
      planOf(mapper, ["--config", await writeConfig(mapper, { name: `mapper-${index + 1}`, folder })]),
    ),
  );
  const catalogArgs = catalog.path === undefined ? [] : [catalog.flag, catalog.path];
  const stateArgs =
    state.given === undefined ? [] : ["--state", await folder.write("state.json", state.given)];
  const { stateId, policy } = unit;
  const { stored } = state;
  return {
    processes: [
      planOf(unit.tap, ["--config", tapConfig, ...catalogArgs, ...stateArgs]),
      ...mappers,
      planOf(unit.target, ["--config", targetConfig]),
    ],
    keeper: createKeeper({
      ...{ backend, store, lease, stateId, runId, stored, policy, emit, selected: catalog.selected },
    }),
  };
}

async function stateOf(options: PrepareOptions, targetConfig: string): Promise<TapState> {
  const { unit, services, resumed, stops, emit } = options;
  const { backend, store, root } = services;
  const { signal } = stops;
  const state = await readTapState({ unit, backend, store, root, targetConfig, resumed, signal, emit });
  emit({ event: "state_loaded", source: state.source, streams: streamsIn(state.given) });
  return state;
}

async function catalogOf(options: PrepareOptions, configPath: string): Promise<ResolvedCatalog> {
  const { unit, services, folder, stops, emit } = options;
  const { tap, extras, policy } = unit;
  return resolveCatalog({
    ...{
      tap,
      extras,
      folder,
      root: services.root,
      refresh: policy.refreshCatalog || policy.fullRefresh !== "none",
    },
    ttlSeconds: policy.catalogTtlSeconds,
    ...{ configPath, signal: stops.signal, emit },
  });
}

async function writeConfig(
  { config }: UnitPlugin,
  { name, folder }: { name: string; folder: RunFolder },
): Promise<string> {
  return folder.write(`${name}.config.json`, JSON.stringify(config));
}

function planOf({ name, program, env }: UnitPlugin, args: readonly string[]): ProcessPlan {
  return { name, program, env, args };
}
