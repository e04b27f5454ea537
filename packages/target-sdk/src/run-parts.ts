import {
  createSchemaCompiler,
  type Logger,
  type SchemaCompiler,
  type SchemaMessage,
  type Validator,
} from "@chorale/singer";
import type { CommitPlan } from "./commit-plan.ts";
import { StreamCounts } from "./counts.ts";
import { createLane, type LaneOptions } from "./lane.ts";
import { Loader } from "./loader.ts";
import { isDate, isDateTime, isTime } from "./moments.ts";
import { withNullsAllowed } from "./nulls-allowed.ts";
import { Quarantine } from "./quarantine.ts";
import { ReceiptPlan } from "./receipt-plan.ts";
import { RecordVersions } from "./record-versions.ts";
import { rewriteRefused } from "./refused-batch.ts";
import { Router } from "./router.ts";
import type { TargetSettings } from "./settings.ts";
import { type OpenBatch, Sink, type SinkRoutes } from "./sink.ts";
import type { SpoolFolder } from "./spool-folder.ts";
import { SpoolMemory } from "./spool-memory.ts";
import { SpoolWriter } from "./spool-writer.ts";
import { StateOutlet } from "./state-outlet.ts";
import { StateTablePlan } from "./state-table-plan.ts";
import type { Stop } from "./stop.ts";
import type { SpooledBatch, TableShape, WarehouseSession } from "./warehouse.ts";

/** The parts of a run that have to be told when it ends. */
export interface RunParts {
  readonly router: Router;
  readonly plan: CommitPlan;
  readonly loader: Loader;
  readonly outlet: StateOutlet;
  readonly quarantine: Quarantine;
  readonly sinks: ReadonlyMap<string, Sink>;
  /** Lets go of the spool files that are not finished. */
  readonly abandonFiles: () => Promise<void>;
}

/** What parts are made from. */
export interface RunPartsOptions {
  readonly config: TargetSettings;
  readonly log: Logger;
  readonly onState: (state: string) => void | Promise<void>;
  readonly clock: () => Date;
}

/** What a run has before its parts. */
export interface RunGround {
  readonly session: WarehouseSession;
  readonly folder: SpoolFolder;
  readonly stop: Stop;
}

/** Bytes of lines that may be on their way to disk at a time. */
const maxBytesInFlight = 8 * 1024 * 1024;

interface Context extends RunPartsOptions, RunGround {
  readonly sinks: Map<string, Sink>;
  readonly memory: SpoolMemory;
  readonly quarantine: Quarantine;
  readonly states: { count: number };
  readonly createWriter: (name: string) => SpoolWriter;
  /** Those whose files are not finished. */
  readonly writers: Set<SpoolWriter>;
}

/** Puts the parts of a run together. */
export function createRunParts(options: RunPartsOptions, ground: RunGround): RunParts {
  const context = contextOf(options, ground);
  const { sinks, quarantine, states, memory } = context;
  const { config, log, onState } = options;
  const { session, stop } = ground;
  const outlet = new StateOutlet({ onState, stop });
  const loader = new Loader({
    session,
    stop,
    log,
    rewrite: (batch, reason) => rewriteBatch(context, { batch, reason }),
    onLoaded: (stream, rows) => countLoaded(sinks.get(stream), rows),
  });
  const plan = createPlan(context, { loader, outlet });
  const addSink = sinkFactory(context, (sink, batch) => plan.opened(sink, batch));
  const createRoutes = routesFactory(context);
  const router = new Router({
    settings: config,
    stop,
    log,
    plan,
    loader,
    memory,
    sinks,
    addSink,
    createRoutes,
    onState: () => {
      states.count += 1;
    },
  });
  const abandonFiles = async () => {
    await Promise.all([...context.writers].map((writer) => writer.abandon()));
  };
  return { router, plan, loader, outlet, quarantine, sinks, abandonFiles };
}

