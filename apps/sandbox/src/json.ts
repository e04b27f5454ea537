/** Any value that JSON can spell. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object of unknown keys. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Tells whether a value is an object with keys, as opposed to an array, null or a scalar. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Tells whether a value consists of JSON values only, all the way down. */
export function isJson(value: unknown): value is Json {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  return isJsonObject(value);
}

/** Tells whether a value is a JSON object, all the way down. */
export function isJsonObject(value: unknown): value is JsonObject {
  return isObject(value) && Object.values(value).every(isJson);
}
