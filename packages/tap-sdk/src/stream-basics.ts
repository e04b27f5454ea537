import { ConfigError, fromJsonSchema, isRawNumber } from "@chorale/singer";
import type { AnyRecord, ReplicationValue, Stream } from "./definitions.ts";
import { recordOfType } from "./record-type.ts";
import type { RestClient } from "./rest-client.ts";
import type { StreamBasics } from "./stream-options.ts";

/** Everything of a stream but its pages, with the defaults filled in. */
export function streamBasics<Config, Item, Parent>(
  client: RestClient<Config>,
  options: StreamBasics<Config, Item, Parent>,
): Omit<Stream<Config, Item>, "pages"> {
  const {
    replicationKey,
    bookmarkValue,
    hasChildren,
    keepsPosition = false,
    replacesTable = false,
  } = options;
  const parentSchema = options.parent?.schema ?? fromJsonSchema<Parent>({});
  // Children of an incremental stream are read for its new records only, so they are incremental with it.
  const isFollowing = options.parent?.replicationMethod === "INCREMENTAL";
  const readsNews = replicationKey !== undefined || isFollowing;
  if (replacesTable && readsNews) throw readsOnlyNews(options.name);
  const isIncremental = readsNews || (keepsPosition && !replacesTable);
  return {
    name: options.name,
    schema: options.schema,
    keyProperties: Object.freeze([...options.keyProperties]),
    replicationMethod: isIncremental ? "INCREMENTAL" : "FULL_TABLE",
    replicationKey,
    sorted: options.sorted ?? false,
    filteredBy: options.filteredBy ?? "server",
    parent: options.parent,
    selectedByDefault: options.selectedByDefault ?? true,
    keepsPosition,
    replacesTable,
    client,
    discover: options.discover,
    hasChildren: (parent) => hasChildren?.(recordOfType(parentSchema, parent)) ?? true,
    bookmarkValue: (record) => {
      if (replicationKey === undefined) return undefined;
      return bookmarkValue === undefined
        ? replicationValue(record, replicationKey)
        : bookmarkValue(recordOfType(options.schema, record));
    },
  };
}

function readsOnlyNews(name: string): ConfigError {
  return new ConfigError(
    `${name}: a stream that reads what is new cannot replace its table. Leave out replacesTable, or the replication key of the stream and of its parents.`,
  );
}

function replicationValue(record: AnyRecord, key: string): ReplicationValue | undefined {
  const value = record[key];
  return typeof value === "string" || typeof value === "number" || isRawNumber(value) ? value : undefined;
}