function contextOf(options: RunPartsOptions, ground: RunGround): Context {
  const { log, clock } = options;
  const { folder, session, stop } = ground;
  const memory = new SpoolMemory(maxBytesInFlight);
  const writers = new Set<SpoolWriter>();
  const shared = {
    folder: folder.path,
    rules: session.spool,
    memory,
    onError: (error: Error) => stop.fail(error),
    onEnd: (writer: SpoolWriter) => writers.delete(writer),
  };
  return {
    ...options,
    ...ground,
    memory,
    sinks: new Map(),
    states: { count: 0 },
    quarantine: new Quarantine({ parent: folder.parent, startedAt: clock(), log }),
    writers,
    createWriter: (name) => {
      const writer = new SpoolWriter({ ...shared, name });
      writers.add(writer);
      return writer;
    },
  };
}

function countLoaded(sink: Sink | undefined, rows: number): void {
  if (sink !== undefined) sink.counts.loaded += rows;
}

function createPlan(
  { config, sinks, states, createWriter }: Context,
  { loader, outlet }: { loader: Loader; outlet: StateOutlet },
): CommitPlan {
  const waitMs = config.batch_wait_limit_seconds * 1000;
  const options = { loader, outlet, sinks, waitMs, states: () => states.count };
  return config.state_table === undefined
    ? new ReceiptPlan(options)
    : new StateTablePlan({ ...options, createWriter, stateId: config.state_id ?? "" });
}

function sinkFactory(
  { config, clock, states, createWriter, sinks }: Context,
  onOpen: (sink: Sink, batch: OpenBatch) => void,
): (stream: string) => Sink {
  const context = {
    limits: { rows: config.batch_size_rows, bytes: config.batch_size_bytes },
    syncStartedAt: clock(),
    hardDelete: config.hard_delete,
    clock,
    states: () => states.count,
    createWriter,
    onOpen,
  };
  return (stream) => {
    const sink = new Sink(stream, { ...context, counts: new StreamCounts(), versions: new RecordVersions() });
    sinks.set(stream, sink);
    return sink;
  };
}

type RoutesFactory = (sink: Sink, message: SchemaMessage, shape: TableShape) => Promise<SinkRoutes>;

function routesFactory(context: Context): RoutesFactory {
  let compiler: Promise<SchemaCompiler> | undefined;
  return async (sink, message, shape) => {
    let validator: Validator | undefined;
    if (context.config.validate_records) {
      compiler ??= createSchemaCompiler({ dateTime: isDateTime, date: isDate, time: isTime });
      validator = validatorOf(context, { message, shape, compile: await compiler });
    }
    const isChoosy = shape.lane.unsafeBytes.length > 0;
    const route = (root: SpooledBatch["root"]) => {
      const mustRewrite = () => sink.isRewriting;
      const lane = createLane({ ...laneOptions(context, sink), shape, root, validator, mustRewrite });
      return { sink, shape, root, lane, isChoosy };
    };
    return { record: route("record"), line: route("line") };
  };
}

function validatorOf(
  { config, log }: Context,
  { message, shape, compile }: { message: SchemaMessage; shape: TableShape; compile: SchemaCompiler },
): Validator {
  const { stream, schema } = message;
  const isStrict = config.on_invalid_value === "error";
  const checked = isStrict ? schema : withNullsAllowed(schema, shape.spec);
  return compile(checked, { stream, log });
}

type SharedLaneOptions = Omit<LaneOptions, "shape" | "root" | "validator" | "mustRewrite">;

function laneOptions({ config, quarantine, log }: Context, { counts, versions }: Sink): SharedLaneOptions {
  return { settings: config, counts, versions, quarantine, log };
}

async function rewriteBatch(
  context: Context,
  { batch, reason }: { batch: SpooledBatch; reason: string },
): Promise<SpooledBatch | undefined> {
  const sink = context.sinks.get(batch.shape.spec.stream);
  if (sink === undefined) return undefined;
  const { createWriter, stop, log, config } = context;
  const { stream } = sink;
  if (sink.noteRefusal()) {
    log.info(`${stream}: its records are rewritten from its next batch on, because a batch was refused`, {
      stream,
    });
  }
  // With validation every line was parsed, and its keys were counted.
  const lane = { ...laneOptions(context, sink), isDroppedCounted: config.validate_records };
  return await rewriteRefused(batch, { reason, lane, createWriter, stop, log });
}
