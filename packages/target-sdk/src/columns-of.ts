import { isObject, isRawNumber, type JsonSchema } from "@chorale/singer";
import type { ColumnSpec, ColumnType } from "./columns.ts";
import type { Flattening } from "./flattening.ts";
import { nestedProperties, resolveReference, type SchemaPlace } from "./nested-properties.ts";
import { widenType } from "./sql/widening.ts";

/** Digits that an exact decimal has where its schema does not say: as Meltano's SDK declares them. */
const defaultDecimal = { precision: 38, scale: 9 } as const;
/** More digits than this no warehouse holds in a decimal; such numbers are kept as text. */
const maxPrecision = 38;
const maxScale = 37;
const maxDepth = 32;

/**
 * Answers the columns that a stream's schema asks for, in the schema's order. Give it the schema as the
 * SCHEMA message carried it: a normalised one has lost `multipleOf`.
 *
 * `type` may be a text or a list in any order; `anyOf`, `oneOf`, `allOf` and local `$ref`s are looked
 * through; null is left out, since every column may be null. A property of several types gets the
 * narrowest type that holds them all. A property without a type, and one whose schema is no object,
 * becomes `json`. Integers are `wide` when `minimum` or `maximum` lies beyond 64 bits; a number is
 * exact when `multipleOf` gives its scale or when its `format` is `x-singer.decimal` or
 * `singer.decimal`, and text when its precision exceeds 38 digits. Empty when there are no properties.
 *
 * With `flattening` the properties that an object declares become columns, named and placed by their path.
 * Objects without declared properties, lists, and what may be of several types stay `json`, and so does everything
 * beyond 10 000 columns. Properties that become one column are answered one by one.
 *
 * @example
 * ```ts
 * columnsOf({ type: "object", properties: { id: { type: "integer" } } });
 * // [{ property: "id", type: { kind: "integer", wide: false } }]
 * ```
 */
export function columnsOf(schema: JsonSchema, flattening?: Flattening): readonly ColumnSpec[] {
  const columns: ColumnSpec[] = [];
  const place = { root: schema, references: [], flattening, columns };
  if (isObject(schema.properties)) addColumns(schema.properties, { ...place, parents: [] });
  return columns;
}

interface ColumnsPlace extends SchemaPlace {
  readonly flattening: Flattening | undefined;
  readonly parents: readonly string[];
  readonly columns: ColumnSpec[];
}

/** Schemas that refer to one another may describe more columns than there are bytes in them. */
const maxFlatColumns = 10_000;

function addColumns(properties: Readonly<Record<string, unknown>>, place: ColumnsPlace): void {
  const { flattening, parents, columns, root } = place;
  for (const [name, json] of Object.entries(properties)) {
    const path = [...parents, name];
    const isDeep = flattening === undefined || path.length > flattening.maxDepth;
    const nested = isDeep || columns.length >= maxFlatColumns ? undefined : nestedProperties(json, place);
    if (nested !== undefined) {
      addColumns(nested.properties, { ...place, references: nested.references, parents: path });
      continue;
    }
    const property = path.join(flattening?.separator);
    columns.push({ ...columnOf(property, { json, root }), ...(path.length > 1 ? { path } : {}) });
  }
}

function columnOf(property: string, { json, root }: { json: unknown; root: JsonSchema }): ColumnSpec {
  const leaves = isObject(json) ? leavesOf(json, { root, depth: 0 }) : [anyLeaf];
  const types = leaves.filter(({ type }) => type !== "null").map(leafType);
  const [first = { kind: "string" } as const, ...rest] = types;
  const type = rest.reduce<ColumnType>((wide, next) => widenType(wide, next), first);
  const description = isObject(json) ? json["description"] : undefined;
  const exactText = type.kind === "string" || type.kind === "decimal";
  return {
    property,
    type,
    ...(typeof description === "string" ? { description } : {}),
    ...(exactText && leaves.some(({ type: name }) => numberTypes.has(name)) ? { fedByNumbers: true } : {}),
  };
}

/** One type that a schema allows, with the keywords that stand beside it. */
interface Leaf {
  readonly type: string;
  readonly json: Readonly<Record<string, unknown>>;
}

interface Place {
  readonly root: JsonSchema;
  readonly depth: number;
}

const anyLeaf: Leaf = { type: "any", json: {} };
const numberTypes: ReadonlySet<string> = new Set(["integer", "number"]);

