import { posix } from "node:path";
import type { StatementResult } from "./driver-statement.ts";
import { snowflakeText } from "./literals.ts";

/** A file that goes into the stage. */
export interface UploadFile {
  /** Where it is. */
  readonly path: string;
  /** Its path in the stage; its ending says how it is compressed: `.zst`, `.gz`, or neither. */
  readonly name: string;
  readonly bytes: number;
}

/**
 * Writes the statement that puts a file into a stage, from the folder in which it has its name in the stage: so nothing of
 * that folder's path has to be quoted, and the driver, which takes the path apart again, cannot misread it. `stage` is spelled as SQL wants it
 * after the @. The file is never compressed by the driver, and replaces one of its name.
 */
export function putStatement(stage: string, { name }: Pick<UploadFile, "name">): string {
  const source = snowflakeText(`file://${posix.basename(name)}`);
  const folder = posix.dirname(name);
  const target = snowflakeText(folder === "." ? `@${stage}/` : `@${stage}/${folder}/`);
  return `PUT ${source} ${target} AUTO_COMPRESS=FALSE OVERWRITE=TRUE`;
}

/** Answers why a PUT's result does not say that the whole file is in the stage; undefined when it does. */
export function putProblem(
  { columns, rows }: Pick<StatementResult, "columns" | "rows">,
  { name, bytes }: Pick<UploadFile, "name" | "bytes">,
): string | undefined {
  const [row] = rows;
  if (row === undefined || rows.length > 1) return `the driver reports ${rows.length} files for one`;
  const cellOf = (column: string): string | null => row[columns.indexOf(column)] ?? null;
  const status = cellOf("status");
  if (status !== "UPLOADED") return `its status is ${status ?? "unknown"}${detail(cellOf("message"))}`;
  const target = cellOf("target");
  if (target !== posix.basename(name)) return `it was put there as ${target ?? "nothing"}`;
  const size = cellOf("targetSize");
  return size === String(bytes) ? undefined : `${size ?? "no"} bytes were put there instead of ${bytes}`;
}

function detail(message: string | null): string {
  return message === null || message === "" ? "" : ` (${message.replaceAll(/\s+/g, " ").slice(0, 300)})`;
}
