import type { SchemaMessage } from "@chorale/singer";
import type { CommitPlan } from "./commit-plan.ts";
import type { Loader } from "./loader.ts";
import { loadMethodOf, type TargetSettings } from "./settings.ts";
import type { Sink, SinkRoutes } from "./sink.ts";
import type { Stop } from "./stop.ts";
import { tableSpecOf } from "./table-spec.ts";
import type { TableShape } from "./warehouse.ts";

/** What a SCHEMA message may set going. */
export interface SchemaContext {
  readonly settings: TargetSettings;
  readonly stop: Stop;
  readonly plan: CommitPlan;
  readonly loader: Loader;
  /** Makes the routes of a stream whose table is ready. */
  readonly createRoutes: (sink: Sink, message: SchemaMessage, shape: TableShape) => Promise<SinkRoutes>;
}

/** A SCHEMA message, and what it is applied with. */
export interface SchemaIntake extends SchemaContext {
  readonly message: SchemaMessage;
  readonly line: Buffer;
  /** How an error names the line. */
  readonly where: string;
}

/**
 * Begins to make a sink's table what a SCHEMA message asks for; the sink has no routes until it is. A table that
 * changes is changed after the records before the message are committed; where only the record's checks or the
 * message's spelling differ, nothing is flushed.
 */
export function applySchema(sink: Sink, { message, line, where, ...context }: SchemaIntake): void {
  const { settings, loader, plan, stop } = context;
  const spec = tableSpecOf(message, { settings, where });
  const specText = JSON.stringify(spec);
  if (sink.shape === undefined) sink.shape = loader.prepare(spec);
  else if (sink.specText !== specText) {
    plan.close(sink);
    sink.shape = loader.prepareAgain(spec);
  }
  sink.schemaLine = Buffer.from(line);
  sink.specText = specText;
  sink.loadMethod = loadMethodOf(settings, spec);
  sink.routes = undefined;
  const { shape } = sink;
  const ready = shape
    .then((made) => context.createRoutes(sink, message, made))
    .then((routes) => {
      // Another SCHEMA may have come since.
      if (sink.ready === ready) sink.routes = routes;
    });
  sink.ready = ready;
  ready.catch((error: unknown) => stop.fail(error));
}
