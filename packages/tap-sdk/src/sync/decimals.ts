import { canonicalNumber, isObject, isRawNumber, type JsonSchema } from "@chorale/singer";

/** A change of one value; undefined where there is nothing to change. */
export type Conversion = (value: unknown) => unknown;

const decimalFormats: ReadonlySet<string> = new Set(["x-singer.decimal", "singer.decimal"]);
/** A number of more digits than this before or after its point is left with its exponent. */
const maxPlainDigits = 100;

/** Tells whether a schema, or anything in it, is an exact decimal. */
export function declaresDecimals(schema: JsonSchema): boolean {
  return conversionOf(schema) !== undefined;
}

/** Answers what writes the exact decimals of a value as text; undefined when its schema has none. */
export function conversionOf(schema: JsonSchema): Conversion | undefined {
  if (schema.format !== undefined && decimalFormats.has(schema.format)) return decimalText;
  const properties = propertyConversions(schema);
  const items = isSchema(schema.items) ? conversionOf(schema.items) : undefined;
  if (properties.size === 0 && items === undefined) return undefined;
  return (value) => {
    if (Array.isArray(value)) return items === undefined ? value : value.map(items);
    return isObject(value) && !isRawNumber(value) ? convertProperties(value, properties) : value;
  };
}

function propertyConversions(schema: JsonSchema): ReadonlyMap<string, Conversion> {
  const conversions = new Map<string, Conversion>();
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const conversion = conversionOf(property);
    if (conversion !== undefined) conversions.set(name, conversion);
  }
  return conversions;
}

function convertProperties(
  value: Readonly<Record<string, unknown>>,
  conversions: ReadonlyMap<string, Conversion>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, conversions.get(name)?.(item) ?? item]),
  );
}

/**
 * Writes a number as the text of its digits, `0.0000001` rather than `1e-7`. Whatever is no number stays.
 */
export function decimalText(value: unknown): unknown {
  const text = isRawNumber(value) ? value.rawJSON : typeof value === "number" ? String(value) : undefined;
  if (text === undefined) return value;
  return /[eE]/.test(text) ? plainDigits(text) : text;
}

function plainDigits(text: string): string {
  const canonical = canonicalNumber(text);
  const match = /^(-?)([0-9]+)e(-?[0-9]+)$/.exec(canonical);
  if (match === null) return canonical;
  const [, sign = "", digits = "", exponent = ""] = match;
  const scale = Number(exponent);
  if (Math.abs(scale) > maxPlainDigits) return text;
  if (scale >= 0) return `${sign}${digits}${"0".repeat(scale)}`;
  const padded = digits.padStart(1 - scale, "0");
  return `${sign}${padded.slice(0, scale)}.${padded.slice(scale)}`;
}

function isSchema(value: JsonSchema["items"]): value is JsonSchema {
  return isObject(value);
}
