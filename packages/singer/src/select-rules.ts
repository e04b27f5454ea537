import type { Catalog, CatalogEntry, MetadataEntry } from "./catalog.ts";
import { globMatcher } from "./glob.ts";
import type { JsonSchema } from "./json-schema.ts";
import { ownValue } from "./own-value.ts";
import { selectionOf } from "./selection.ts";
import { maxDepth, propertiesOf } from "./selection-mask.ts";

interface Rule {
  readonly text: string;
  readonly excludes: boolean;
  readonly stream: (id: string) => boolean;
  /** Absent for a rule of a whole stream. */
  readonly property: ((breadcrumb: string) => boolean) | undefined;
}

/**
 * Applies rules such as `users.*` or `!users.email` to a catalog and answers one that says so in its
 * `selected` metadata, for any Singer tap.
 *
 * A rule is a stream and, behind the first dot, a property; both are patterns of {@link globMatcher}.
 * A dot that belongs to a name is written `\.`. `users` is the same as `users.*`; `address.city` names a
 * nested property, and a property brings its parents along. A rule with `!` excludes, and exclusion wins
 * wherever it stands. What no rule includes is deselected; with nothing but excluding rules, the catalog's
 * own selection is the start. `inclusion: automatic` stays as it is and `unsupported` is never selected.
 *
 * `unmatched` lists the rules that named nothing in the catalog. Without rules the catalog is answered as
 * it is.
 *
 * @example
 * ```ts
 * const { catalog, unmatched } = selectStreams(discovered, ["tickets.*", "!tickets.description"]);
 * ```
 */
export function selectStreams(
  catalog: Catalog,
  rules: readonly string[],
): { catalog: Catalog; unmatched: readonly string[] } {
  if (rules.length === 0) return { catalog, unmatched: [] };
  const parsed = rules.map(parseRule);
  const verdicts = catalog.streams.map((entry) => ({ entry, ...verdictOf(entry, parsed) }));
  const matched = new Set(verdicts.flatMap((verdict) => verdict.matched));
  const unmatched = parsed.filter((rule) => !matched.has(rule)).map(({ text }) => text);
  const streams = verdicts.map(({ entry, changes }) => withSelected(entry, changes));
  return { catalog: { ...catalog, streams }, unmatched };
}

function parseRule(text: string): Rule {
  const excludes = text.startsWith("!");
  const parts = (excludes ? text.slice(1) : text)
    .split(/(?<!\\)\./)
    .map((part) => part.replaceAll("\\.", "."));
  const [stream = "", ...property] = parts;
  const isWhole = property.length === 0 || (property.length === 1 && property[0] === "*");
  return {
    text,
    excludes,
    stream: globMatcher(stream),
    property: isWhole ? undefined : globMatcher(joined(property)),
  };
}

/** The one text that a rule and a breadcrumb are compared as: `*` crosses from a property into those below it. */
function joined(names: readonly string[]): string {
  return names.map((name) => `properties.${name}`).join(".");
}

type Breadcrumb = readonly string[];

interface Node {
  readonly breadcrumb: Breadcrumb;
  readonly node: JsonSchema;
}

/** What the rules say of one stream. */
interface Verdict {
  /** The stream and its properties by breadcrumb; what is not there stays as it is. */
  readonly changes: ReadonlyMap<string, boolean>;
  readonly matched: readonly Rule[];
}

function verdictOf(entry: CatalogEntry, all: readonly Rule[]): Verdict {
  const rules = all.filter((rule) => rule.stream(entry.tap_stream_id));
  const breadcrumbs = nodesOf(entry.schema).map(({ breadcrumb }) => breadcrumb);
  const hits = new Map(rules.map((rule) => [rule, breadcrumbs.filter((each) => names(rule, each))]));
  const matched = rules.filter((rule) => rule.property === undefined || hits.get(rule)?.length !== 0);
  const excludes = matched.filter((rule) => rule.excludes);
  const includes = matched.filter((rule) => !rule.excludes);
  const excluded = new Set(excludes.flatMap((rule) => hits.get(rule) ?? []).map(keyOf));
  const withoutStream = excludes.some((rule) => rule.property === undefined);
  if (all.every((rule) => rule.excludes)) {
    if (excludes.length === 0) return { matched, changes: new Map() };
    const stream: [string, boolean] = [keyOf([]), !withoutStream && selectionOf(entry).selected];
    return {
      matched,
      changes: new Map([stream, ...[...excluded].map((key): [string, boolean] => [key, false])]),
    };
  }
  const whole = includes.some((rule) => rule.property === undefined);
  const included = new Set(
    includes
      .flatMap((rule) => hits.get(rule) ?? [])
      .flatMap(withParents)
      .map(keyOf),
  );
  const properties = breadcrumbs
    .map(keyOf)
    .map((key): [string, boolean] => [key, (whole || included.has(key)) && !excluded.has(key)]);
  return { matched, changes: new Map([[keyOf([]), includes.length > 0 && !withoutStream], ...properties]) };
}

function names({ property }: Rule, breadcrumb: Breadcrumb): boolean {
  return property?.(breadcrumb.join(".")) === true;
}

function withSelected(entry: CatalogEntry, changes: ReadonlyMap<string, boolean>): CatalogEntry {
  if (changes.size === 0) return entry;
  const written = new Set(entry.metadata.map(({ breadcrumb }) => keyOf(breadcrumb)));
  const missing = [{ breadcrumb: [], node: entry.schema }, ...nodesOf(entry.schema)]
    .filter(({ breadcrumb }) => changes.has(keyOf(breadcrumb)) && !written.has(keyOf(breadcrumb)))
    .map(({ breadcrumb, node }) => ({
      breadcrumb,
      metadata: { inclusion: ownValue(node, "inclusion") ?? "available" },
    }));
  const metadata = [...entry.metadata, ...missing].map((each) => {
    const selected = changes.get(keyOf(each.breadcrumb));
    return selected === undefined ? each : chosen(each, selected);
  });
  const stream = changes.get(keyOf([])) ?? false;
  // Taps built on older libraries read the selection from the entry or from its schema.
  const schema = "selected" in entry.schema ? { ...entry.schema, selected: stream } : entry.schema;
  return { ...entry, selected: stream, schema, metadata };
}

function chosen(entry: MetadataEntry, selected: boolean): MetadataEntry {
  const inclusion = ownValue(entry.metadata, "inclusion");
  if (inclusion === "automatic" && entry.breadcrumb.length > 0) return entry;
  return {
    ...entry,
    metadata: { ...entry.metadata, selected: selected && inclusion !== "unsupported" },
  };
}

/** The properties of a schema and those below them, through objects and never through the items of arrays. */
function nodesOf(schema: JsonSchema, parent: Breadcrumb = []): readonly Node[] {
  if (parent.length > 2 * maxDepth) return [];
  return [...propertiesOf(schema)].flatMap(([name, node]) => {
    const breadcrumb = [...parent, "properties", name];
    return [{ breadcrumb, node }, ...nodesOf(node, breadcrumb)];
  });
}

function withParents(breadcrumb: Breadcrumb): readonly Breadcrumb[] {
  return breadcrumb.flatMap((_name, index) => (index % 2 === 1 ? [breadcrumb.slice(0, index + 1)] : []));
}

function keyOf(breadcrumb: Breadcrumb): string {
  return JSON.stringify(breadcrumb);
}
