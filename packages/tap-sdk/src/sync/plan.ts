import {
  type Catalog,
  type CatalogEntry,
  ConfigError,
  type JsonSchema,
  type Selection,
  selectionOf,
  selectStreams,
} from "@chorale/singer";
import type { AnyStream, StreamFinding } from "../definitions.ts";
import { entryOf } from "../discover.ts";
import { parentOf } from "../stream-tree.ts";

/** A stream that runs, and the streams that are read for each of its records. */
export interface PlannedStream<Config> {
  readonly stream: AnyStream<Config>;
  /** Undefined when the stream is read for its children only. */
  readonly selection: Selection | undefined;
  /** The schema of its records before the selection. */
  readonly schema: JsonSchema;
  /** Whether it has bookmarks of its own; a child without a replication key follows its parent's. */
  readonly isIncremental: boolean;
  readonly children: readonly PlannedStream<Config>[];
  /** The names of the selected streams among this one and all below it; never empty. */
  readonly selectedNames: readonly string[];
}

/** What runs, in order, and why the other streams do not. */
export interface Plan<Config> {
  readonly families: readonly PlannedStream<Config>[];
  readonly leftOut: Readonly<Record<string, string>>;
}

/** What a plan is made from. */
export interface PlanOptions<Config> {
  readonly name: string;
  readonly streams: readonly AnyStream<Config>[];
  readonly catalog: Catalog | undefined;
  readonly select: readonly string[];
  /** Why streams cannot be read, by name. @default none */
  readonly unavailable?: ReadonlyMap<string, string>;
  /** What the account says of streams, by name; their properties win over a catalog's. @default nothing */
  readonly findings?: ReadonlyMap<string, StreamFinding>;
}

/**
 * Decides which streams run. Without a catalog these are the streams that are selected by default; with
 * one, those that it selects, and a stream that it does not list is left out. Properties that a catalog
 * describes are as it says; those that it does not know are as the tap defines them. Throws `ConfigError`
 * for a selected stream that the tap does not have, and for a rule that selects nothing.
 */
export function planStreams<Config>(options: PlanOptions<Config>): Plan<Config> {
  const entries = new Map(selectedCatalog(options).streams.map((entry) => [entry.tap_stream_id, entry]));
  refuseUnknown(options, entries);
  const choices = new Map(
    options.streams.map((stream) => {
      const reason = options.unavailable?.get(stream.name);
      return [
        stream.name,
        reason === undefined ? choose(stream, { entries, options }) : leaveOut(stream, reason),
      ];
    }),
  );
  const roots = options.streams.filter((stream) => stream.parent === undefined);
  const leftOut = [...choices].filter(([, { reason }]) => reason !== undefined);
  return {
    families: roots.flatMap((root) => planFamily(root, { streams: options.streams, choices })),
    leftOut: Object.fromEntries(leftOut.map(([name, { reason }]) => [name, reason ?? ""])),
  };
}

interface Choice {
  readonly selection: Selection;
  readonly schema: JsonSchema;
  readonly reason: string | undefined;
}

type Choices = ReadonlyMap<string, Choice>;

function selectedCatalog<Config>({ streams, catalog, select }: PlanOptions<Config>): Catalog {
  const given = catalog ?? { streams: streams.map(entryOf) };
  const { catalog: chosen, unmatched } = selectStreams(given, select);
  if (unmatched.length === 0) return chosen;
  const known = streams.map(({ name }) => name).join(", ");
  throw new ConfigError(
    `select: ${unmatched.join(", ")} matches no stream and no property. The streams are: ${known}.`,
  );
}

function refuseUnknown<Config>(
  { name, streams }: PlanOptions<Config>,
  entries: ReadonlyMap<string, CatalogEntry>,
): void {
  const known = new Set(streams.map((stream) => stream.name));
  for (const [id, entry] of entries) {
    if (known.has(id) || !selectionOf(entry).selected) continue;
    throw new ConfigError(
      `catalog: ${name} has no stream ${JSON.stringify(id)}. It has: ${[...known].join(", ")}. Make the catalog again with --discover.`,
    );
  }
}

