import { nullable, object } from "@chorale/singer";
import type { AnyRecord, AnyStream, Checkpoint } from "@chorale/tap-sdk";
import { adaptive } from "../client.ts";
import type { AdaptiveConfig } from "../settings.ts";
import { RefusedError } from "../wire/failures.ts";
import type { Columns } from "./columns.ts";
import { type Method, type MethodContext, readMethod } from "./method.ts";
import { complete, separately } from "./separately.ts";

/** Makes the stream of a method. Its table is there also where the method returns nothing. */
export function methodStream(method: Method): AnyStream<AdaptiveConfig> {
  const columns: Columns = { ...method.columns, additional: nullable(object({})) };
  return adaptive.customStream({
    name: method.stream,
    schema: object(columns),
    keyProperties: [...method.keys],
    records: (context) => recordsOf(context, method),
  });
}

async function* recordsOf(
  context: MethodContext,
  method: Method,
): AsyncGenerator<AnyRecord | Checkpoint, void, void> {
  const { stream } = method;
  if (method.calls !== undefined) {
    const { log, signal } = context;
    const items = await method.calls(context);
    const read = (call: (typeof items)[number]) => complete(readMethod(context, { method, call }));
    yield* separately({ stream, items, nameOf: ({ about }) => about, read, log, signal });
    return;
  }
  try {
    yield* readMethod(context, { method });
  } catch (error) {
    if (method.isOptional !== true || !RefusedError.isInstance(error)) throw error;
    context.log.warn(`${stream} has no records: ${error.message}`, { stream });
  }
}
