import {
  type ConnectorError,
  isObject,
  type Logger,
  ProtocolError,
  parseMessage,
  SchemaError,
  type Validator,
} from "@chorale/singer";
import type { StreamCounts } from "./counts.ts";
import { type PropertyTree, pathOf, propertyTree, valueAt } from "./flattening.ts";
import { nullsThatHelp } from "./null-columns.ts";
import type { Quarantine } from "./quarantine.ts";
import type { RecordVersions } from "./record-versions.ts";
import { createRewriter, type Rewriter, type RewrittenLine } from "./rewrite.ts";
import type { TargetSettings } from "./settings.ts";
import { harmlessLineBytes, type SizeRules, sizeRulesOf } from "./sizes.ts";
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

/** The settings that a lane obeys. */
export type LaneSettings = Pick<
  TargetSettings,
  "on_invalid_value" | "on_invalid_record" | "max_string_bytes" | "max_json_bytes" | "on_oversize"
>;

/** What a lane needs. */
export interface LaneOptions {
  readonly shape: TableShape;
  readonly root: "record" | "line";
  /** Absent when records are not validated: then lines are not parsed unless they have to be rewritten. */
  readonly validator: Validator | undefined;
  readonly settings: LaneSettings;
  readonly counts: StreamCounts;
  readonly versions: RecordVersions;
  readonly quarantine: Quarantine;
  readonly log: Logger;
  /** Whether keys without a column were counted when the lines were read, and are not to be counted again. */
  readonly isDroppedCounted?: boolean;
  /** Whether every line has to be rewritten from now on, or for a while. @default never */
  readonly mustRewrite?: () => boolean;
}

/** Decides how the lines of one stream are staged. */
export interface Lane {
  /**
   * Answers the same line when its bytes are staged as they came, a text when it had to be rewritten, and
   * undefined when it is left out. Throws `SchemaError` or `ProtocolError`, which name the line.
   */
  take(line: Buffer, place: LinePlace): Buffer | string | undefined;
  /** Tells whether a line is staged as it came, whatever it says, unless it holds unsafe bytes. */
  isOpenTo(line: Buffer): boolean;
  /**
   * Whether a batch must not have both lines that were rewritten and lines that came so: those of flattened objects have
   * two forms.
   */
  readonly hasTwoForms: boolean;
}

/** Makes the lane of a stream whose table has a certain shape. */
export function createLane(options: LaneOptions): Lane {
  const { shape, root, settings } = options;
  const sizes = sizeRulesOf(settings);
  const rewriter = createRewriter({ shape, root, onInvalidValue: settings.on_invalid_value, sizes });
  const paths = shape.spec.columns.map(pathOf);
  const context: Context = {
    ...options,
    rewriter,
    paths: new Map(shape.spec.columns.map((column) => [column.property, pathOf(column)])),
    columns: propertyTree([[[deletedAt], true], ...paths.map((path) => [path, true] as const)]),
    maxBytes: maxBytesOf(shape, sizes),
    isFlattened: paths.some((path) => path.length > 1),
    seen: { replaced: false, rewritten: false },
  };
  const isOpen = options.validator === undefined && shape.lane.rewriteAll === undefined;
  return {
    isOpenTo: (line) => isOpen && !hasToFollow(context) && line.length <= context.maxBytes,
    hasTwoForms: context.isFlattened,
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

interface Context extends LaneOptions {
  readonly rewriter: Rewriter;
  /** Where the value of a property is. */
  readonly paths: ReadonlyMap<string, readonly string[]>;
  readonly columns: PropertyTree<true>;
  /** A longer line is rewritten. */
  readonly maxBytes: number;
  readonly isFlattened: boolean;
  /** What was so with an earlier line. */
  readonly seen: { replaced: boolean; rewritten: boolean };
}

interface PlacedLine {
  readonly line: Buffer;
  readonly place: LinePlace;
}

type Row = Record<string, unknown>;

/** The source's own mark of a deleted row is read from every line, whether its schema names it or not. */
const deletedAt = "_sdc_deleted_at";

/** A value has no more bytes than its line, so that a shorter one can hold none that is too long. */
function maxBytesOf({ spec, columns, lane }: TableShape, sizes: SizeRules): number {
  const types = [...columns, ...spec.columns].map(({ type }) => type);
  return Math.min(lane.longLineBytes ?? Number.POSITIVE_INFINITY, harmlessLineBytes(types, sizes));
}

/**
 * Whether a line is rewritten because others were: those of a batch that was refused, or an earlier one where objects are
 * flattened. There the lines of one batch are either all nested or all flat, and going back and forth would make many
 * small batches.
 */
function hasToFollow({ isFlattened, seen, mustRewrite }: Context): boolean {
  return (isFlattened && seen.rewritten) || mustRewrite?.() === true;
}

function accept(context: Context, { line, place }: PlacedLine): Buffer | string {
  const { shape, validator } = context;
  const { rewriteAll, unsafeBytes, unsafeRecord } = shape.lane;
  const record = validator === undefined ? undefined : parseRecord(context, { line, place });
  let nulls: readonly string[] = [];
  if (record !== undefined && validator !== undefined) {
    requireKeys(context, record);
    if (!validator(record)) nulls = nullsThatHelp(record, { ...context, validator });
    countDropped(record, { ...context, parents: "" });
  }
  const isSafe =
    rewriteAll === undefined &&
    !place.mustRewrite &&
    !hasToFollow(context) &&
    line.length <= context.maxBytes &&
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

function requireKeys({ shape, paths }: Context, record: Row): void {
  const { stream, keyProperties } = shape.spec;
  for (const key of keyProperties) {
    const value = valueAt(record, paths.get(key) ?? [key]);
    if (value !== null && value !== undefined) continue;
    const what = value === null ? "is null" : "is missing";
    throw new SchemaError(
      `${stream}: the key property "${key}" ${what}. A key identifies its row: correct the tap's key_properties or its data.`,
      { stream, key },
    );
  }
}

/** The parents of what is dropped end in a point. */
function countDropped(
  record: Row,
  { columns, counts, parents }: Pick<Context, "columns" | "counts"> & { readonly parents: string },
): void {
  for (const key in record) {
    if (columns.leaves.has(key)) continue;
    const branch = columns.branches.get(key);
    const value = record[key];
    if (branch === undefined) counts.countDropped(parents + key);
    else if (isObject(value)) countDropped(value, { columns: branch, counts, parents: `${parents}${key}.` });
  }
}

type LineToRewrite = PlacedLine & { readonly nulls: readonly string[] };

function rewrite(context: Context, { line, place, nulls }: LineToRewrite): string {
  const { counts, validator, shape, seen, log, isDroppedCounted = false } = context;
  const rewritten = rewriteOrSay(context, { line, place, nulls });
  seen.rewritten = true;
  counts.countNulled(rewritten.nulled);
  counts.countTruncated(rewritten.truncated);
  if (validator === undefined) {
    context.versions.noteLines(line);
    if (!isDroppedCounted) for (const key of rewritten.dropped) counts.countDropped(key);
  }
  if (rewritten.replaced && !seen.replaced) {
    const { stream } = shape.spec;
    log.warn(`${stream}: characters that are no valid text are stored as U+FFFD`, { stream });
    seen.replaced = true;
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
