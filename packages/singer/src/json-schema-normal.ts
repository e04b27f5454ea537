import { isRawNumber } from "./exact-json.ts";
import { isObject } from "./json.ts";
import type { JsonSchema } from "./json-schema.ts";
import { ofCurrentDraft } from "./json-schema-drafts.ts";
import { resolveReferences } from "./json-schema-references.ts";

/** What was left out on the way. */
interface Loss {
  readonly names: Set<string>;
  /** Whether the schema allows more than before. */
  isLooser: boolean;
}

/** Rewrites the value of one keyword; undefined when the keyword has to go. */
type Rewrite = (value: unknown, loss: Loss) => unknown;

const typeNames: ReadonlySet<string> = new Set([
  "null",
  "boolean",
  "integer",
  "number",
  "string",
  "array",
  "object",
]);

/** The formats that are checked; see {@link normalizeSchema} for the others. */
const checkedFormats: ReadonlySet<string> = new Set([
  "date-time",
  "date",
  "time",
  "duration",
  "email",
  "hostname",
  "ipv4",
  "ipv6",
  "uri",
  "uri-reference",
  "uuid",
  "json-pointer",
  "singer.decimal",
  "x-singer.decimal",
]);
/** Formats that describe how a value is stored and not what its text is. */
const silentFormats: ReadonlySet<string> = new Set([
  "binary",
  "byte",
  "password",
  "int32",
  "int64",
  "float",
  "double",
]);

/** Keywords that say nothing of which values are valid. */
const silentKeywords: ReadonlySet<string> = new Set([
  ...["$schema", "$id", "id", "$anchor", "$comment", "$vocabulary", "title", "description", "default"],
  ...["example", "examples", "readOnly", "writeOnly", "deprecated", "contentEncoding", "contentMediaType"],
  ...["contentSchema", "selected", "inclusion", "secret", "precision", "scale", "nullable", "enumNames"],
  ...["displayName", "externalDocs", "xml", "additionalItems", "aliases", "refused", "presets"],
]);

/** They name themselves, with what is wrong in them, or are dropped on purpose. */
const selfNaming: ReadonlySet<string> = new Set([
  "type",
  "format",
  "pattern",
  "multipleOf",
  "patternProperties",
  "$ref",
]);

/** They allow less where the schema below allows more, so they have to go when something below went. */
const inverse: ReadonlySet<string> = new Set(["not", "if", "oneOf"]);

/**
 * Rewrites a schema of any draft to the 2020-12 draft that records are checked by. Local references are
 * put in their place. What only describes is dropped without a word, and `multipleOf` too: column types
 * take care of it, and 0.07 is no multiple of 0.01 in doubles. Keywords and formats that are unknown or
 * make no sense (`type: "any"`, a `pattern` that is no regular expression) are dropped and named in
 * `ignored`, so that a schema is never stricter than it was meant and never refused; for the same reason
 * `not` and `if` go when something within them does, and `oneOf` becomes `anyOf`.
 *
 * @example
 * ```ts
 * normalizeSchema({ type: "number", minimum: 0, exclusiveMinimum: true }).schema;
 * // { type: "number", exclusiveMinimum: 0 }
 * ```
 */
export function normalizeSchema(schema: JsonSchema): { schema: JsonSchema; ignored: readonly string[] } {
  const resolved = resolveReferences(schema);
  const loss: Loss = { names: new Set(resolved.ignored), isLooser: false };
  return { schema: normalizeObject(resolved.schema, loss), ignored: [...loss.names] };
}

function normalizeObject(node: JsonSchema, loss: Loss): JsonSchema {
  const own: Loss = { names: loss.names, isLooser: false };
  const current = ofCurrentDraft(node);
  const entries = Object.keys(current).flatMap((key) => normalizeKeyword(key, { node: current, loss: own }));
  if (!own.isLooser) return Object.fromEntries(entries);
  loss.isLooser = true;
  const lostPatterns =
    "patternProperties" in current && !entries.some(([key]) => key === "patternProperties");
  return Object.fromEntries(
    entries.filter(([key]) => {
      // What these refuse depends on what the other keywords allow.
      const isStricter = key.startsWith("unevaluated") || (lostPatterns && key === "additionalProperties");
      if (isStricter) own.names.add(`keyword ${JSON.stringify(key)}`);
      return !isStricter;
    }),
  );
}