function choose<Config>(
  stream: AnyStream<Config>,
  { entries, options }: { entries: ReadonlyMap<string, CatalogEntry>; options: PlanOptions<Config> },
): Choice {
  const entry = entries.get(stream.name);
  if (entry === undefined) return leaveOut(stream, "not in the catalog");
  const own = entryOf(stream);
  const merging = mergedSchema(own.schema, entry.schema);
  const found = options.findings?.get(stream.name)?.properties;
  const schema =
    found === undefined ? merging : { ...merging, properties: { ...merging.properties, ...found } };
  const metadata = entry.metadata.map((each) =>
    each.breadcrumb.length === 0 ? { ...each, metadata: withMethod(each.metadata, stream) } : each,
  );
  const merged = {
    ...entry,
    schema,
    metadata,
    key_properties: entry.key_properties ?? stream.keyProperties,
    replication_method: entry.replication_method ?? stream.replicationMethod,
    replication_key: stream.replicationKey ?? null,
  };
  const selection = selectionOf(merged);
  return { selection, schema, reason: selection.selected ? undefined : "not selected" };
}

function leaveOut<Config>(stream: AnyStream<Config>, reason: string): Choice {
  const own = entryOf(stream);
  const deselected = { ...own, metadata: [{ breadcrumb: [], metadata: { selected: false } }] };
  return { selection: selectionOf(deselected), schema: own.schema, reason };
}

/** Whoever uses a stream may choose to read it whole; how it can be read at all is not the catalog's to say. */
function withMethod<Config>(
  metadata: Readonly<Record<string, unknown>>,
  { replicationMethod, replicationKey }: AnyStream<Config>,
): Readonly<Record<string, unknown>> {
  return {
    ...metadata,
    "forced-replication-method": replicationMethod,
    ...(replicationKey === undefined ? {} : { "replication-key": replicationKey }),
  };
}

function mergedSchema(own: JsonSchema, given: JsonSchema): JsonSchema {
  if (own.properties === undefined && given.properties === undefined) return own;
  return { ...own, ...withoutRequired(given), properties: { ...own.properties, ...given.properties } };
}

/** What a catalog requires may be out of date; the definition is not. */
function withoutRequired({ required: _required, ...schema }: JsonSchema): JsonSchema {
  return schema;
}

function planFamily<Config>(
  stream: AnyStream<Config>,
  facts: { readonly streams: readonly AnyStream<Config>[]; readonly choices: Choices },
): readonly PlannedStream<Config>[] {
  const choice = facts.choices.get(stream.name);
  if (choice === undefined) return [];
  const { selection, schema } = choice;
  const below = facts.streams.filter((each) => parentOf(each, facts.streams) === stream);
  const children = below.flatMap((child) => planFamily(child, facts));
  const own = selection.selected ? [stream.name] : [];
  const selectedNames = [...own, ...children.flatMap((child) => child.selectedNames)];
  if (selectedNames.length === 0) return [];
  return [
    {
      stream,
      schema,
      children,
      selectedNames,
      selection: selection.selected ? selection : undefined,
      isIncremental:
        (stream.replicationKey !== undefined || stream.keepsPosition) &&
        !(selection.selected && isReadWhole(stream, selection)),
    },
  ];
}

/** Whether somebody chose to read an incremental stream from its beginning. */
function isReadWhole<Config>(
  { replicationMethod }: AnyStream<Config>,
  selection: Pick<Selection, "replicationMethod">,
): boolean {
  return replicationMethod === "INCREMENTAL" && selection.replicationMethod === "FULL_TABLE";
}

/** Answers a planned stream and all below it. */
export function withDescendants<Config>(plan: PlannedStream<Config>): readonly PlannedStream<Config>[] {
  return [plan, ...plan.children.flatMap(withDescendants)];
}

/** Answers what tells whether the plan emits a stream, or a property of it. */
export function selectsOf<Config>({
  families,
}: Plan<Config>): (stream: string, property?: string) => boolean {
  const planned = families.flatMap(withDescendants);
  const selections = new Map(planned.map(({ stream, selection }) => [stream.name, selection]));
  return (stream, property) => {
    const selection = selections.get(stream);
    if (selection === undefined || property === undefined) return selection !== undefined;
    const { properties } = selection.schema;
    return properties === undefined || Object.hasOwn(properties, property);
  };
}
