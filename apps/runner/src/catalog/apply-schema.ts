import { globMatcher, isObject } from "@chorale/singer";
import { runError } from "../exit-codes.ts";
import { type RawObject, streamIdOf } from "./raw-catalog.ts";

/** Puts a JSON Schema in the place of the properties that it matches. */
export interface SchemaRule {
  readonly stream: string;
  readonly property: string;
  readonly matchesStream: (id: string) => boolean;
  readonly matchesBreadcrumb: (breadcrumb: string) => boolean;
  readonly schema: RawObject;
}

/**
 * Makes the rules of the extra `schema`: `{stream: {property: JSON Schema}}`; streams and properties may be
 * patterns. Throws with exit code 2 for what is no object.
 */
export function schemaRules(extra: Readonly<Record<string, unknown>>): readonly SchemaRule[] {
  return Object.entries(extra).flatMap(([stream, properties]) => {
    const matchesStream = globMatcher(stream);
    return Object.entries(objectAt(properties, stream)).map(([property, schema]) => ({
      stream,
      property,
      matchesStream,
      matchesBreadcrumb: globMatcher(`properties.${property}`),
      schema: objectAt(schema, `${stream}.${property}`),
    }));
  });
}

function objectAt(value: unknown, where: string): RawObject {
  if (isObject(value)) return value;
  throw runError(
    "usage",
    `schema of ${JSON.stringify(where)}: it must be an object. Write a JSON Schema there.`,
  );
}

/**
 * Replaces the properties of a stream that rules name, whole; the last rule that matches wins. A property
 * that is not there is added, unless its name is a pattern. A rule that replaced a property is not applied
 * below it once more.
 */
export function withSchema(stream: RawObject, rules: readonly SchemaRule[]): RawObject {
  const id = streamIdOf(stream);
  const own = id === undefined ? [] : rules.filter((rule) => rule.matchesStream(id));
  if (own.length === 0) return stream;
  const schema = isObject(stream["schema"]) ? stream["schema"] : { type: "object" };
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const added = own
    .filter(({ property }) => !isPattern(property) && !Object.hasOwn(properties, property))
    .map((rule) => [rule.property, rule.schema]);
  const all = { ...properties, ...Object.fromEntries(added) };
  return { ...stream, schema: { ...schema, properties: withProperties(all, { rules: own, parent: "" }) } };
}

interface Level {
  readonly rules: readonly SchemaRule[];
  /** The breadcrumb of what holds the properties. */
  readonly parent: string;
}

function withProperties(properties: RawObject, { rules, parent }: Level): RawObject {
  if (rules.length === 0) return properties;
  const entries = Object.entries(properties).map(([name, node]) => {
    const breadcrumb = `${parent === "" ? "" : `${parent}.`}properties.${name}`;
    if (!isObject(node)) return [name, node];
    const matching = rules.filter((rule) => rule.matchesBreadcrumb(breadcrumb));
    const current = matching.at(-1)?.schema ?? node;
    const below = current["properties"];
    if (!isObject(below)) return [name, current];
    const rest = rules.filter((rule) => !matching.includes(rule));
    return [name, { ...current, properties: withProperties(below, { rules: rest, parent: breadcrumb }) }];
  });
  return Object.fromEntries(entries);
}

function isPattern(name: string): boolean {
  return /[*?[]/.test(name);
}