function normalizeKeyword(
  key: string,
  { node, loss }: { node: JsonSchema; loss: Loss },
): readonly [string, unknown][] {
  if (silentKeywords.has(key) || key.startsWith("x-")) return [];
  const below: Loss = { names: loss.names, isLooser: false };
  const rewritten = rewrites.get(key)?.(node[key], below);
  const isLost = rewritten === undefined || (below.isLooser && inverse.has(key));
  if (below.isLooser || isLost) loss.isLooser = true;
  if (!isLost) return [[key, rewritten]];
  if (key === "oneOf" && rewritten !== undefined && !("anyOf" in node)) return [["anyOf", rewritten]];
  if (!selfNaming.has(key)) loss.names.add(`keyword ${JSON.stringify(key)}`);
  return [];
}

function typeKeyword(value: unknown, loss: Loss): unknown {
  const names = [value].flat();
  const unknown = names.filter((name) => typeof name !== "string" || !typeNames.has(name));
  if (names.length > 0 && unknown.length === 0)
    return typeof value === "string" ? value : [...new Set(names)];
  // "any" is the third draft's word for what the later ones leave out.
  for (const name of unknown) if (name !== "any") loss.names.add(`type ${JSON.stringify(name)}`);
  return undefined;
}

function formatKeyword(value: unknown, loss: Loss): unknown {
  if (typeof value === "string" && checkedFormats.has(value)) return value;
  if (typeof value !== "string" || !silentFormats.has(value))
    loss.names.add(`format ${JSON.stringify(value)}`);
  return undefined;
}

function patternKeyword(value: unknown, loss: Loss): unknown {
  if (typeof value === "string" && isPattern(value)) return value;
  loss.names.add(`pattern ${JSON.stringify(value)?.slice(0, 80)}`);
  return undefined;
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, "u") instanceof RegExp;
  } catch {
    return false;
  }
}

function schemaKeyword(value: unknown, loss: Loss): unknown {
  if (typeof value === "boolean") return value;
  return isObject(value) ? normalizeObject(value, loss) : undefined;
}

function schemaList(value: unknown, loss: Loss): unknown {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return value.map((item: unknown) => schemaKeyword(item, loss) ?? {});
}

function schemaMap(value: unknown, loss: Loss): unknown {
  if (!isObject(value)) return undefined;
  const entries = Object.entries(value).map(([name, node]) => [name, schemaKeyword(node, loss) ?? {}]);
  return Object.fromEntries(entries);
}

function patternMap(value: unknown, loss: Loss): unknown {
  if (!isObject(value)) return undefined;
  const unusable = Object.keys(value).filter((pattern) => patternKeyword(pattern, loss) === undefined);
  return unusable.length > 0 ? undefined : schemaMap(value, loss);
}

function bound(value: unknown): unknown {
  const number = isRawNumber(value) ? Number(value.rawJSON) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

function count(value: unknown): unknown {
  return Number.isInteger(value) && Number(value) >= 0 ? value : undefined;
}

function flag(value: unknown): unknown {
  return typeof value === "boolean" ? value : undefined;
}

function texts(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return [...new Set(value.filter((item) => typeof item === "string"))];
}

function textsMap(value: unknown): unknown {
  if (!isObject(value)) return undefined;
  return Object.fromEntries(Object.entries(value).map(([name, list]) => [name, texts(list) ?? []]));
}

function allowedValues(value: unknown): unknown {
  return Array.isArray(value) && value.length > 0 ? value.map(plain) : undefined;
}

/** A value with the numbers that records are compared by. */
function plain(value: unknown): unknown {
  if (isRawNumber(value)) return Number(value.rawJSON);
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}

function each(keywords: readonly string[], rewrite: Rewrite): [string, Rewrite][] {
  return keywords.map((keyword) => [keyword, rewrite]);
}

const rewrites: ReadonlyMap<string, Rewrite> = new Map<string, Rewrite>([
  ["type", typeKeyword],
  ["format", formatKeyword],
  ["pattern", patternKeyword],
  ["enum", allowedValues],
  ["const", plain],
  ["required", texts],
  ["dependentRequired", textsMap],
  ["uniqueItems", flag],
  ["patternProperties", patternMap],
  ...each(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"], bound),
  ...each(["minLength", "maxLength", "minItems", "maxItems"], count),
  ...each(["minProperties", "maxProperties", "minContains"], count),
  ...each(["properties", "dependentSchemas"], schemaMap),
  ...each(["anyOf", "oneOf", "allOf", "prefixItems"], schemaList),
  ...each(["items", "additionalProperties", "contains", "propertyNames"], schemaKeyword),
  ...each(["then", "else", "unevaluatedItems", "unevaluatedProperties"], schemaKeyword),
  ...each(["not", "if"], schemaKeyword),
]);
