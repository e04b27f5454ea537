import type { StageFile } from "../../contract.ts";
import { problems } from "../problems.ts";
import type { Work } from "../statements/command.ts";
import { EngineError } from "../values/problem.ts";
import type { OnError } from "./copy-options.ts";
import { csvRows } from "./csv-rows.ts";
import { unpacked } from "./file-bytes.ts";
import type { FileFormatOptions } from "./format-options.ts";
import { jsonRows } from "./json-rows.ts";
import { type BrokenRow, isBroken, type ReadRow } from "./loaded-rows.ts";
import type { FieldPath } from "./path-fields.ts";
import type { StagedTable } from "./staged-table.ts";

/** What came of reading a file. */
export interface FileOutcome {
  readonly file: StageFile;
  rowsParsed: number;
  errorCount: number;
  firstError: FirstError | null;
}

/** A file's first error, as COPY's result has it. */
export interface FirstError {
  readonly message: string;
  readonly line: number | null;
  readonly character: number | null;
  readonly column: string | null;
}

/** What files are read for. */
export interface StagingPlan {
  readonly stageId: string;
  readonly format: FileFormatOptions;
  readonly onError: OnError;
  readonly expectedFields: number | null;
  readonly paths: readonly FieldPath[];
  readonly staged: StagedTable;
}

/** Reads one file into the staged table. Its number there is `number`. With ABORT_STATEMENT the first broken row is thrown. */
export async function stageFile(
  work: Work,
  plan: StagingPlan,
  { file, number }: { file: StageFile; number: number },
): Promise<FileOutcome> {
  const outcome: FileOutcome = { file, rowsParsed: 0, errorCount: 0, firstError: null };
  const { session, signal } = work;
  const { format, stageId } = plan;
  const bytes = unpacked({
    path: file.path,
    compression: format.compression,
    signal,
    open: () => session.parts.files.open(stageId, file.path),
  });
  const batches =
    format.type === "JSON" ? jsonRows(bytes, { format, paths: plan.paths }) : csvRows(bytes, format);
  try {
    for await (const rows of batches) {
      signal.throwIfAborted();
      for (const row of rows) takeRow(plan, { row, number, outcome });
    }
  } catch (error) {
    if (plan.onError === "ABORT_STATEMENT" || !(error instanceof EngineError)) throw error;
    noteError(outcome, { message: error.problem.message, line: null, character: null, column: null });
  }
  return outcome;
}

function takeRow(
  plan: StagingPlan,
  { row, number, outcome }: { row: ReadRow; number: number; outcome: FileOutcome },
): void {
  outcome.rowsParsed += 1;
  const broken = isBroken(row) ? row : miscounted(plan, row.fields.length, outcome.rowsParsed);
  if (broken === null) {
    if (!isBroken(row)) plan.staged.append(number, outcome.rowsParsed, row.fields);
    return;
  }
  if (plan.onError === "ABORT_STATEMENT") throw abortedBy(broken, outcome);
  const { problem, line, character } = broken;
  noteError(outcome, { message: problem.problem.message, line, character, column: null });
}

function miscounted({ expectedFields }: StagingPlan, fields: number, line: number): BrokenRow | null {
  if (expectedFields === null || fields === expectedFields) return null;
  const problem = problems.failed(
    "100080",
    "22000",
    `Number of columns in file (${fields}) does not match that of the corresponding table (${expectedFields}), use file format option error_on_column_count_mismatch=false to ignore this error`,
  );
  return { problem, line, character: 1 };
}

/** Notes an error of a row or of a file. */
export function noteError(outcome: FileOutcome, error: FirstError): void {
  outcome.errorCount += 1;
  outcome.firstError ??= error;
}

function abortedBy({ problem, line, character }: BrokenRow, { file, rowsParsed }: FileOutcome): EngineError {
  return inFile(problem, { path: file.path, line, character, row: rowsParsed });
}

/** Says in which file, and where in it, a row is that made COPY stop. */
export function inFile(
  { problem: { code, sqlState, message } }: EngineError,
  { path, line, character, row }: { path: string; line: number; character: number; row: number },
): EngineError {
  return problems.failed(
    code,
    sqlState,
    `${message}\n  File '${path}', line ${line}, character ${character}\n  Row ${row}\n  ${advice}`,
  );
}

const advice =
  "If you would like to continue loading when an error is encountered, use other values such as 'SKIP_FILE' or 'CONTINUE' for the ON_ERROR option. For more information on loading options, please run 'info loading_data' in a SQL client.";
