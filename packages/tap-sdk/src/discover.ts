import { type CatalogEntry, catalogEntry } from "@chorale/singer";
import type { AnyStream } from "./definitions.ts";

/** Answers the stream's entry in the catalog that discovery prints. */
export function entryOf<Config>(stream: AnyStream<Config>): CatalogEntry {
  return catalogEntry({
    tapStreamId: stream.name,
    schema: stream.schema.json,
    keyProperties: stream.keyProperties,
    replicationMethod: stream.replicationMethod,
    replicationKey: stream.replicationKey,
    parent: stream.parent?.name,
    selectedByDefault: stream.selectedByDefault,
  });
}
