import { isObject, SchemaError } from "@chorale/singer";
import { leavesWithin, type PropertyTree, pathOf, propertyTree, valueAt } from "./flattening.ts";
import { createSizeCheck, type Oversize, type SizeCheck, type SizeRules } from "./sizes.ts";
import { createConverter, type InvalidValue, invalidValueOf, type ValueConverter } from "./values.ts";
import type { TableShape } from "./warehouse.ts";

/** What became of values that are not written as they are. */
export interface Findings {
  /** Properties that become null, whatever they hold. */
  readonly nulls: readonly string[];
  readonly nulled: string[];
  readonly truncated: string[];
  readonly dropped: string[];
}

/** How the records of one table are written. */
export interface RecordForm {
  readonly stream: string;
  readonly keys: readonly Key[];
  readonly columns: PropertyTree<WrittenColumn>;
  readonly onInvalidValue: "error" | "null";
  readonly onOversize: SizeRules["onOversize"];
}

interface Key {
  readonly property: string;
  readonly path: readonly string[];
}

interface WrittenColumn {
  readonly property: string;
  /** The property as a JSON key, with its colon. */
  readonly prefix: string;
  readonly isKey: boolean;
  readonly convert: ValueConverter;
  readonly checkSize: SizeCheck | undefined;
}

interface Context {
  readonly form: RecordForm;
  readonly findings: Findings;
}

/** The source's own mark of a deleted row is read from the line, whether its schema names it or not. */
const deletedAt = "_sdc_deleted_at";
const anySize: SizeRules = { onOversize: "error" };

/** Makes the form of a table's records. */
export function createRecordForm(
  { spec, columns }: TableShape,
  { onInvalidValue, sizes = anySize }: Pick<RecordForm, "onInvalidValue"> & { sizes?: SizeRules | undefined },
): RecordForm {
  const specs = new Map(spec.columns.map((column) => [column.property, column]));
  const written = columns.map(({ property, type }): [readonly string[], WrittenColumn] => [
    pathOf(specs.get(property) ?? { property, type }),
    {
      property,
      prefix: `${JSON.stringify(property)}:`,
      isKey: spec.keyProperties.includes(property),
      convert: createConverter(type, specs.get(property)?.type),
      checkSize: createSizeCheck(type, sizes),
    },
  ]);
  const mark: WrittenColumn = {
    property: deletedAt,
    prefix: `"${deletedAt}":`,
    isKey: false,
    convert: createConverter({ kind: "timestamp" }),
    checkSize: undefined,
  };
  return {
    stream: spec.stream,
    keys: spec.keyProperties.map((property) => ({ property, path: specs.get(property)?.path ?? [property] })),
    columns: propertyTree([[[deletedAt], mark], ...written]),
    onInvalidValue,
    onOversize: sizes.onOversize,
  };
}

/** Writes a record: each value under its property, in the form that its column is loaded from. Throws `SchemaError`. */
export function recordText(record: unknown, context: Context): string {
  const { stream, keys } = context.form;
  if (!isObject(record)) {
    throw new SchemaError(`${stream}: a RECORD has no object "record". Look at the tap that wrote it.`, {
      stream,
    });
  }
  for (const key of keys) requireKey(record, { key, stream });
  return `{${valuesText(record, { ...context, columns: context.form.columns, parents: [] })}}`;
}

/** Answers the error of a value that cannot be stored. */
export function unstorable(
  invalid: string,
  { stream, property, advice }: { stream: string; property: string; advice: string },
): SchemaError {
  return new SchemaError(`${stream}: "${property}" cannot be stored: ${invalid}. ${advice}`, {
    stream,
    key: property,
    violations: [{ path: `/${property.replaceAll("~", "~0").replaceAll("/", "~1")}`, message: invalid }],
  });
}

/** One object of a record, and the columns of what it holds. */
interface Level extends Context {
  readonly columns: PropertyTree<WrittenColumn>;
  readonly parents: readonly string[];
}

/** A value's column, and what is written around it. */
interface Place {
  readonly column: WrittenColumn;
  readonly context: Context;
}

function valuesText(values: Readonly<Record<string, unknown>>, level: Level): string {
  let text = "";
  for (const property of Object.keys(values)) {
    const column = level.columns.leaves.get(property);
    const written =
      column === undefined
        ? withinText(values[property], { ...level, parents: [...level.parents, property] })
        : column.prefix + valueText(values[property], { column, context: level });
    if (written !== "") text += text === "" ? written : `,${written}`;
  }
  return text;
}

/** Writes what lies within an object that has no column of its own; nothing where it has none either. */
function withinText(value: unknown, level: Level): string {
  const { columns, parents, form, findings } = level;
  const branch = columns.branches.get(parents.at(-1) ?? "");
  if (branch === undefined) {
    findings.dropped.push(parents.join("."));
    return "";
  }
  if (value === null) return "";
  if (isObject(value)) return valuesText(value, { ...level, columns: branch });
  const within = leavesWithin(branch);
  const isKey = within.some((column) => column.isKey);
  allowNull(invalidValueOf(value, "an object"), { property: parents.join("."), isKey, form });
  findings.nulled.push(...within.map(({ property }) => property));
  return "";
}

function valueText(value: unknown, { column, context }: Place): string {
  const { nulls, nulled } = context.findings;
  if (value === null) return "null";
  if (nulls.length > 0 && nulls.includes(column.property)) {
    nulled.push(column.property);
    return "null";
  }
  const converted = column.convert(value);
  if (typeof converted !== "string") {
    allowNull(converted, { ...column, form: context.form });
    nulled.push(column.property);
    return "null";
  }
  const oversize = column.checkSize?.(value, converted);
  return oversize === undefined ? converted : oversizeText(oversize, { column, context });
}

function oversizeText({ invalid, cut }: Oversize, { column, context }: Place): string {
  const { stream, onOversize } = context.form;
  const { property, isKey } = column;
  if (isKey || onOversize === "error") {
    const advice = isKey
      ? "A key is never cut or set to null: correct the tap's data or its schema."
      : "Leave it out of the selection, or set on_oversize to null or truncate.";
    throw unstorable(invalid, { stream, property, advice });
  }
  if (onOversize === "truncate" && cut !== undefined) {
    context.findings.truncated.push(property);
    return cut;
  }
  context.findings.nulled.push(property);
  return "null";
}

/** Throws unless an invalid value may become null. */
function allowNull(
  { invalid }: InvalidValue,
  { property, isKey, form }: { property: string; isKey: boolean; form: RecordForm },
): void {
  if (form.onInvalidValue === "null" && !isKey) return;
  throw unstorable(invalid, {
    stream: form.stream,
    property,
    advice: isKey
      ? "A key is never set to null: correct the tap's data or its schema."
      : 'Correct the tap\'s schema, or set on_invalid_value to "null".',
  });
}

function requireKey(
  record: Readonly<Record<string, unknown>>,
  { key, stream }: { key: Key; stream: string },
): void {
  const value = valueAt(record, key.path);
  if (value !== null && value !== undefined) return;
  const what = value === null ? "is null" : "is missing";
  throw new SchemaError(
    `${stream}: the key property "${key.property}" ${what} in a record. A key identifies its row: correct the tap's key_properties or its data.`,
    { stream, key: key.property },
  );
}
