import { isRawNumber } from "./exact-json.ts";

/** Any value that JSON can hold, with numbers as JavaScript has them. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Tells whether a value is an object in JSON's sense: neither null nor an array nor a number kept as text. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isRawNumber(value);
}
