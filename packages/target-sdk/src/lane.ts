import {
  type ConnectorError,
  isObject,
  type JsonSchema,
  type Logger,
  ProtocolError,
  parseMessage,
  SchemaError,
  type Validator,
} from "@chorale/singer";
import type { StreamCounts } from "./counts.ts";
import type { Quarantine } from "./quarantine.ts";
import type { RecordVersions } from "./record-versions.ts";
import { columnsToNull } from "./repair.ts";
import { createRewriter, type Rewriter, type RewrittenLine } from "./rewrite.ts";
import type { TargetSettings } from "./settings.ts";
import { hasUnsafeBytes } from "./unsafe-bytes.ts";
import type { TableShape } from "./warehouse.ts";

/** Where a line came from, and what is known of it. */
export interface LinePlace {
  /** Counted from 1; absent when the messages came from code. */
  readonly lineNumber: number | undefined;
  /** The file of a BATCH message that the line is in. */
  readonly file: string | undefined;
  /** Whether the line is among bytes that hold anything that some warehouse cannot take. */
  readonly mayBeUnsafe: boolean;
  /** Whether the message is spelled so oddly that only a parser can tell what it says. */
  readonly mustRewrite: boolean;
}

/** What a lane needs. */
export interface LaneOptions {
  readonly shape: TableShape;
  readonly root: "record" | "line";
  /** Absent when records are not validated: then lines are not parsed unless they have to be rewritten. */
  readonly validator: Validator | undefined;
  readonly settings: Pick<TargetSettings, "on_invalid_value" | "on_invalid_record">;
  readonly counts: StreamCounts;
  readonly versions: RecordVersions;
  readonly quarantine: Quarantine;
  readonly log: Logger;
}

/** Decides how the lines of one stream are staged. */
export interface Lane {
  /**
   * Answers the same line when its bytes are staged as they came, a text when it had to be rewritten, and
   * undefined when it is left out. Throws `SchemaError` or `ProtocolError`, which name the line.
   */
  take(line: Buffer, place: LinePlace): Buffer | string | undefined;
  /** Whether a line without unsafe bytes is staged as it came, whatever it says. */
  readonly isOpen: boolean;
}

/** Makes the lane of a stream whose table has a certain shape. */
export function createLane(options: LaneOptions): Lane {
  const { shape, root, settings } = options;
  const rewriter = createRewriter({ shape, root, onInvalidValue: settings.on_invalid_value });
  const context: Context = {
    ...options,
    rewriter,
    columns: new Set([deletedAt, ...shape.columns.map(({ property }) => property)]),
    warned: { replaced: false },
  };
  return {
    isOpen: options.validator === undefined && shape.lane.rewriteAll === undefined,
    take(line, place) {
      try {
        return accept(context, { line, place });
      } catch (error) {
        return refuse(context, { line, place, error });
      }
    },
  };
}

/** Answers how an error names a line. */
export function nameOf({ lineNumber, file }: Pick<LinePlace, "lineNumber" | "file">): string {
  const line = lineNumber === undefined ? "message" : `line ${lineNumber}`;
  return file === undefined ? line : `${file}, ${line}`;
}

/** Answers the schema with null allowed in every property that is no key: what `on_invalid_value: null` checks by. */
export function withNullsAllowed(schema: JsonSchema, keyProperties: readonly string[]): JsonSchema {
  const properties = Object.entries(schema.properties ?? {}).map(([name, property]): [string, JsonSchema] =>
    keyProperties.includes(name) ? [name, property] : [name, withNull(property)],
  );
  return { ...schema, properties: Object.fromEntries(properties) };
}

function withNull(property: JsonSchema): JsonSchema {
  const { type } = property;
  const hasList = "enum" in property || "const" in property;
  return type === undefined || hasList
    ? { anyOf: [{ type: "null" }, property] }
    : { ...property, type: ["null", ...[type].flat()] };
}

interface Context extends LaneOptions {
  readonly rewriter: Rewriter;
  readonly columns: ReadonlySet<string>;
  readonly warned: { replaced: boolean };
}

interface PlacedLine {
  readonly line: Buffer;
  readonly place: LinePlace;
}

type Row = Record<string, unknown>;

/** The source's own mark of a deleted row is read from every line, whether its schema names it or not. */
const deletedAt = "_sdc_deleted_at";

function accept(context: Context, { line, place }: PlacedLine): Buffer | string {
  const { shape, validator } = context;
  const { rewriteAll, unsafeBytes, unsafeRecord } = shape.lane;
  const record = validator === undefined ? undefined : parseRecord(context, { line, place });
  let nulls: readonly string[] = [];
  if (record !== undefined && validator !== undefined) {
    requireKeys(context, record);
    if (!validator(record)) nulls = nullsThatHelp(context, { record, validator });
    countDropped(context, record);
  }
  const isSafe =
    rewriteAll === undefined &&
    !place.mustRewrite &&
    nulls.length === 0 &&
    !(place.mayBeUnsafe && hasUnsafeBytes(line, unsafeBytes)) &&
    !(record !== undefined && unsafeRecord?.(record) === true);
  return isSafe ? line : rewrite(context, { line, place, nulls });
}

