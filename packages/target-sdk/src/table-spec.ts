import { ConfigError, isObject, ProtocolError, SchemaError, type SchemaMessage } from "@chorale/singer";
import type { ColumnSpec } from "./columns.ts";
import { columnsOf } from "./columns-of.ts";
import { flatteningOf, pathOf } from "./flattening.ts";
import { overrideOf, type TargetSettings } from "./settings.ts";
import type { TableSpec } from "./warehouse.ts";

/**
 * Answers the table that a SCHEMA message asks for. Throws `ProtocolError` for a schema without properties,
 * `SchemaError` for a key that has no column and for missing keys where `primary_key_required` is set, and
 * `ConfigError` when two properties become one column by flattening.
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
  const keyProperties = [...new Set(overrideOf(settings, stream).key_properties ?? message.key_properties)];
  if (settings.primary_key_required && keyProperties.length === 0) {
    throw new SchemaError(
      `${where}: ${stream} has no key_properties, and primary_key_required is set. Name its key in stream_overrides, or set primary_key_required to false.`,
      { stream },
    );
  }
  const columns = columnsOf(schema, flatteningOf(settings));
  requireOnePropertyEach(columns, stream);
  requireKeys(keyProperties, { columns, stream, where });
  return { stream, keyProperties, columns, addRecordMetadata: settings.add_record_metadata };
}

function requireOnePropertyEach(columns: readonly ColumnSpec[], stream: string): void {
  const found = new Map<string, ColumnSpec>();
  for (const column of columns) {
    const other = found.get(column.property);
    if (other !== undefined) {
      throw new ConfigError(
        `${stream}: the properties ${spelled(other)} and ${spelled(column)} become one column, ${JSON.stringify(column.property)}. Choose another flattening_separator, or leave one of them out of the selection.`,
      );
    }
    found.set(column.property, column);
  }
}

function spelled(column: ColumnSpec): string {
  return pathOf(column)
    .map((name) => JSON.stringify(name))
    .join(".");
}

function requireKeys(
  keyProperties: readonly string[],
  { columns, stream, where }: { columns: readonly ColumnSpec[]; stream: string; where: string },
): void {
  for (const key of keyProperties) {
    if (columns.some(({ property }) => property === key)) continue;
    const name = JSON.stringify(key);
    const isFlattened = columns.some(({ path }) => path?.[0] === key);
    throw new SchemaError(
      isFlattened
        ? `${where}: the key property ${name} of ${stream} is an object that is flattened. Name its columns as the key in stream_overrides, or set flattening_enabled to false.`
        : `${where}: the key property ${name} of ${stream} is none of its schema's properties. Correct the tap's key_properties or select the property.`,
      { stream, key },
    );
  }
}
