import type { SpooledBatch, SpoolFile } from "@chorale/target-sdk";
import { type LineValue, quoteName, quoteTable, type Statement } from "@chorale/target-sdk/sql";
import { orderColumns } from "./dialect.ts";
import { snowflakeText } from "./literals.ts";
import { type StageName, stageReference } from "./names.ts";
import { lineFields, type StagingTable } from "./staging-table.ts";

/** Where a batch's files are in a stage. */
export interface StagedFiles {
  readonly stage: StageName;
  /** The batch's folder, which ends in a slash. */
  readonly path: string;
  readonly batch: Pick<SpooledBatch, "files" | "root">;
}

/** A COPY, and how many files it reads. */
export interface FilesCopy {
  readonly statement: Statement;
  readonly files: number;
}

/** One COPY takes no more files than this by their names. */
const maxFiles = 1000;

/**
 * Answers the name of a batch's file in its folder, counted from 1: their order is that of the records.
 *
 * @example
 * ```ts
 * stagedFileName(1, { compression: "zstd" }); // "0001.json.zst"
 * ```
 */
export function stagedFileName(number: number, { compression }: Pick<SpoolFile, "compression">): string {
  return `${String(number).padStart(4, "0")}.json${extensions[compression]}`;
}

/**
 * Copies a batch's files into its table, values as they are: nothing is cast, so that COPY fails of broken JSON
 * alone. One statement for up to 1,000 files.
 *
 * @example
 * ```ts
 * for (const { statement, files } of copyFiles(table, { stage, path, batch })) {
 *   copiedRows(await connection.execute(statement), { files });
 * }
 * ```
 */
export function copyFiles(
  { name, fields }: StagingTable,
  { stage, path, batch }: StagedFiles,
): readonly FilesCopy[] {
  const values = lineFields(fields);
  const columns = [orderColumns.file, orderColumns.row, ...values.map(({ source }) => quoteName(source))];
  const selected = [
    "METADATA$FILENAME",
    "METADATA$FILE_ROW_NUMBER",
    ...values.map(({ from }) => linePath(from, batch.root)),
  ];
  const files = batch.files.map((file, index) => snowflakeText(stagedFileName(index + 1, file)));
  const [file] = batch.files;
  const format = [
    "TYPE = JSON",
    `COMPRESSION = ${compressions[file?.compression ?? "none"]}`,
    "STRIP_OUTER_ARRAY = FALSE",
    "STRIP_NULL_VALUES = FALSE",
    // Else the text \N would become NULL.
    "NULL_IF = ()",
  ];
  return chunksOf(files, maxFiles).map((chunk) => {
    const sql =
      `COPY INTO ${quoteTable(name)} (${columns.join(", ")}) ` +
      `FROM (SELECT ${selected.join(", ")} FROM ${stageReference(stage, path)}) ` +
      `FILES = (${chunk.join(", ")}) FILE_FORMAT = (${format.join(" ")}) ON_ERROR = ABORT_STATEMENT PURGE = FALSE`;
    return { statement: { sql }, files: chunk.length };
  });
}

/** Removes the files of a batch from the stage. */
export function removeFiles({ stage, path }: Pick<StagedFiles, "stage" | "path">): Statement {
  return { sql: `REMOVE ${stageReference(stage, path)}` };
}

const extensions = { zstd: ".zst", gzip: ".gz", none: "" } as const;
const compressions = { zstd: "ZSTD", gzip: "GZIP", none: "NONE" } as const;

function linePath({ in: place, path }: LineValue, root: SpooledBatch["root"]): string {
  const keys = place === "record" && root === "record" ? ["record", ...path] : path;
  return `$1:${keys.map(quoteName).join(".")}`;
}

function chunksOf<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  const chunks: (readonly Item[])[] = [];
  for (let at = 0; at < items.length; at += size) chunks.push(items.slice(at, at + size));
  return chunks;
}
