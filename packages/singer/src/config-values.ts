import { isDate } from "./date-time.ts";
import { isObject } from "./json.ts";
import { type JsonSchema, typesOf } from "./json-schema.ts";
import { ownValue } from "./own-value.ts";
import { propertiesOf } from "./selection-mask.ts";

/** A setting that is set and not offered. */
export interface Refusal {
  /** With its parents, as in `proxy.host`. */
  readonly setting: string;
  /** Why, and what to do instead. */
  readonly sentence: string;
}

/** Settings in the form that they are checked in. */
export interface SettledConfig {
  readonly config: Readonly<Record<string, unknown>>;
  /** Settings that the schema does not name; they are left out. */
  readonly unknown: readonly string[];
  readonly refused: readonly Refusal[];
}

/**
 * Brings settings into the form that they are checked in: nulls go, presets come and then defaults, a plain
 * day becomes a date-time where one is wanted. Settings that the schema does not name are dropped and answered
 * in `unknown`, unless it allows them in so many words; those that it refuses are dropped, and answered in
 * `refused` where they say something.
 */
export function settleConfig(schema: JsonSchema, settings: Readonly<Record<string, unknown>>): SettledConfig {
  const known = propertiesOf(schema);
  const isOpen =
    schema.additionalProperties === true ||
    isObject(schema.additionalProperties) ||
    isObject(schema["patternProperties"]);
  const unknown = isOpen ? [] : Object.keys(settings).filter((key) => !known.has(key));
  const kept = Object.entries(settings).filter(([key]) => isOpen || known.has(key));
  const refused: Refusal[] = [];
  const config = settleObject(schema, Object.fromEntries(kept), { parents: [], refused });
  return { config, unknown, refused };
}

/** Tells whether a setting says anything: null, `""`, `false`, `{}` and `[]` do not. */
function isMeaningful(value: unknown): boolean {
  if (value === null || value === undefined || value === "" || value === false) return false;
  if (Array.isArray(value)) return value.length > 0;
  return !isObject(value) || Object.keys(value).length > 0;
}

interface Place {
  readonly parents: readonly string[];
  readonly refused: Refusal[];
}

function settleObject(
  schema: JsonSchema,
  settings: Readonly<Record<string, unknown>>,
  place: Place,
): Readonly<Record<string, unknown>> {
  const known = propertiesOf(schema);
  const settled = new Map<string, unknown>();
  for (const [key, value] of Object.entries(settings)) {
    const node = known.get(key) ?? {};
    const parents = [...place.parents, key];
    if (node.refused !== undefined) {
      const { refused: sentence } = node;
      if (isMeaningful(value)) place.refused.push({ setting: parents.join("."), sentence });
    } else if (value !== null && value !== undefined) {
      settled.set(key, settleValue(node, value, { ...place, parents }));
    }
  }
  const presets = presetsOf(schema, (key) => settled.get(key) ?? known.get(key)?.default);
  const defaults = [...known].map(([key, node]) => [key, node.default] as const);
  for (const [key, value] of [...presets, ...defaults]) {
    if (value !== undefined && !settled.has(key)) settled.set(key, structuredClone(value));
  }
  return Object.fromEntries(settled);
}

/** The defaults that the settings' values choose. */
function presetsOf(schema: JsonSchema, chosenBy: (key: string) => unknown): readonly [string, unknown][] {
  return Object.entries(schema.presets ?? {}).flatMap(([key, presets]) => {
    const preset = ownValue(presets ?? {}, String(chosenBy(key)));
    return isObject(preset) ? Object.entries(preset) : [];
  });
}

function settleValue(node: JsonSchema, value: unknown, place: Place): unknown {
  if (typeof value === "string") {
    return node.format === "date-time" && isDate(value) ? `${value}T00:00:00Z` : value;
  }
  if (isObject(value)) {
    return typesOf(node).has("object") ? settleObject(node, value, place) : value;
  }
  if (!Array.isArray(value) || !isObject(node.items)) return value;
  const { items } = node;
  return value.map((item: unknown) => settleValue(items, item, place));
}
