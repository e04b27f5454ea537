import { globMatcher, isObject } from "@chorale/singer";
import { runError } from "../exit-codes.ts";
import { breadcrumbText, type SelectPattern, selectPattern } from "./select-pattern.ts";

/** Sets one key of the metadata that it matches. */
export interface MetadataRule {
  readonly matchesStream: (id: string) => boolean;
  /** Takes the breadcrumb with dots between its parts: `""` for the stream itself. */
  readonly matchesBreadcrumb: (breadcrumb: string) => boolean;
  readonly key: string;
  readonly value: unknown;
}

/**
 * Makes the rules that `select` stands for. Everything is deselected first; then come the including rules,
 * and all excluding rules behind them, so that exclusion wins wherever it stands. An included property brings
 * its stream and its parents along.
 */
export function selectRules(patterns: readonly string[]): readonly MetadataRule[] {
  const parsed = patterns.map(selectPattern);
  const includes = parsed.filter(({ excludes }) => !excludes);
  const excludes = parsed.filter((pattern) => pattern.excludes);
  return [selectPattern("!*.*"), ...includes, ...excludes].flatMap(rulesOfPattern);
}

function rulesOfPattern(pattern: SelectPattern): readonly MetadataRule[] {
  const { stream, excludes } = pattern;
  const names = pattern.property === "" ? ["*"] : pattern.property.split(".");
  const isWhole = pattern.property === "" || pattern.property === "*";
  const parents = excludes ? [] : names.slice(1).map((_name, index) => names.slice(0, index + 1));
  const breadcrumbs = [...(isWhole || !excludes ? [[]] : []), names, ...parents];
  const matchesStream = globMatcher(stream);
  return breadcrumbs.map((each) => ({
    matchesStream,
    matchesBreadcrumb: breadcrumbMatcher(each),
    key: "selected",
    value: !excludes,
  }));
}

/** Most rules are about a stream or all that is in it, and most catalogs have thousands of properties. */
function breadcrumbMatcher(names: readonly string[]): (breadcrumb: string) => boolean {
  if (names.length === 0) return (breadcrumb) => breadcrumb === "";
  if (names.length === 1 && names[0] === "*") return (breadcrumb) => breadcrumb.startsWith("properties.");
  return globMatcher(breadcrumbText(names));
}

/**
 * Makes the rules that `select_filter` stands for: streams that no including rule names are deselected, and
 * so are those that an excluding rule names. What a rule says of properties does not count.
 */
export function selectFilterRules(patterns: readonly string[]): readonly MetadataRule[] {
  const parsed = patterns.map(selectPattern);
  const matchers = (excludes: boolean) =>
    parsed.filter((pattern) => pattern.excludes === excludes).map(({ stream }) => globMatcher(stream));
  const included = matchers(false);
  const excluded = matchers(true);
  const deselecting = (matchesStream: (id: string) => boolean): MetadataRule => ({
    matchesStream,
    matchesBreadcrumb: (breadcrumb) => breadcrumb === "",
    key: "selected",
    value: false,
  });
  return [
    ...(included.length === 0 ? [] : [deselecting((id) => !included.some((matches) => matches(id)))]),
    ...(excluded.length === 0 ? [] : [deselecting((id) => excluded.some((matches) => matches(id)))]),
  ];
}

/** A rule of the extra `metadata` with the path that it was written under. */
export interface MetadataExtraRule extends MetadataRule {
  readonly path: readonly string[];
}

/**
 * Makes the rules of the extra `metadata`, in the file's order: `{stream: {key: value, property: {key: value}}}`.
 * A dot in a name is the same as a further level. The last rule that matches wins.
 *
 * Throws with exit code 2 for a stream whose value is no object.
 */
export function metadataExtraRules(extra: Readonly<Record<string, unknown>>): readonly MetadataExtraRule[] {
  const flat = new Map(leavesOf(extra).map(([path, value]) => [path.join("."), value]));
  return [...flat].map(([text, value]) => {
    const path = text.split(".");
    const [stream = "", ...rest] = path;
    const key = rest.pop();
    if (key === undefined) {
      throw runError(
        "usage",
        `metadata of ${JSON.stringify(text)}: it must be an object. Write {${text}: {key: value}}.`,
      );
    }
    const matchesBreadcrumb = breadcrumbMatcher(rest);
    return { matchesStream: globMatcher(stream), matchesBreadcrumb, key, value, path };
  });
}

type Leaf = readonly [path: readonly string[], value: unknown];

function leavesOf(value: Readonly<Record<string, unknown>>, parent: readonly string[] = []): readonly Leaf[] {
  return Object.entries(value).flatMap(([name, each]): readonly Leaf[] => {
    const path = [...parent, name];
    return isObject(each) && Object.keys(each).length > 0 ? leavesOf(each, path) : [[path, each]];
  });
}
