import { nullable, object, string } from "@chorale/singer";
import { type AnyStream, linkPages } from "@chorale/tap-sdk";
import { type ZengrcConfig, zengrc } from "./client.ts";
import { lookAtObject } from "./look-at-object.ts";
import type { ZengrcObject } from "./objects.ts";
import { recordNormalizer } from "./record-normalizer.ts";

/** The settings that change what a stream is. */
export type StreamSettings = Pick<
  ZengrcConfig,
  "replication" | "discover_columns" | "stringify_custom_attributes"
>;

/** A link is a path on the account's host, with a cursor; the last page has none, or an empty one. */
const linkedPages = linkPages({ next: "links.next.href" });

/**
 * Makes the stream of an object. The API has no filter by time and promises no order, so an incremental one reads
 * every page, too, and its bookmark moves at the end.
 */
export function objectStream(
  { name, columns, isOptional }: ZengrcObject,
  settings: StreamSettings,
): AnyStream<ZengrcConfig> {
  const isText = settings.stringify_custom_attributes && "custom_attributes" in columns;
  const schema = object(isText ? { ...columns, custom_attributes: nullable(string()) } : columns);
  return zengrc.stream({
    name,
    schema,
    keyProperties: ["id"],
    ...(settings.replication === "incremental" ? { replicationKey: "updated_at", filteredBy: "client" } : {}),
    ...(isOptional || settings.discover_columns
      ? { discover: lookAtObject({ name, isOptional, schema: schema.json }) }
      : {}),
    path: name,
    recordsAt: "data",
    pagination: linkedPages,
    transform: recordNormalizer(schema.json),
  });
}
