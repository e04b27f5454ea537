import { globMatcher, isObject } from "@chorale/singer";
import { nearestNames } from "../project/near-names.ts";
import type { SchemaRule } from "./apply-schema.ts";
import type { MetadataExtraRule } from "./metadata-rules.ts";
import {
  isRawMetadata,
  metadataOf,
  type RawCatalog,
  type RawObject,
  streamIdOf,
  walkProperties,
} from "./raw-catalog.ts";
import { breadcrumbText, type SelectPattern } from "./select-pattern.ts";

/** A rule that names nothing in the catalog. */
export interface UnmatchedRule {
  readonly extra: "select" | "select_filter" | "metadata" | "schema";
  /** As it was written; of `metadata` and `schema` its path. */
  readonly rule: string;
  /** The streams, or the properties, that may have been meant. */
  readonly nearest: readonly string[];
}

/** The rules of a project for one tap, taken apart. */
export interface ParsedRules {
  readonly select: readonly SelectPattern[];
  readonly selectFilter: readonly SelectPattern[];
  readonly metadata: readonly MetadataExtraRule[];
  readonly schema: readonly SchemaRule[];
}

/** What a rule has to name: a stream and, unless it is undefined, one of its properties. */
interface Named extends Pick<UnmatchedRule, "extra" | "rule"> {
  readonly stream: string;
  readonly property: readonly string[] | undefined;
}

/** Finds the rules that name nothing in a catalog, in the order of the parameters, each once. */
export function unmatchedRules(catalog: RawCatalog, rules: ParsedRules): readonly UnmatchedRule[] {
  const known = breadcrumbsByStream(catalog);
  const unmatched = namedBy(rules).flatMap((named): readonly UnmatchedRule[] => {
    const nearest = nearestIfUnmatched(named, known);
    return nearest === undefined ? [] : [{ extra: named.extra, rule: named.rule, nearest }];
  });
  return [...new Map(unmatched.map((each) => [`${each.extra} ${each.rule}`, each])).values()];
}

function namedBy({ select, selectFilter, metadata, schema }: ParsedRules): readonly Named[] {
  const ofPattern = ({ text, stream, property }: SelectPattern): Named => ({
    extra: "select",
    rule: text,
    stream,
    property: property === "" || property === "*" ? undefined : property.split("."),
  });
  return [
    ...select.map(ofPattern),
    ...selectFilter.map(
      (pattern): Named => ({ ...ofPattern(pattern), extra: "select_filter", property: undefined }),
    ),
    ...metadata.map(
      ({ path }): Named => ({
        extra: "metadata",
        rule: path.join("."),
        stream: path[0] ?? "",
        property: path.length <= 2 ? undefined : path.slice(1, -1),
      }),
    ),
    ...schema.map(
      ({ stream, property }): Named => ({
        extra: "schema",
        rule: `${stream}.${property}`,
        stream,
        // A property that is not there is added.
        property: /[*?[]/.test(property) ? [property] : undefined,
      }),
    ),
  ];
}

function nearestIfUnmatched(
  { stream, property }: Named,
  known: ReadonlyMap<string, () => readonly string[]>,
): readonly string[] | undefined {
  const matchesStream = globMatcher(stream);
  const streams = [...known].filter(([id]) => matchesStream(id));
  if (streams.length === 0) return nearestNames(stream, known.keys());
  if (property === undefined) return undefined;
  const matches = globMatcher(breadcrumbText(property));
  if (streams.some(([, breadcrumbs]) => breadcrumbs().some(matches))) return undefined;
  const names = streams.flatMap(([, breadcrumbs]) =>
    breadcrumbs().map((text) => text.replace(/^properties\./, "").replaceAll(".properties.", ".")),
  );
  return nearestNames(property.join("."), names).map((name) => `${stream}.${name}`);
}

/** Catalogs may have hundreds of thousands of properties: only those that a rule is about are looked at. */
function breadcrumbsByStream(catalog: RawCatalog): ReadonlyMap<string, () => readonly string[]> {
  const known = new Map<string, () => readonly string[]>();
  for (const stream of catalog.streams) {
    const id = streamIdOf(stream);
    if (id === undefined || !isObject(stream)) continue;
    let found: readonly string[] | undefined;
    known.set(id, () => {
      found ??= breadcrumbsOf(stream);
      return found;
    });
  }
  return known;
}

function breadcrumbsOf(stream: RawObject): readonly string[] {
  const texts = metadataOf(stream)
    .filter(isRawMetadata)
    .map(({ breadcrumb }) => breadcrumb.join("."));
  walkProperties(stream["schema"], (breadcrumb) => {
    texts.push(breadcrumb.join("."));
    return true;
  });
  return texts.filter((text) => text !== "");
}

/** Says of a rule that it matches nothing, and what may have been meant. */
export function unmatchedText({ extra, rule, nearest }: UnmatchedRule): string {
  const hint = nearest.length === 0 ? "" : ` Did you mean ${nearest.join(" or ")}?`;
  return `the ${extra} rule ${rule} matches nothing.${hint}`;
}
