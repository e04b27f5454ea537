import { isObject } from "@chorale/singer";
import type { TapExtras } from "../settings/resolved.ts";
import { withMetadata } from "./apply-metadata.ts";
import { schemaRules, withSchema } from "./apply-schema.ts";
import { type MetadataRule, metadataExtraRules, selectFilterRules, selectRules } from "./metadata-rules.ts";
import type { RawCatalog, RawObject } from "./raw-catalog.ts";
import { selectPattern } from "./select-pattern.ts";
import { selectedStreams } from "./selection-kinds.ts";
import { type UnmatchedRule, unmatchedRules } from "./unmatched-rules.ts";

/** What a project says of a tap's catalog. */
export type CatalogRules = Pick<TapExtras, "schema" | "select" | "metadata" | "selectFilter">;

/** A catalog with the rules in it. */
export interface RuledCatalog {
  readonly catalog: RawCatalog;
  /** The streams that the tap reads, by `tap_stream_id`. */
  readonly selected: readonly string[];
  readonly unmatched: readonly UnmatchedRule[];
}

/**
 * Applies a project's rules to a discovered catalog as Meltano does: `schema` first, then `select`, which
 * starts from nothing selected, then `metadata`, and `select_filter` last. What no rule names stays as the
 * tap wrote it.
 *
 * Throws with exit code 2 for `schema` and `metadata` that are no objects of objects.
 *
 * @example
 * ```ts
 * const { catalog, selected } = applyCatalogRules(discovered, { ...extras, select: ["tickets.*"] });
 * ```
 */
export function applyCatalogRules(catalog: RawCatalog, rules: CatalogRules): RuledCatalog {
  const schema = schemaRules(rules.schema);
  const metadata = metadataExtraRules(rules.metadata);
  const typed = eachStream(catalog, (stream) => withSchema(stream, schema));
  const ruled = withRules(typed, [
    ...selectRules(rules.select),
    ...metadata,
    ...selectFilterRules(rules.selectFilter),
  ]);
  const unmatched = unmatchedRules(typed, {
    schema,
    metadata,
    select: rules.select.map(selectPattern),
    selectFilter: rules.selectFilter.map(selectPattern),
  });
  return { catalog: ruled, selected: selectedStreams(ruled), unmatched };
}

/** Applies nothing but a `select_filter`: what a catalog that the project brings along is given to. */
export function filterCatalog(catalog: RawCatalog, selectFilter: readonly string[]): RuledCatalog {
  const ruled = selectFilter.length === 0 ? catalog : withRules(catalog, selectFilterRules(selectFilter));
  const parsed = { schema: [], metadata: [], select: [], selectFilter: selectFilter.map(selectPattern) };
  return { catalog: ruled, selected: selectedStreams(ruled), unmatched: unmatchedRules(catalog, parsed) };
}

function withRules(catalog: RawCatalog, rules: readonly MetadataRule[]): RawCatalog {
  return eachStream(catalog, (stream) => withMetadata(stream, rules));
}

function eachStream(catalog: RawCatalog, change: (stream: RawObject) => RawObject): RawCatalog {
  return {
    ...catalog,
    streams: catalog.streams.map((stream) => (isObject(stream) ? change(stream) : stream)),
  };
}
