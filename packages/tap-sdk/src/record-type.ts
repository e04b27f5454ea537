import { isObject, type Schema, SchemaError } from "@chorale/singer";
import type { AnyRecord } from "./definitions.ts";

/**
 * Takes a record of an API as the type that its stream's schema promises. That it fits is looked at where
 * records are validated, in tests and by targets: an API whose answers drift must not stop a tap.
 */
export function recordOfType<T>(schema: Schema<T>, record: AnyRecord): T {
  if (isPromised(schema, record)) return record;
  throw new SchemaError("a record is no object", { stream: "" });
}

/** Takes what a stream's function answered as a record. Throws `SchemaError` when it is no object. */
export function plainRecord(stream: string, value: unknown): AnyRecord {
  if (isObject(value)) return value;
  throw new SchemaError(
    `${stream}: a record is ${typeof value}, no object. Look at the stream's functions.`,
    {
      stream,
    },
  );
}

function isPromised<T>(_schema: Schema<T>, record: unknown): record is T {
  return isObject(record);
}
