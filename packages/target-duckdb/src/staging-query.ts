import type { SpooledBatch } from "@chorale/target-sdk";
import {
  deletedAt,
  type MetadataProperty,
  metadataColumns,
  quoteName,
  quoteText,
  type StagedTable,
  type TablePlan,
} from "@chorale/target-sdk/sql";
import {
  guardedReading,
  raise,
  type StagedColumn,
  trustedReading,
  type ValueReading,
} from "./staged-columns.ts";

/** What a staging query is written for. */
export interface StagingOptions {
  readonly batch: SpooledBatch;
  readonly plan: TablePlan;
  /** The staged table's name, quoted. */
  readonly staged: string;
  /** Longer lines are refused by DuckDB's reader, which keeps buffers of twice this size. */
  readonly maxLineBytes: number;
}

/** A query that makes a staged table, and the table's columns. */
export interface StagingQuery {
  readonly sql: string;
  readonly columns: StagedTable["columns"];
}

/** A value of every line, or of every row of the batch. */
interface StagedField {
  readonly column: StagedTable["columns"][number];
  /** SQL over the fields that were read. */
  readonly value: string;
}

/** A part of the line that is read, under a name of its own. */
interface ReadField {
  /** A key of the record, or of the message. */
  readonly key: string;
  readonly in: "record" | "message";
  readonly readAs: ValueReading["readAs"];
  readonly alias: string;
}

interface ReadValue {
  readonly read: ReadField;
  readonly field: StagedField;
}

/**
 * Writes the query that reads a batch's files into a table of their own, in the order of files and lines.
 *
 * Each value is read as text and cast by its column's type. Unless the batch was rewritten, the query
 * fails at the first value that the cast would change.
 */
export function stagingQuery({ batch, plan, staged, maxLineBytes }: StagingOptions): StagingQuery {
  const values = [...recordValues(batch, plan), ...messageValues(batch, plan)];
  const fields = [...values.map(({ field }) => field), ...batchFields(batch, plan)];
  const reads = values.map(({ read }) => read);
  const select = fields.map(({ column, value }) => `${value} AS ${quoteName(column.source)}`).join(", ");
  const source = `SELECT ${selectedReads(reads, batch)} FROM ${readJson(reads, { batch, maxLineBytes })}`;
  return {
    sql: `CREATE TABLE ${staged} AS SELECT ${select} FROM (${source}) WHERE ${rowGuards(batch, reads)}`,
    columns: fields.map(({ column }) => column),
  };
}

function recordValues(batch: SpooledBatch, plan: TablePlan): readonly ReadValue[] {
  const { spec } = batch.shape;
  const declared = new Map(spec.columns.map(({ property, type }) => [property, type]));
  const columns: StagedColumn[] = batch.shape.columns.map(({ property, name, type }) => ({
    property,
    name,
    type,
    declared: declared.get(property) ?? type,
    isKey: spec.keyProperties.includes(property),
  }));
  const reading = batch.rewritten ? trustedReading : guardedReading;
  return [...columns, ...sourceMark(batch, plan)].map((column, index) => {
    const alias = `c${index}`;
    const { readAs, cast } = reading(column);
    return {
      read: { key: column.property, in: "record", readAs, alias },
      field: { column: { name: column.name, source: alias, staged: column.type }, value: cast(alias) },
    };
  });
}

/** The source's mark of a deleted row is read whether its schema names it or not. */
function sourceMark({ shape, hardDelete }: SpooledBatch, { metadata }: TablePlan): readonly StagedColumn[] {
  if (shape.columns.some(({ property }) => property === deletedAt)) return [];
  const kept = metadata.find(({ property }) => property === deletedAt);
  if (kept === undefined && !hardDelete) return [];
  const type = { kind: "timestamp" } as const;
  return [{ name: kept?.name ?? deletedAt, property: deletedAt, type, declared: type, isKey: false }];
}

/** What a RECORD message says of its record. The lines of a BATCH message's files say nothing. */
function messageValues(batch: SpooledBatch, { metadata }: TablePlan): readonly ReadValue[] {
  const reading = batch.rewritten ? trustedReading : guardedReading;
  return metadata.flatMap(({ property, name }): readonly ReadValue[] => {
    const source = messageKeys.get(property);
    if (source === undefined || batch.root === "line") return [];
    const { key, type } = source;
    const { readAs, cast } = reading({ name, property: key, type, declared: type, isKey: false });
    return [
      {
        read: { key, in: "message", readAs, alias: key },
        field: { column: { name, source: property, staged: type }, value: cast(key) },
      },
    ];
  });
}