function leavesOf(json: Readonly<Record<string, unknown>>, { root, depth }: Place): readonly Leaf[] {
  if (depth > maxDepth) return [anyLeaf];
  const place = { root, depth: depth + 1 };
  const reference = json["$ref"];
  if (typeof reference === "string") {
    const target = resolveReference(reference, root);
    return target === undefined ? [anyLeaf] : leavesOf({ ...without(json, "$ref"), ...target }, place);
  }
  const parts = json["allOf"];
  if (Array.isArray(parts)) {
    return leavesOf(Object.assign(without(json, "allOf"), ...parts.filter(isObject)), place);
  }
  const own = typeNames(json);
  if (own.length > 0) return own.map((type) => ({ type, json }));
  for (const keyword of ["anyOf", "oneOf"]) {
    const alternatives = json[keyword];
    if (!Array.isArray(alternatives) || alternatives.length === 0) continue;
    const outer = without(json, keyword);
    return alternatives.flatMap((each: unknown) =>
      isObject(each) ? leavesOf({ ...outer, ...each }, place) : [anyLeaf],
    );
  }
  return [anyLeaf];
}

function without(json: Readonly<Record<string, unknown>>, keyword: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(json).filter(([key]) => key !== keyword));
}

function typeNames(json: Readonly<Record<string, unknown>>): readonly string[] {
  const type = json["type"];
  if (typeof type === "string") return [type];
  if (Array.isArray(type)) return type.filter((name) => typeof name === "string");
  const values = "const" in json ? [json["const"]] : json["enum"];
  return Array.isArray(values) ? [...new Set(values.map(typeOfValue))] : [];
}

function typeOfValue(value: unknown): string {
  if (value === null) return "null";
  if (isRawNumber(value)) return "number";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value === "string" || typeof value === "boolean" ? typeof value : "object";
}

function leafType({ type, json }: Leaf): ColumnType {
  switch (type) {
    case "integer":
      return integerType(json);
    case "number":
      return numberType(json);
    case "boolean":
      return { kind: "boolean" };
    case "string":
      return stringType(json);
    default:
      return { kind: "json" };
  }
}

function integerType(json: Readonly<Record<string, unknown>>): ColumnType {
  const wide = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"].some((keyword) =>
    exceeds64Bits(json[keyword]),
  );
  return { kind: "integer", wide };
}

function exceeds64Bits(bound: unknown): boolean {
  // The greatest 64-bit integer rounds up to 2^63 in a double, and is meant all the same.
  if (typeof bound === "number") return Math.abs(bound) > 2 ** 63;
  if (!isRawNumber(bound)) return false;
  const { rawJSON: text } = bound;
  if (!/^-?[0-9]+$/.test(text)) return Math.abs(Number(text)) > 2 ** 63;
  return BigInt.asIntN(64, BigInt(text)) !== BigInt(text);
}

function numberType(json: Readonly<Record<string, unknown>>): ColumnType {
  const declared = declaredDecimal(json);
  if (declared !== undefined) return declared;
  const scale = scaleOf(json["multipleOf"]);
  if (scale === undefined || scale > maxScale) return { kind: "double" };
  return scale === 0 ? integerType(json) : { kind: "decimal", precision: maxPrecision, scale };
}

/** The digits after the point that a step such as 0.01 or 1e-4 has; undefined when it is none. */
function scaleOf(multipleOf: unknown): number | undefined {
  const text = isRawNumber(multipleOf) ? multipleOf.rawJSON : String(multipleOf);
  const isNumber = isRawNumber(multipleOf) || typeof multipleOf === "number";
  const match = isNumber ? /^([0-9]+)(?:\.([0-9]*?)0*)?(?:[eE]([+-]?[0-9]+))?$/.exec(text) : null;
  if (match === null || Number(text) <= 0) return undefined;
  const [, , fraction = "", exponent = "0"] = match;
  return Math.max(0, fraction.length - Number(exponent));
}

function stringType(json: Readonly<Record<string, unknown>>): ColumnType {
  switch (json["format"]) {
    case "date-time":
      return { kind: "timestamp" };
    case "date":
      return { kind: "date" };
    case "time":
      return { kind: "time" };
  }
  const declared = declaredDecimal(json);
  if (declared !== undefined) return declared;
  const { maxLength } = json;
  return isCount(maxLength) && maxLength > 0 ? { kind: "string", maxLength } : { kind: "string" };
}

function declaredDecimal(json: Readonly<Record<string, unknown>>): ColumnType | undefined {
  const { format } = json;
  if (format !== "x-singer.decimal" && format !== "singer.decimal") return undefined;
  const { precision, scale } = json;
  const digits = isCount(precision) && precision > 0 ? precision : defaultDecimal.precision;
  if (digits > maxPrecision) return { kind: "string" };
  const fraction = isCount(scale) ? scale : Math.min(defaultDecimal.scale, digits);
  return fraction > digits ? { kind: "string" } : { kind: "decimal", precision: digits, scale: fraction };
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
