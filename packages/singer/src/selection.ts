import type { CatalogEntry } from "./catalog.ts";
import type { JsonSchema } from "./json-schema.ts";
import { ownValue } from "./own-value.ts";
import { createPick, maskOf, type Pick, pruneSchema } from "./selection-mask.ts";

/** What of a stream is read, and how. */
export interface Selection {
  readonly selected: boolean;
  /** The schema without the properties that are not selected, in `required` neither. */
  readonly schema: JsonSchema;
  readonly keyProperties: readonly string[];
  /** `FULL_TABLE`, `INCREMENTAL` or `LOG_BASED`; undefined when the catalog does not say. */
  readonly replicationMethod: string | undefined;
  /** Undefined when the stream is read whole. */
  readonly replicationKey: string | undefined;
  /**
   * Removes from a record what is not selected, through objects and never through the items of arrays.
   * Answers the same object when everything is selected. Where something of an object is deselected,
   * properties that its schema does not name go too, unless `additionalProperties` or
   * `patternProperties` allow them.
   */
  readonly pick: Pick;
}

/** What the metadata of one breadcrumb says of its selection. */
interface Choice {
  readonly inclusion: unknown;
  readonly selected: boolean | undefined;
  readonly selectedByDefault: boolean | undefined;
}

/**
 * Works out what a catalog's entry selects. For the stream and each of its properties: a deselected
 * parent, `inclusion: unsupported`, `inclusion: automatic`, `selected`, `selected-by-default`, and at last
 * what the parent is; the stream itself is not selected when nothing says so, and selected when the entry
 * has no metadata at all. `selected` and `inclusion` in the schema (the older form of catalogs) count
 * where the metadata has none, and the texts "true" and "false" are truth values.
 *
 * The properties that identify a record and the replication key stay, whatever was chosen, unless they are
 * `unsupported`. `forced-replication-method` wins over `replication-method`, but a stream may always be
 * read whole. When the stream is not selected, `schema` and `pick` leave everything as it is.
 *
 * @example
 * ```ts
 * const { selected, schema, pick } = selectionOf(entry);
 * ```
 */
export function selectionOf(entry: CatalogEntry): Selection {
  const metadata = new Map(entry.metadata.map((each) => [JSON.stringify(each.breadcrumb), each.metadata]));
  const stream = metadata.get("[]") ?? {};
  const keyProperties = keyPropertiesOf(entry, stream);
  const replicationMethod = replicationMethodOf(entry, stream);
  const replicationKey = replicationMethod === "FULL_TABLE" ? undefined : replicationKeyOf(entry, stream);
  const facts = { keyProperties, replicationMethod, replicationKey };
  if (!isStreamSelected(entry, stream))
    return { selected: false, schema: entry.schema, ...facts, pick: keepAll };
  const kept = new Set(replicationKey === undefined ? keyProperties : [...keyProperties, replicationKey]);
  const mask = maskOf(entry.schema, (breadcrumb, node) => {
    const choice = choiceOf(metadata.get(JSON.stringify(breadcrumb)), node);
    const isKept = breadcrumb.length === 2 && kept.has(breadcrumb[1] ?? "");
    return isPropertySelected(isKept ? { ...choice, selected: true } : choice);
  });
  if (mask === undefined) return { selected: true, schema: entry.schema, ...facts, pick: keepAll };
  return { selected: true, schema: pruneSchema(entry.schema, mask), ...facts, pick: createPick(mask) };
}

function keepAll(record: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return record;
}

function isStreamSelected(entry: CatalogEntry, stream: Readonly<Record<string, unknown>>): boolean {
  const own = choiceOf(stream, entry.schema);
  if (own.inclusion === "unsupported") return false;
  if (own.inclusion === "automatic") return true;
  const selected = own.selected ?? truth(entry["selected"]) ?? own.selectedByDefault;
  return selected ?? entry.metadata.length === 0;
}

/** Its parent is selected: no other is ever asked for. */
function isPropertySelected({ inclusion, selected, selectedByDefault }: Choice): boolean {
  if (inclusion === "unsupported") return false;
  if (inclusion === "automatic") return true;
  return selected ?? selectedByDefault ?? true;
}

function choiceOf(metadata: Readonly<Record<string, unknown>> | undefined, node: JsonSchema): Choice {
  const own = metadata ?? {};
  return {
    inclusion: ownValue(own, "inclusion") ?? ownValue(node, "inclusion"),
    selected: truth(ownValue(own, "selected")) ?? truth(ownValue(node, "selected")),
    selectedByDefault: truth(ownValue(own, "selected-by-default")),
  };
}

function truth(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (typeof value !== "string") return undefined;
  const text = value.trim().toLowerCase();
  return text === "true" ? true : text === "false" ? false : undefined;
}

function keyPropertiesOf(entry: CatalogEntry, stream: Readonly<Record<string, unknown>>): readonly string[] {
  const table = textsOf(ownValue(stream, "table-key-properties")) ?? entry.key_properties ?? [];
  const view = textsOf(ownValue(stream, "view-key-properties")) ?? [];
  const isView = truth(ownValue(stream, "is-view")) ?? truth(entry["is_view"]) ?? false;
  return view.length > 0 && (isView || table.length === 0) ? view : table;
}

function replicationMethodOf(
  entry: CatalogEntry,
  stream: Readonly<Record<string, unknown>>,
): string | undefined {
  const forced = nameOf(ownValue(stream, "forced-replication-method"))?.toUpperCase();
  const chosen = nameOf(ownValue(stream, "replication-method"))?.toUpperCase();
  if (forced !== undefined && chosen !== "FULL_TABLE") return forced;
  return chosen ?? nameOf(entry.replication_method)?.toUpperCase();
}

function replicationKeyOf(
  entry: CatalogEntry,
  stream: Readonly<Record<string, unknown>>,
): string | undefined {
  const named = nameOf(ownValue(stream, "replication-key")) ?? nameOf(entry.replication_key);
  const [only, second] = textsOf(ownValue(stream, "valid-replication-keys")) ?? [];
  return named ?? (second === undefined ? only : undefined);
}

function nameOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function textsOf(value: unknown): readonly string[] | undefined {
  if (typeof value === "string") return [value];
  return Array.isArray(value) && value.every((item) => typeof item === "string") ? value : undefined;
}