const messageKeys: ReadonlyMap<MetadataProperty, { key: string; type: StagedColumn["type"] }> = new Map([
  ["_sdc_extracted_at", { key: "time_extracted", type: { kind: "timestamp" } }],
  ["_sdc_table_version", { key: "version", type: { kind: "integer", wide: false } }],
]);

/** What is the same for all rows of a batch. */
function batchFields(
  { times, root, version }: SpooledBatch,
  { metadata }: TablePlan,
): readonly StagedField[] {
  const values: ReadonlyMap<MetadataProperty, string> = new Map([
    ["_sdc_received_at", momentLiteral(times.receivedAt)],
    ["_sdc_batched_at", momentLiteral(times.batchedAt)],
    ["_sdc_sequence", integerLiteral(times.batchedAt.getTime())],
    ["_sdc_sync_started_at", integerLiteral(times.syncStartedAt.getTime())],
    // Bare records say neither when they were extracted nor of which version they are.
    ...(root === "line" ? bareValues(version) : []),
  ]);
  return metadata.flatMap(({ property, name }) => {
    const value = values.get(property);
    const column = metadataColumns.find((each) => each.property === property);
    if (value === undefined || column === undefined) return [];
    return [{ column: { name, source: property, staged: column.type }, value }];
  });
}

function bareValues(version: number | undefined): readonly [MetadataProperty, string][] {
  return [
    ["_sdc_extracted_at", "CAST(NULL AS TIMESTAMP)"],
    ["_sdc_table_version", version === undefined ? "CAST(NULL AS BIGINT)" : integerLiteral(version)],
  ];
}

function integerLiteral(value: number): string {
  return `CAST(${Math.trunc(value)} AS BIGINT)`;
}

function momentLiteral(moment: Date): string {
  return `TIMESTAMP ${quoteText(moment.toISOString().slice(0, -1).replace("T", " "))}`;
}

function selectedReads(reads: readonly ReadField[], { root }: SpooledBatch): string {
  const inRecord = (key: string): string =>
    root === "record" ? `struct_extract(record, ${quoteText(key)})` : quoteName(key);
  const fields = reads.map(({ key, in: place, alias }) => {
    const value = place === "record" ? inRecord(key) : quoteName(key);
    // As text, because casts of JSON take a text for a number.
    return `CAST(${value} AS VARCHAR) AS ${alias}`;
  });
  return [...fields, root === "record" ? "record IS NULL AS lost" : "false AS lost"].join(", ");
}

function readJson(
  reads: readonly ReadField[],
  { batch, maxLineBytes }: { batch: SpooledBatch; maxLineBytes: number },
): string {
  const inRecord = reads.filter((read) => read.in === "record");
  const struct = inRecord.map(({ key, readAs }) => `${quoteName(key)} ${readAs}`).join(", ");
  const recordColumns =
    batch.root === "record"
      ? [["record", inRecord.length === 0 ? "JSON" : `STRUCT(${struct})`]]
      : inRecord.map(({ key, readAs }) => [key, readAs]);
  const messageColumns = reads
    .filter((read) => read.in === "message")
    .map(({ key, readAs }) => [key, readAs]);
  const columns = [...recordColumns, ...messageColumns].map(
    ([name = "", type = ""]) => `${quoteText(name)}: ${quoteText(type)}`,
  );
  const paths = batch.files.map(({ path }) => quoteText(plainPath(path))).join(", ");
  return (
    `read_json([${paths}], format = 'newline_delimited', columns = {${columns.join(", ")}}, ` +
    `compression = '${compressionOf(batch)}', hive_partitioning = false, ` +
    `maximum_object_size = ${maxLineBytes}, ignore_errors = false)`
  );
}

/** All files of a batch are compressed alike, as the session asked for. */
function compressionOf({ files }: SpooledBatch): string {
  const [file] = files;
  return file === undefined || file.compression === "none" ? "uncompressed" : file.compression;
}

/** DuckDB takes every path for a pattern. */
function plainPath(path: string): string {
  return path.replaceAll(/[*?[]/g, (character) => `[${character}]`);
}

function rowGuards({ shape }: SpooledBatch, reads: readonly ReadField[]): string {
  const keys = shape.spec.keyProperties.flatMap((key) => {
    const read = reads.find((each) => each.in === "record" && each.key === key);
    const reason = raise(`the key "${key}" of a record is null or missing`);
    return read === undefined ? [] : [`WHEN ${read.alias} IS NULL THEN ${reason}`];
  });
  return `CASE WHEN lost THEN ${raise("a line has no object in record")} ${keys.join(" ")} ELSE true END`;
}
