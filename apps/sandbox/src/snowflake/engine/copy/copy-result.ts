import type { RowsResult, StageFile } from "../../contract.ts";
import { rowsAnswer, statusAnswer } from "../statements/answers.ts";
import { statementTypes } from "../statements/command.ts";
import { integerType, textType } from "../values/types.ts";
import type { CopyOptions } from "./copy-options.ts";
import type { FileOutcome } from "./stage-rows.ts";

/** What COPY answers about a file. */
export interface CopyLine extends FileOutcome {
  readonly rowsLoaded: number;
  readonly isSkipped?: boolean;
}

const columns = [
  ["file", textType],
  ["status", textType],
  ["rows_parsed", integerType],
  ["rows_loaded", integerType],
  ["error_limit", integerType],
  ["errors_seen", integerType],
  ["first_error", textType],
  ["first_error_line", integerType],
  ["first_error_character", integerType],
  ["first_error_column_name", textType],
] as const;

/** Answers about a file that the table holds already. */
export function skippedLine(file: StageFile): CopyLine {
  const firstError = { message: "File was loaded before.", line: null, character: null, column: null };
  return { file, rowsParsed: 0, rowsLoaded: 0, errorCount: 0, firstError, isSkipped: true };
}

/** Answers a COPY: a line for each file, or one status when there was no file. */
export function copyAnswer(
  lines: readonly CopyLine[],
  { onError, returnFailedOnly }: CopyOptions,
): RowsResult {
  const shown = lines.filter((line) => !returnFailedOnly || line.errorCount > 0);
  if (lines.length === 0) return statusAnswer(statementTypes.copy, "Copy executed with 0 files processed.");
  return rowsAnswer(
    statementTypes.copy,
    columns,
    shown.map((line) => {
      const { firstError, rowsParsed, rowsLoaded, errorCount } = line;
      const errorLimit = onError === "CONTINUE" ? Math.max(rowsParsed, 1) : 1;
      return [
        line.file.path,
        statusOf(line),
        String(rowsParsed),
        String(rowsLoaded),
        String(errorLimit),
        String(errorCount),
        firstError?.message ?? null,
        text(firstError?.line),
        text(firstError?.character),
        firstError?.column ?? null,
      ];
    }),
  );
}

function text(number: number | null | undefined): string | null {
  return number === null || number === undefined ? null : String(number);
}

function statusOf({ isSkipped, errorCount, rowsLoaded }: CopyLine): string {
  if (isSkipped === true) return "LOAD_SKIPPED";
  if (errorCount === 0) return "LOADED";
  return rowsLoaded > 0 ? "PARTIALLY_LOADED" : "LOAD_FAILED";
}
