import { ConnectorError, LoadError } from "@chorale/singer";

/** What was being done when DuckDB failed. */
export interface FailedWork {
  /** In words: "load 10 rows into main.users". */
  readonly what: string;
  readonly stream?: string;
  readonly table?: string;
  readonly rows?: number;
}

const ioExitCode = 74;
const fullDisk = /no space left on device|disk quota exceeded|file too large|ENOSPC|EDQUOT|EFBIG/i;
const outOfMemory = /out of memory error|could not allocate block/i;
const outOfTempSpace = /max_temp_directory_size/i;
const conflict = /transaction conflict|conflict on (update|tuple)|catalog write-write conflict/i;
/** What DuckDB says of a file, or of a value in it, that it cannot take. */
const badInput =
  /^(invalid input|conversion|serialization|invalid type|out of range|parser) error|malformed json/i;

/** Answers what a caught error says, on one line and without DuckDB's advice. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [first = ""] = message.split(
    /\n\s*(?:LINE [0-9]+:|Try |Hint|Possible solutions|See also|Candidates)/,
  );
  return first
    .replaceAll(/\s+/g, " ")
    .trim()
    .replace(/[.!]+$/, "");
}

/** Answers why a file cannot be taken, without what its records hold. */
export function refusalOf(error: unknown): string {
  return messageOf(error)
    .replace(/^invalid input error: /i, "")
    .replace(/in file ".*?", /, "")
    .replace(/(but got [A-Z]+): .*$/, "$1")
    .replace(/Object .* has duplicate key .*$/, "a record has a duplicate key");
}

/** Whether the error is about the lines of a file, and not about the machine. */
export function isAboutInput(error: unknown): boolean {
  const message = messageOf(error);
  return badInput.test(message) && !isAboutMachine(message);
}

/** Makes the error that a person reads of one that DuckDB threw. */
export function loadError(error: unknown, { what, stream, table, rows }: FailedWork): ConnectorError {
  if (ConnectorError.isInstance(error)) return error;
  const message = messageOf(error);
  if (fullDisk.test(message) && !outOfTempSpace.test(message)) {
    return new ConnectorError(
      `cannot ${what}: the disk is full: ${message}. Free some space and run again.`,
      {
        cause: error,
        exitCode: ioExitCode,
      },
    );
  }
  return new LoadError(`cannot ${what}: ${message}. ${adviceFor(message)}`, {
    cause: error,
    retryable: conflict.test(message),
    ...(stream === undefined ? {} : { stream }),
    ...(table === undefined ? {} : { table }),
    ...(rows === undefined ? {} : { rowCount: rows }),
  });
}

function adviceFor(message: string): string {
  if (outOfTempSpace.test(message)) return "Free space in temp_dir, or name another folder.";
  if (outOfMemory.test(message)) return "Raise memory_limit, or load smaller batches.";
  if (conflict.test(message)) return "Something else wrote the same rows: run again.";
  return "Nothing of it was committed.";
}

function isAboutMachine(message: string): boolean {
  return fullDisk.test(message) || outOfMemory.test(message);
}

/** Whether a line is longer than the reader's buffers; they may be made larger. */
export function isTooLongLine(error: unknown): boolean {
  return /maximum_object_size/i.test(messageOf(error));
}
