import type { SpooledBatch } from "@chorale/target-sdk";
import {
  type ConstantValue,
  columnsOfFields,
  type LineValue,
  quoteName,
  quoteText,
  type StagedField,
  type StagedTable,
  stagedFields,
  type TablePlan,
} from "@chorale/target-sdk/sql";
import { duckdbDialect } from "./dialect.ts";
import { guardedReading, raise, trustedReading, type ValueReading } from "./staged-columns.ts";

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

/** A part of the line that is read, under a name of its own. */
interface ReadField {
  /** A key of the record, or of the message. */
  readonly key: string;
  readonly in: LineValue["in"];
  readonly isKey: boolean;
  readonly readAs: ValueReading["readAs"];
  readonly alias: string;
}

/** A column of the staged table. */
interface ReadColumn {
  readonly source: string;
  /** SQL over the fields that were read. */
  readonly value: string;
  /** Absent when the value is the same for all rows of the batch. */
  readonly read?: ReadField;
}

/**
 * Writes the query that reads a batch's files into a table of their own, in the order of files and lines.
 *
 * Each value is read as text and cast by its column's type. Unless the batch was rewritten, the query
 * fails at the first value that the cast would change.
 */
export function stagingQuery({ batch, plan, staged, maxLineBytes }: StagingOptions): StagingQuery {
  const fields = stagedFields(batch, plan, { dialect: duckdbDialect });
  const columns = fields.map((field) => columnOf(field, batch));
  const reads = columns.flatMap(({ read }) => read ?? []);
  const select = columns.map(({ source, value }) => `${value} AS ${quoteName(source)}`).join(", ");
  const source = `SELECT ${selectedReads(reads, batch)} FROM ${readJson(reads, { batch, maxLineBytes })}`;
  return {
    sql: `CREATE TABLE ${staged} AS SELECT ${select} FROM (${source}) WHERE ${rowGuards(reads)}`,
    columns: columnsOfFields(fields),
  };
}

function columnOf({ source, type, from }: StagedField, { rewritten }: SpooledBatch): ReadColumn {
  if ("constant" in from) return { source, value: literal(from, type) };
  const { property, declared, isKey } = from;
  // The lines of a record with values further down are all rewritten.
  const [key = property] = from.path;
  const { readAs, cast } = (rewritten ? trustedReading : guardedReading)({ property, type, declared });
  // A message's own keys are none of the names that values of the record are read under.
  const alias = from.in === "record" ? source : key;
  return { source, value: cast(alias), read: { key, in: from.in, isKey, readAs, alias } };
}

function literal({ constant }: ConstantValue, type: StagedField["type"]): string {
  if (constant === null) return `CAST(NULL AS ${duckdbDialect.columnType(type)})`;
  if (typeof constant === "number") return `CAST(${Math.trunc(constant)} AS BIGINT)`;
  return `TIMESTAMP ${quoteText(constant.toISOString().slice(0, -1).replace("T", " "))}`;
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

function rowGuards(reads: readonly ReadField[]): string {
  const keys = reads.flatMap(({ key, isKey, alias }) =>
    isKey ? [`WHEN ${alias} IS NULL THEN ${raise(`the key "${key}" of a record is null or missing`)}`] : [],
  );
  return `CASE WHEN lost THEN ${raise("a line has no object in record")} ${keys.join(" ")} ELSE true END`;
}
