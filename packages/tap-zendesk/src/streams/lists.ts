import type { AnyRecord, SearchParams, Stream, StreamContext } from "@chorale/tap-sdk";
import { findAvailability } from "../availability.ts";
import { zendesk } from "../client.ts";
import { listPages } from "../list-pages.ts";
import { isBeyondEnd } from "../moments.ts";
import { accountBucket } from "../rate-headers.ts";
import { schemaOf, type ZendeskRecord } from "../schemas/schema-of.ts";
import type { Settings } from "../settings.ts";
import { skipLostTickets } from "./conversations.ts";
import { type ListRow, listTable } from "./list-table.ts";

type ListStream = Stream<Settings, ZendeskRecord>;

/** Makes the streams of the table; `parents` are the streams that it names and does not hold. */
export function listStreams(parents: readonly ListStream[]): readonly ListStream[] {
  const known = new Map(parents.map((stream) => [stream.name, stream]));
  return listTable.map((row) => {
    const parent = row.parent === undefined ? undefined : known.get(row.parent);
    const stream = listStream(row, parent);
    known.set(row.name, stream);
    return stream;
  });
}

function listStream(row: ListRow, parent: ListStream | undefined): ListStream {
  return zendesk.stream({
    name: row.name,
    schema: schemaOf(row.name),
    keyProperties: row.keys ?? ["id"],
    recordsAt: row.recordsAt ?? row.name,
    path: ({ parent: above }) => pathBelow(row.path, above),
    searchParams: ({ config }) => paramsOf(row, config),
    pagination: listPages,
    bucket: row.bucket ?? accountBucket,
    selectedByDefault: row.isCostly !== true,
    transform: (record, context) => shaped(record, { row, context }),
    ...(row.changedBy === undefined ? {} : { replicationKey: row.changedBy, filteredBy: "client" }),
    ...(parent === undefined ? {} : { parent, classify: skipLostTickets }),
    hasChildren: (above) => isAsked(row, above),
    ...(row.isOptional === true ? { discover: (context) => findAvailability(context, probeOf(row)) } : {}),
  });
}

function pathBelow(path: string, parent: AnyRecord): string {
  return path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => encodeURIComponent(String(parent[name])));
}

const sizeParams = { cursor: "page[size]", number: "per_page", one: undefined } as const;

function sized({ paging = "cursor" }: ListRow, size: number): SearchParams {
  const name = sizeParams[paging];
  return name === undefined ? {} : { [name]: size };
}

function paramsOf(row: ListRow, config: Settings): SearchParams {
  // Groups alone are asked whether deleted ones come too.
  const { exclude_deleted: excluded, ...params } = row.params ?? {};
  const deletion = excluded === undefined ? {} : { exclude_deleted: !config.include_deleted };
  return { ...sized(row, 100), ...params, ...deletion };
}

function probeOf(row: ListRow): { path: string; searchParams: SearchParams } {
  return { path: row.path, searchParams: sized(row, 1) };
}

function isAsked({ countedBy, parent }: ListRow, above: AnyRecord): boolean {
  if (parent === "tickets" && above["status"] === "deleted") return false;
  return countedBy === undefined || above[countedBy] !== 0;
}

function shaped(
  record: AnyRecord,
  { row, context }: { row: ListRow; context: StreamContext<Settings, AnyRecord> },
): ZendeskRecord | undefined {
  if (row.changedBy !== undefined && isBeyondEnd(record[row.changedBy], context.config)) return undefined;
  if (row.fromParent === undefined) return record;
  const told = Object.entries(row.fromParent).map(([own, above]) => [
    own,
    record[own] ?? context.parent[above],
  ]);
  return { ...record, ...Object.fromEntries(told) };
}
