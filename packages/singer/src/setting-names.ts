import { isDeepStrictEqual } from "node:util";
import { ConfigError, ConnectorError } from "./errors.ts";
import { isObject } from "./json.ts";
import { type JsonSchema, typesOf } from "./json-schema.ts";
import { aliasesOf } from "./schema.ts";
import { propertiesOf } from "./selection-mask.ts";

/** A setting that was given by another name; both with their parents, as in `proxy.host`. */
export interface Renaming {
  readonly given: string;
  readonly name: string;
}

/** Settings by their own names. */
export interface NamedSettings {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly renamed: readonly Renaming[];
}

/**
 * Brings settings of one source under their own names, within objects and lists too. Throws `ConfigError` for
 * a setting that is given by two of its names with different values; `where` is what the message begins with.
 */
export function ownNames(
  schema: JsonSchema,
  settings: Readonly<Record<string, unknown>>,
  where: string,
): NamedSettings {
  const renamed: Renaming[] = [];
  return { settings: renameObject(schema, settings, { where, parents: [], renamed }), renamed };
}

/** Answers the setting of each other name. Throws `ConnectorError` for a name that two settings have. */
function settingsByAlias(schema: JsonSchema): ReadonlyMap<string, string> {
  const known = propertiesOf(schema);
  const names = new Map<string, string>();
  for (const [name, node] of known) {
    for (const alias of aliasesOf(node)) {
      const other = known.has(alias) ? alias : (names.get(alias) ?? name);
      if (other !== name) throw ambiguous(alias, [other, name]);
      names.set(alias, name);
    }
  }
  return names;
}

interface Place {
  readonly where: string;
  readonly parents: readonly string[];
  readonly renamed: Renaming[];
}

interface Named {
  readonly given: string;
  readonly value: unknown;
}

function renameObject(
  schema: JsonSchema,
  settings: Readonly<Record<string, unknown>>,
  place: Place,
): Readonly<Record<string, unknown>> {
  const known = propertiesOf(schema);
  const names = settingsByAlias(schema);
  const found = new Map<string, Named>();
  for (const [given, raw] of Object.entries(settings)) {
    const name = names.get(given) ?? given;
    const value = renameValue(known.get(name) ?? {}, raw, { ...place, parents: [...place.parents, given] });
    const other = found.get(name);
    // Null counts as absent.
    if (value === null || value === undefined) {
      if (other === undefined && name === given) found.set(name, { given, value });
      continue;
    }
    if (other?.value !== null && other?.value !== undefined) requireSame(other, { given, value }, place);
    if (name !== given) place.renamed.push({ given: dotted(place, given), name: dotted(place, name) });
    found.set(name, { given, value });
  }
  return Object.fromEntries([...found].map(([name, { value }]) => [name, value]));
}

function renameValue(node: JsonSchema, value: unknown, place: Place): unknown {
  if (isObject(value)) return typesOf(node).has("object") ? renameObject(node, value, place) : value;
  if (!Array.isArray(value) || !isObject(node.items)) return value;
  const { items } = node;
  return value.map((item: unknown) => renameValue(items, item, place));
}

function requireSame(left: Named, right: Named, place: Place): void {
  if (isDeepStrictEqual(left.value, right.value)) return;
  const [one, other] = [left, right].map(({ given }) => JSON.stringify(dotted(place, given)));
  throw new ConfigError(
    `${place.where}: ${one} and ${other} are names of one setting and have different values. Keep one of them.`,
  );
}

function dotted({ parents }: Place, name: string): string {
  return [...parents, name].join(".");
}

function ambiguous(alias: string, names: readonly string[]): ConnectorError {
  return new ConnectorError(
    `the settings ${names.join(" and ")} share the name ${JSON.stringify(alias)}. This is a fault of the connector: report it.`,
  );
}
