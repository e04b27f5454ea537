import type { RawNumber } from "./exact-json.ts";
import type { JsonValue } from "./json.ts";
import { type JsonSchema, typesOf } from "./json-schema.ts";

declare const typed: unique symbol;

/** Whether the key of a property must be there: `optional` keys may be absent, `refused` ones never are there. */
export type Presence = "required" | "optional" | "refused";

/**
 * A JSON Schema that carries the TypeScript type of its values, so that a record's shape is written
 * once. `json` is what goes on the wire; the type exists for the compiler only.
 */
export interface Schema<T, P extends Presence = "required"> {
  readonly json: JsonSchema;
  readonly presence: P;
  readonly [typed]?: T;
}

/** A schema of an object; what {@link object} makes. */
export interface ObjectSchema<T> extends Schema<T> {
  readonly properties: Readonly<Record<string, Schema<unknown, Presence>>>;
}

/**
 * The TypeScript type of a schema's values.
 *
 * @example
 * ```ts
 * const user = object({ id: integer(), name: nullable(string()) });
 * type User = Infer<typeof user>; // { id: number; name?: string | null }
 * ```
 */
export type Infer<S> = S extends { readonly [typed]?: infer T } ? Exclude<T, undefined> : never;

type Shape = Readonly<Record<string, Schema<unknown, Presence>>>;
type Value<S> = S extends { readonly [typed]?: infer T } ? Exclude<T, undefined> : never;
type RequiredKeys<S extends Shape> = {
  [K in keyof S]: S[K]["presence"] extends "required" ? K : never;
}[keyof S];
type OptionalKeys<S extends Shape> = {
  [K in keyof S]: S[K]["presence"] extends "required" | "refused" ? never : K;
}[keyof S];
type Simplify<T> = { [K in keyof T]: T[K] } & {};

/** The type of an object whose properties have the schemas of `S`. */
export type ObjectOf<S extends Shape> = Simplify<
  { [K in RequiredKeys<S>]: Value<S[K]> } & { [K in OptionalKeys<S>]?: Value<S[K]> }
>;

/** Defaults that depend on a setting: by its name and its value, the settings that it gives another default. */
export type Presets<S extends Shape> = {
  readonly [K in keyof S]?: {
    readonly [V in `${Extract<Value<S[K]>, string | number | boolean>}`]?: Partial<ObjectOf<S>>;
  };
};

/** An exact decimal: its digits as text, or the number as the source wrote it. */
export type Decimal = string | number | RawNumber;

function schemaOf<T>(json: JsonSchema): Schema<T> {
  return Object.freeze({ json: Object.freeze(json), presence: "required" as const });
}

/** Makes the schema of a text. */
export function string(): Schema<string> {
  return schemaOf({ type: "string" });
}

/** Makes the schema of a text that is one of `values`. Use it for settings: a vendor's lists grow. */
export function oneOf<const T extends string>(...values: readonly T[]): Schema<T> {
  return schemaOf({ type: "string", enum: values });
}

/** Makes the schema of an integer. Targets store it exactly up to 38 digits (Snowflake) or 64 bits (DuckDB). */
export function integer(): Schema<number> {
  return schemaOf({ type: "integer" });
}

/** Makes the schema of a double. Use {@link decimal} for money. */
export function number(): Schema<number> {
  return schemaOf({ type: "number" });
}

/**
 * Makes the schema of an exact decimal. Its digits travel as a string from the vendor's answer to the
 * column, so none is lost. Defaults: `precision` 38, `scale` 9.
 *
 * @example
 * ```ts
 * const line = object({ id: integer(), amount: nullable(decimal({ precision: 38, scale: 2 })) });
 * ```
 */
export function decimal(options: { precision?: number; scale?: number } = {}): Schema<Decimal> {
  return schemaOf({
    type: "string",
    format: "x-singer.decimal",
    precision: options.precision ?? 38,
    scale: options.scale ?? 9,
  });
}

/** Makes the schema of a truth value. */
export function boolean(): Schema<boolean> {
  return schemaOf({ type: "boolean" });
}

/** Makes the schema of a moment: RFC 3339 with an offset, as `2026-01-31T23:59:59.123Z`. */
export function dateTime(): Schema<string> {
  return schemaOf({ type: "string", format: "date-time" });
}

/** Makes the schema of a day: `2026-01-31`. */
export function date(): Schema<string> {
  return schemaOf({ type: "string", format: "date" });
}

/** Makes the schema of a list of `items`. */
export function array<T>(items: Schema<T, Presence>): Schema<readonly T[]> {
  return schemaOf({ type: "array", items: items.json });
}

/**
 * Makes the schema of values that are of one of several types, as vendors' fields are that drift.
 *
 * @example
 * ```ts
 * const price = union(string(), integer());
 * ```
 */
export function union<const S extends readonly Schema<unknown>[]>(...schemas: S): Schema<Infer<S[number]>> {
  const plain = schemas.every(({ json }) => json.type !== undefined && Object.keys(json).length === 1);
  if (!plain) return schemaOf({ anyOf: schemas.map(({ json }) => json) });
  return schemaOf({ type: schemas.flatMap(({ json }) => json.type ?? []) });
}

/** Makes the schema of any JSON value. */
export function anything(): Schema<JsonValue> {
  return schemaOf({});
}