function parseRecord(context: Context, { line, place }: PlacedLine): Row {
  const { root, shape, versions } = context;
  const value = parseObject(context, { line, place });
  if (root === "line") return value;
  const { record } = value;
  if (!isObject(record) || value["stream"] !== shape.spec.stream) throw malformed(context, { line, place });
  versions.note(value["version"]);
  return record;
}

function parseObject(context: Context, { line, place }: PlacedLine): Row {
  try {
    const value: unknown = JSON.parse(line.toString());
    if (isObject(value)) return value;
  } catch {
    // What is wrong is said below.
  }
  throw malformed(context, { line, place });
}

function malformed({ root, shape }: Context, { line, place }: PlacedLine): ConnectorError {
  const { lineNumber } = place;
  if (root === "record" && place.file === undefined) {
    try {
      parseMessage(line, lineNumber === undefined ? {} : { lineNumber });
    } catch (error) {
      if (ProtocolError.isInstance(error)) return error;
      throw error;
    }
  }
  const excerpt = line.toString("utf8", 0, 120);
  return new ProtocolError(
    `${nameOf(place)}: not a record of ${shape.spec.stream} in JSON: ${excerpt}. Look at what wrote it.`,
    { excerpt, ...(lineNumber === undefined ? {} : { lineNumber }) },
  );
}

function requireKeys({ shape }: Context, record: Row): void {
  const { stream, keyProperties } = shape.spec;
  for (const key of keyProperties) {
    if (Object.hasOwn(record, key) && record[key] !== null) continue;
    const what = Object.hasOwn(record, key) ? "is null" : "is missing";
    throw new SchemaError(
      `${stream}: the key property "${key}" ${what}. A key identifies its row: correct the tap's key_properties or its data.`,
      { stream, key },
    );
  }
}

/** Answers the columns that have to be null for the record to fit; a validator names one violation at a time. */
function nullsThatHelp(
  { shape, settings }: Context,
  { record, validator }: { record: Row; validator: Validator },
): readonly string[] {
  const nulls: string[] = [];
  let fits = false;
  while (!fits) {
    const { violations } = validator;
    const found = settings.on_invalid_value === "null" ? columnsToNull(violations, shape) : undefined;
    const fresh = found?.filter((property) => !nulls.includes(property)) ?? [];
    if (fresh.length === 0) throw invalidRecord(shape, violations);
    for (const property of fresh) record[property] = null;
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

function countDropped({ columns, counts }: Context, record: Row): void {
  for (const key in record) {
    if (!columns.has(key)) counts.countDropped(key);
  }
}

type LineToRewrite = PlacedLine & { readonly nulls: readonly string[] };

function rewrite(context: Context, { line, place, nulls }: LineToRewrite): string {
  const { counts, validator, shape, warned, log } = context;
  const rewritten = rewriteOrSay(context, { line, place, nulls });
  counts.countNulled(rewritten.nulled);
  if (validator === undefined) {
    context.versions.noteLines(line);
    for (const key of rewritten.dropped) counts.countDropped(key);
  }
  if (rewritten.replaced && !warned.replaced) {
    const { stream } = shape.spec;
    log.warn(`${stream}: characters that are no valid text are stored as U+FFFD`, { stream });
    warned.replaced = true;
  }
  return rewritten.line;
}

function rewriteOrSay(context: Context, { line, place, nulls }: LineToRewrite): RewrittenLine {
  try {
    return context.rewriter.rewrite(line, { nulls });
  } catch (error) {
    throw ProtocolError.isInstance(error) ? malformed(context, { line, place }) : error;
  }
}

function refuse(
  { settings, counts, quarantine, shape }: Context,
  { line, place, error }: PlacedLine & { error: unknown },
): undefined {
  const { stream } = shape.spec;
  const found = error instanceof RangeError ? tooDeep(stream, error) : error;
  if (!SchemaError.isInstance(found)) throw found;
  switch (settings.on_invalid_record) {
    case "error":
      throw new SchemaError(`${nameOf(place)}: ${found.message}`, {
        stream,
        violations: found.violations,
        cause: found,
        ...(found.key === undefined ? {} : { key: found.key }),
      });
    case "skip":
      counts.skipped += 1;
      return undefined;
    case "quarantine":
      quarantine.put({ stream, lineNumber: place.lineNumber, reason: found.message, line });
      counts.quarantined += 1;
      return undefined;
  }
}

/** Engines throw a `RangeError` when a recursion has no room left. */
function tooDeep(stream: string, cause: RangeError): SchemaError {
  return new SchemaError(
    `${stream}: a record is nested too deeply to be read. Leave that property out of the selection.`,
    { stream, cause },
  );
}
