import { isObject, SchemaError, type Validator } from "@chorale/singer";
import type { LaneSettings } from "./lane.ts";
import { columnsToNull } from "./repair.ts";
import type { TableShape } from "./warehouse.ts";

type Row = Record<string, unknown>;

/** A record's validator, which has just refused it, and the columns that may become null. */
export interface NullableRecord {
  readonly shape: TableShape;
  readonly settings: Pick<LaneSettings, "on_invalid_value">;
  /** Where the value of a property is. */
  readonly paths: ReadonlyMap<string, readonly string[]>;
  readonly validator: Validator;
}

/**
 * Makes the values null that keep a record from fitting its schema, where they may be, and answers their columns; a
 * validator names one violation at a time. Throws `SchemaError` when that does not help.
 */
export function nullsThatHelp(
  record: Row,
  { shape, settings, paths, validator }: NullableRecord,
): readonly string[] {
  const nulls: string[] = [];
  let fits = false;
  while (!fits) {
    const { violations } = validator;
    const found = settings.on_invalid_value === "null" ? columnsToNull(violations, shape) : undefined;
    const fresh = found?.filter((property) => !nulls.includes(property)) ?? [];
    if (fresh.length === 0) throw invalidRecord(shape, violations);
    for (const property of fresh) setNull(record, paths.get(property) ?? [property]);
    nulls.push(...fresh);
    fits = validator(record);
  }
  return nulls;
}

function invalidRecord({ spec }: TableShape, violations: Validator["violations"]): SchemaError {
  const { stream } = spec;
  const said = violations
    .slice(0, 5)
    .map(({ path, message }) => `${path === "" ? "the record" : path} ${message}`);
  const key = violations[0]?.path.split("/")[1];
  return new SchemaError(
    `${stream}: a record does not fit its schema: ${said.join(", ")}. Correct the schema in the catalog, or set on_invalid_value or on_invalid_record.`,
    { stream, violations, ...(key === undefined ? {} : { key }) },
  );
}

/** Makes the value at a path null, or what should be an object on the way. */
function setNull(record: Row, path: readonly string[]): void {
  const [key = "", ...rest] = path;
  const value = record[key];
  if (rest.length > 0 && isObject(value)) setNull(value, rest);
  else record[key] = null;
}
