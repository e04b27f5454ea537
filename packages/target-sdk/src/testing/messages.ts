import type { JsonSchema } from "@chorale/singer";

/** What a RECORD line carries beside its record. */
export interface RecordExtras {
  readonly version?: number;
  readonly time_extracted?: string;
}

/** Property schemas that most cases are written with; each allows null. */
export const integer: JsonSchema = { type: ["null", "integer"] };
export const number: JsonSchema = { type: ["null", "number"] };
export const text: JsonSchema = { type: ["null", "string"] };
export const flag: JsonSchema = { type: ["null", "boolean"] };
export const moment: JsonSchema = { type: ["null", "string"], format: "date-time" };
export const day: JsonSchema = { type: ["null", "string"], format: "date" };
export const time: JsonSchema = { type: ["null", "string"], format: "time" };
export const object: JsonSchema = { type: ["null", "object"] };
export const list: JsonSchema = { type: ["null", "array"] };
export const money: JsonSchema = {
  type: ["null", "string"],
  format: "x-singer.decimal",
  precision: 38,
  scale: 9,
};

/** Writes a SCHEMA line; without keys unless they are given. */
export function schema(
  stream: string,
  properties: Readonly<Record<string, JsonSchema>>,
  keys: readonly string[] = [],
): string {
  return JSON.stringify({
    type: "SCHEMA",
    stream,
    schema: { type: "object", properties },
    key_properties: keys,
  });
}

/** Writes a RECORD line. */
export function record(
  stream: string,
  values: Readonly<Record<string, unknown>>,
  extras: RecordExtras = {},
): string {
  return JSON.stringify({ type: "RECORD", stream, record: values, ...extras });
}

/** Writes a RECORD line whose record is JSON text, spelled as no JavaScript value would be. */
export function rawRecord(stream: string, recordText: string): string {
  return `{"type":"RECORD","stream":${JSON.stringify(stream)},"record":${recordText}}`;
}

/** Writes a STATE line. */
export function state(value: unknown): string {
  return JSON.stringify({ type: "STATE", value });
}

/** Writes an ACTIVATE_VERSION line. */
export function activateVersion(stream: string, version: number): string {
  return JSON.stringify({ type: "ACTIVATE_VERSION", stream, version });
}
