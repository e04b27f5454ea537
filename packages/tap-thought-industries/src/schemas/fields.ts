import {
  anything,
  array,
  boolean,
  dateTime,
  integer,
  nullable,
  object,
  type Schema,
  string,
} from "@chorale/singer";

/** Properties of a record by name. */
export type Fields = Readonly<Record<string, Schema<unknown, "required" | "optional">>>;

/** Texts that may be null or absent, as nearly all fields of the API are. */
export function texts(...names: string[]): Fields {
  return Object.fromEntries(names.map((name) => [name, nullable(string())]));
}

/** Whole numbers, such as amounts in cents. */
export function integers(...names: string[]): Fields {
  return Object.fromEntries(names.map((name) => [name, nullable(integer())]));
}

export function booleans(...names: string[]): Fields {
  return Object.fromEntries(names.map((name) => [name, nullable(boolean())]));
}

export function moments(...names: string[]): Fields {
  return Object.fromEntries(names.map((name) => [name, nullable(dateTime())]));
}

/** Objects whose inside the vendor does not describe. */
export function openObjects(...names: string[]): Fields {
  return Object.fromEntries(names.map((name) => [name, nullable(object({}))]));
}

/** Lists of texts or of objects: the vendor does not say which. */
export function lists(...names: string[]): Fields {
  return Object.fromEntries(names.map((name) => [name, nullable(array(anything()))]));
}

/** The ten fields that a portal may use for what it likes. */
export const references: readonly string[] = Array.from({ length: 10 }, (_, index) => `ref${index + 1}`);