/**
 * Makes the schema of an object. A property made by {@link nullable} or {@link optional} may be absent;
 * all others are required. Properties that are not listed are allowed, because vendors add fields
 * without notice; `additionalProperties: false` refuses them.
 *
 * In a configuration, `presets` are defaults that depend on another setting: what the configuration says
 * wins over a preset, and a preset over a default. Of two presets for one setting the first wins. A preset
 * is chosen by what the configuration says, or by the setting's default, never by another preset.
 *
 * @example
 * ```ts
 * const group = object({ id: integer(), name: nullable(string()) });
 * const config = object(
 *   { style: oneOf("plain", "rich"), bold: withDefault(boolean(), true) },
 *   { presets: { style: { plain: { bold: false } } } },
 * );
 * ```
 */
export function object<const S extends Shape>(
  properties: S,
  options: { additionalProperties?: boolean; presets?: Presets<NoInfer<S>> } = {},
): ObjectSchema<ObjectOf<S>> {
  const entries = Object.entries(properties);
  const required = entries
    .filter(([, { presence, json }]) => presence === "required" && json.default === undefined)
    .map(([key]) => key);
  const json: JsonSchema = {
    type: "object",
    properties: Object.fromEntries(entries.map(([key, { json }]) => [key, json])),
    ...(required.length > 0 ? { required } : {}),
    ...(options.additionalProperties === false ? { additionalProperties: false } : {}),
    ...(options.presets === undefined ? {} : { presets: options.presets }),
  };
  return Object.freeze({ ...schemaOf<ObjectOf<S>>(json), properties });
}

/** Allows null, and the key to be absent. A schema of any value stays as it is. */
export function nullable<T>(schema: Schema<T, Presence>): Schema<T | null, "optional"> {
  return Object.freeze({ json: withNull(schema.json), presence: "optional" as const });
}

/** Allows the key to be absent, but not null. */
export function optional<T>(schema: Schema<T, Presence>): Schema<T, "optional"> {
  return Object.freeze({ json: schema.json, presence: "optional" as const });
}

/**
 * Gives a setting its default: the key may be absent in a configuration file and is there when the
 * configuration has been read.
 */
export function withDefault<T>(schema: Schema<T, Presence>, value: NoInfer<T>): Schema<T> {
  return schemaOf({ ...schema.json, default: value });
}

/** Marks a setting as secret: it is redacted in every log line, every error and in `--about`. */
export function secret<T, P extends Presence>(schema: Schema<T, P>): Schema<T, P> {
  return { ...schema, json: { ...schema.json, secret: true, writeOnly: true } };
}

/** Describes a setting or a property; the text is printed by `--about`. */
export function describe<T, P extends Presence>(schema: Schema<T, P>, description: string): Schema<T, P> {
  return { ...schema, json: { ...schema.json, description } };
}

/**
 * Gives a setting other names, such as those that other loaders have for it. Files, environment variables
 * and configurations from code may use them; the connector sees the setting's own name only. `--about` shows
 * them. Applied again, it adds names. A setting under two of its names is refused unless they say the same.
 *
 * @example
 * ```ts
 * const config = object({ database: alias(string(), "dbname", "snowflake_database") });
 * ```
 */
export function alias<T, P extends Presence>(schema: Schema<T, P>, ...names: string[]): Schema<T, P> {
  return {
    ...schema,
    json: { ...schema.json, aliases: [...new Set([...aliasesOf(schema.json), ...names])] },
  };
}

/**
 * Makes a setting that is not offered, so that whoever brings a configuration from elsewhere is told.
 * Where it is set, to anything but null, `""`, `false`, `{}` and `[]`, reading the configuration fails with
 * `"<name>" is not offered: <sentence>`. `sentence` says why, and what to do instead. The connector never
 * sees the setting.
 *
 * @example
 * ```ts
 * const config = object({ stream_maps: refusedSetting("Records are loaded as they come. Map them in SQL.") });
 * ```
 */
export function refusedSetting(sentence: string): Schema<never, "refused"> {
  return Object.freeze({ json: Object.freeze({ refused: sentence }), presence: "refused" as const });
}

/** Answers the other names that a setting has. */
export function aliasesOf(json: JsonSchema): readonly string[] {
  const { aliases }: { readonly aliases?: unknown } = json;
  return Array.isArray(aliases) ? aliases.filter((name) => typeof name === "string") : [];
}

/**
 * Takes a schema that came from elsewhere, such as a file. The type of its values is the caller's claim.
 *
 * @example
 * ```ts
 * const row = fromJsonSchema<Record<string, unknown>>({ type: "object", properties: {} });
 * ```
 */
export function fromJsonSchema<T>(json: JsonSchema): Schema<T> {
  return schemaOf(json);
}

/** Keywords that may refuse null where no `type` says so. */
const limitingKeywords = ["oneOf", "allOf", "const", "not", "$ref"];

function withNull(schema: JsonSchema): JsonSchema {
  const values = schema.enum;
  const json =
    values === undefined || values.includes(null) ? schema : { ...schema, enum: [...values, null] };
  if (typesOf(json).has("null")) return json;
  if (json.type !== undefined) return { ...json, type: ["null", ...[json.type].flat()] };
  if (json.anyOf?.some((each) => typesOf(each).has("null")) === true) return json;
  if (json.anyOf !== undefined) return { ...json, anyOf: [{ type: "null" }, ...json.anyOf] };
  return limitingKeywords.some((keyword) => keyword in json) ? { anyOf: [{ type: "null" }, json] } : json;
}
