import { isObject, ProtocolError, SchemaError, type SchemaMessage } from "@chorale/singer";
import { columnsOf } from "./columns-of.ts";
import { overrideOf, type TargetSettings } from "./settings.ts";
import type { TableSpec } from "./warehouse.ts";

/**
 * Answers the table that a SCHEMA message asks for. Throws `ProtocolError` for a schema without properties and
 * `SchemaError` for a key that is none of them.
 */
export function tableSpecOf(
  message: SchemaMessage,
  { settings, where }: { settings: TargetSettings; where: string },
): TableSpec {
  const { stream, schema } = message;
  if (!isObject(schema.properties)) {
    throw new ProtocolError(
      `${where}: the SCHEMA of ${stream} has no "properties". Look at the catalog that the tap was given.`,
    );
  }
  const keys = overrideOf(settings, stream).key_properties ?? message.key_properties;
  const keyProperties = [...new Set(keys)];
  const missing = keyProperties.find((key) => !Object.hasOwn(schema.properties ?? {}, key));
  if (missing !== undefined) {
    throw new SchemaError(
      `${where}: the key property ${JSON.stringify(missing)} of ${stream} is none of its schema's properties. Correct the tap's key_properties or select the property.`,
      { stream, key: missing },
    );
  }
  return {
    stream,
    keyProperties,
    columns: columnsOf(schema),
    addRecordMetadata: settings.add_record_metadata,
  };
}
