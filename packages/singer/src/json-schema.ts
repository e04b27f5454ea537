/**
 * A JSON Schema as Singer messages carry it, of any draft. Only the keywords that the family reads
 * are named; all others pass through untouched.
 */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema | readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly enum?: readonly unknown[];
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
  /** Digits of an exact decimal, with `format: "x-singer.decimal"`. */
  readonly precision?: number;
  /** Digits after the point of an exact decimal, with `format: "x-singer.decimal"`. */
  readonly scale?: number;
  readonly description?: string;
  readonly title?: string;
  readonly default?: unknown;
  /** Marks a setting that never appears in a log, an error or `--about`. */
  readonly secret?: boolean;
  /** Other names of a setting. */
  readonly aliases?: readonly string[];
  /** Why a setting is not offered, and what to do instead. */
  readonly refused?: string;
  /** Defaults by a setting's name and value, for an object of settings. */
  readonly presets?: Readonly<
    Record<string, Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>> | undefined>
  >;
  readonly [keyword: string]: unknown;
}

/** The names of JSON's types, as JSON Schema spells them. */
export type JsonTypeName = "null" | "boolean" | "integer" | "number" | "string" | "array" | "object";

/**
 * Answers the types that a schema allows at its top, looking through `type`, `anyOf`, `oneOf` and
 * `allOf`. Empty when the schema allows any type.
 *
 * @example
 * ```ts
 * typesOf({ anyOf: [{ type: "string" }, { type: "null" }] }); // Set { "string", "null" }
 * ```
 */
export function typesOf(schema: JsonSchema): ReadonlySet<string> {
  const own = schema.type === undefined ? [] : [schema.type].flat();
  if (own.length > 0) return new Set(own);
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives !== undefined) {
    const each = alternatives.map(typesOf);
    return each.some((types) => types.size === 0) ? new Set() : new Set(each.flatMap((types) => [...types]));
  }
  const each = (schema.allOf ?? []).map(typesOf).filter((types) => types.size > 0);
  const named = each.flatMap((types) => [...types]);
  return new Set(named.filter((type) => each.every((types) => allowsType(types, type))));
}

function allowsType(types: ReadonlySet<string>, type: string): boolean {
  return types.has(type) || (type === "integer" && types.has("number"));
}
