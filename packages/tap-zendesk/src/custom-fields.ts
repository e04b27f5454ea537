import type { JsonSchema } from "@chorale/singer";
import type { AnyRecord, DiscoverContext, StreamContext, StreamFinding } from "@chorale/tap-sdk";
import { readPages } from "@chorale/tap-sdk";
import { objectsIn } from "./hidden.ts";
import { listPages } from "./list-pages.ts";
import { accountBucket } from "./rate-headers.ts";
import type { Settings } from "./settings.ts";

/** Where the custom fields of a stream are defined, and where its records have them. */
export interface FieldSource {
  readonly stream: string;
  /** The path and the list of the definitions. */
  readonly definitions: string;
  /** The record's property: an object by key, or a list of `{ id, value }`. */
  readonly property: string;
}

interface Definition {
  readonly id: string;
  readonly key: string;
  readonly type: string;
}

/** A column of its own for a custom field. */
interface PivotColumn {
  readonly name: string;
  /** How the record names the field. */
  readonly field: string;
  readonly kind: JsonSchema;
}

/** Asks for the definitions of a stream's custom fields, where somebody wants what follows from them. */
export async function findCustomFields(
  source: FieldSource,
  context: DiscoverContext<Settings>,
): Promise<StreamFinding> {
  const { custom_fields_mode: mode } = context.config;
  const isObjectByKey = source.property !== "custom_fields";
  const isWanted = mode !== "array" || (isObjectByKey && context.selects(source.stream, source.property));
  if (!isWanted) return {};
  const definitions = await readDefinitions(source, context);
  const own = isObjectByKey ? { [source.property]: objectSchema(definitions) } : {};
  if (mode === "array") return { properties: own };
  const columns = pivotColumns(definitions, { mode, isObjectByKey });
  const pivoted = columns.map(({ name, kind }) => [name, kind]);
  return { properties: { ...own, ...Object.fromEntries(pivoted) }, facts: columns };
}

/** Adds the columns of the custom fields, if the run has any. */
export function withPivotedFields(
  record: AnyRecord,
  source: FieldSource,
  { finding: { facts } }: StreamContext<Settings, unknown>,
): AnyRecord {
  if (!isColumns(facts)) return record;
  const values = fieldValues(record[source.property]);
  const columns = facts.map(({ name, field, kind }) => [name, converted(values.get(field), kind)]);
  return { ...record, ...Object.fromEntries(columns) };
}

/** Only {@link findCustomFields} makes facts of these streams. */
function isColumns(facts: unknown): facts is readonly PivotColumn[] {
  return Array.isArray(facts);
}

async function readDefinitions(
  { stream, definitions: path }: FieldSource,
  { http }: DiscoverContext<Settings>,
): Promise<readonly Definition[]> {
  const found: Definition[] = [];
  const pages = readPages(http, {
    stream,
    path,
    recordsAt: path,
    pagination: listPages,
    bucket: accountBucket,
    searchParams: { "page[size]": 100 },
    // Who may not see the definitions still reads the records.
    classify: ({ status }) => (status === 403 || status === 404 ? "skip" : undefined),
  });
  for await (const page of pages) {
    for await (const { id, key, title, type } of page.records) {
      const name = typeof key === "string" && key !== "" ? key : String(title ?? id);
      found.push({ id: String(id), key: name, type: String(type) });
    }
  }
  return found;
}

/** Within an object Zendesk's types drift: a number may be a text, and a date has a time in some places. */
function objectSchema(definitions: readonly Definition[]): JsonSchema {
  const properties = definitions.map(({ key, type }) => [key, looseKinds[type] ?? anyKind]);
  return { type: ["null", "object"], properties: Object.fromEntries(properties) };
}

const anyKind: JsonSchema = { type: ["null", "string", "number", "boolean", "array", "object"] };
const textKind: JsonSchema = { type: ["null", "string"] };
const textTypes = ["text", "textarea", "regexp", "date", "dropdown", "tagger", "partialcreditcard"];
const listKind: JsonSchema = { type: ["null", "array"], items: textKind };

function kindsOf(numbers: readonly JsonSchema[], truth: JsonSchema): Readonly<Record<string, JsonSchema>> {
  const [integer = {}, decimal = {}] = numbers;
  return {
    ...Object.fromEntries(textTypes.map((type) => [type, textKind])),
    integer,
    lookup: integer,
    decimal,
    checkbox: truth,
    multiselect: listKind,
  };
}

const looseKinds = kindsOf(
  [{ type: ["null", "integer", "string"] }, { type: ["null", "number", "string"] }],
  { type: ["null", "boolean", "string"] },
);
const strictKinds = kindsOf([{ type: ["null", "integer"] }, { type: ["null", "number"] }], {
  type: ["null", "boolean"],
});

/** Types of fields that tickets have as columns anyway. */
const systemTypes: ReadonlySet<string> = new Set([
  "subject",
  "description",
  "status",
  "tickettype",
  "priority",
  "basic_priority",
  "group",
  "assignee",
  "custom_status",
]);

function pivotColumns(
  definitions: readonly Definition[],
  { mode, isObjectByKey }: { mode: Settings["custom_fields_mode"]; isObjectByKey: boolean },
): readonly PivotColumn[] {
  const names = new Set<string>();
  return definitions
    .filter(({ type }) => !systemTypes.has(type))
    .map(({ id, key, type }) => {
      const wanted = `custom_field_${mode === "pivot_id" ? id : slugOf(key)}`;
      const name = names.has(wanted) ? `${wanted}_${id}` : wanted;
      names.add(name);
      return { name, field: isObjectByKey ? key : id, kind: strictKinds[type] ?? anyKind };
    });
}

function slugOf(key: string): string {
  return key
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, "_")
    .replaceAll(/^_+|_+$/g, "");
}

function fieldValues(value: unknown): ReadonlyMap<string, unknown> {
  if (Array.isArray(value))
    return new Map(objectsIn(value).map((each) => [String(each["id"]), each["value"]]));
  return new Map(Object.entries(Object(value)));
}

/** What does not fit the column becomes null: the field's own property has it as it came. */
function converted(value: unknown = null, { type = [] }: JsonSchema): unknown {
  const types = [type].flat();
  if (types.length > 2) return value;
  const [, wanted = ""] = types;
  if (wanted === "integer") return numberIn(value, /^-?\d{1,15}$/);
  if (wanted === "number") return numberIn(value, /^-?\d+(?:\.\d+)?$/);
  if (wanted === "array") return Array.isArray(value) ? value.map(String) : null;
  if (wanted === "boolean") return typeof value === "boolean" ? value : null;
  return value === null ? null : typeof value === "string" ? value : JSON.stringify(value);
}

function numberIn(value: unknown, pattern: RegExp): number | null {
  return pattern.test(typeof value === "number" || typeof value === "string" ? String(value) : "")
    ? Number(value)
    : null;
}
