import { fromJsonSchema, type JsonSchema, type ObjectSchema, type Schema } from "@chorale/singer";
import data from "./zendesk.json" with { type: "json" };

/** The name of a stream whose schema is in `zendesk.json`. */
export type SchemaName = keyof typeof data;

/** A record of Zendesk: only its keys are sure to be there. */
export type ZendeskRecord = Readonly<Record<string, unknown>>;

type Properties = Readonly<Record<string, JsonSchema>>;

/**
 * Answers the schema of a stream. Columns have the type that Zendesk documents; inside of objects and lists
 * any scalar goes, because there its types drift.
 */
export function schemaOf(name: SchemaName): ObjectSchema<ZendeskRecord> {
  const properties: Properties = data[name];
  const required = Object.keys(properties).filter((key) => isKey(properties[key]));
  return Object.freeze({
    ...fromJsonSchema<ZendeskRecord>({ type: "object", properties, required }),
    // Made when somebody looks: there are thousands, and a command that only says what it is needs none.
    get properties() {
      return Object.fromEntries(Object.entries(properties).map(schemaOfProperty));
    },
  });
}

function schemaOfProperty([key, json]: [string, JsonSchema]): [
  string,
  Schema<unknown, "required" | "optional">,
] {
  const schema = fromJsonSchema(json);
  return [key, isKey(json) ? schema : { ...schema, presence: "optional" }];
}

/** Only keys are never null. */
function isKey({ type }: JsonSchema = {}): boolean {
  return type !== undefined && !type.includes("null");
}
