import type { OptionValue } from "../catalogue/model.ts";
import { Cursor } from "../parsing/cursor.ts";
import { booleanOption, optionText, parseOption, parseOptionGroup } from "../parsing/options.ts";
import { problems } from "../problems.ts";
import { tokenize } from "../values/tokens.ts";

/** What COPY does with a row, or a file, that cannot be loaded. */
export type OnError = "ABORT_STATEMENT" | "CONTINUE" | "SKIP_FILE";

/** How files' fields find their columns. */
export type ColumnMatch = "NONE" | "CASE_SENSITIVE" | "CASE_INSENSITIVE";

/** The options of a COPY INTO. */
export interface CopyOptions {
  readonly files: readonly string[] | null;
  readonly pattern: RegExp | null;
  /** The format's own options, and the name of a format that has more. */
  readonly format: {
    readonly name: readonly string[] | null;
    readonly options: ReadonlyMap<string, OptionValue>;
  };
  readonly onError: OnError;
  readonly sizeLimit: number | null;
  readonly purge: boolean;
  readonly force: boolean;
  readonly match: ColumnMatch;
  readonly returnFailedOnly: boolean;
  readonly truncates: boolean;
}

const mostFiles = 1000;
const known = new Set([
  "FILES",
  "PATTERN",
  "ON_ERROR",
  "SIZE_LIMIT",
  "PURGE",
  "FORCE",
  "MATCH_BY_COLUMN_NAME",
  "RETURN_FAILED_ONLY",
  "TRUNCATECOLUMNS",
  "ENFORCE_LENGTH",
  "LOAD_UNCERTAIN_FILES",
  "VALIDATION_MODE",
]);

/** Reads the options of a COPY INTO. Throws 001420 for an unknown one, 001008 for a value that it does not take. */
export function parseCopyOptions(cursor: Cursor): CopyOptions {
  const options = new Map<string, OptionValue>();
  let format: CopyOptions["format"] = { name: null, options: new Map() };
  while (!cursor.isAtEnd) {
    if (cursor.takes("FILE_FORMAT")) {
      format = parseFormat(cursor);
      continue;
    }
    const [name, value] = parseOption(cursor) ?? refuse(cursor);
    if (!known.has(name)) throw problems.invalidParameter(name);
    if (options.has(name)) throw problems.other("001424", "22023", `duplicate option '${name}'`);
    options.set(name, value);
    cursor.takesOperator(",");
  }
  if (options.has("VALIDATION_MODE")) throw problems.unsupported("VALIDATION_MODE");
  return { format, ...readOptions(options) };
}

function refuse(cursor: Cursor): never {
  throw cursor.unexpected();
}

function parseFormat(cursor: Cursor): CopyOptions["format"] {
  cursor.expectOperator("=");
  if (!cursor.seesOperator("(")) return { name: formatName(cursor), options: new Map() };
  if (cursor.peek(1)?.value !== "FORMAT_NAME") return { name: null, options: parseOptionGroup(cursor) };
  cursor.next();
  cursor.next();
  cursor.expectOperator("=");
  const name = formatName(cursor);
  cursor.expectOperator(")");
  return { name, options: new Map() };
}

/** Reads a format's name, bare or as a text. */
function formatName(cursor: Cursor): readonly string[] {
  if (cursor.peek()?.kind !== "string") return cursor.dottedName();
  const inner = new Cursor(tokenize(cursor.text()));
  const name = inner.dottedName();
  inner.expectEnd();
  return name;
}

function readOptions(options: ReadonlyMap<string, OptionValue>): Omit<CopyOptions, "format"> {
  const truncates = booleanOption(options, "TRUNCATECOLUMNS", false);
  return {
    files: readFiles(options.get("FILES")),
    pattern: readPattern(options.get("PATTERN")),
    onError: readOnError(options.get("ON_ERROR")),
    sizeLimit: readSizeLimit(options.get("SIZE_LIMIT")),
    purge: booleanOption(options, "PURGE", false),
    force: booleanOption(options, "FORCE", false),
    match: readMatch(options.get("MATCH_BY_COLUMN_NAME")),
    returnFailedOnly: booleanOption(options, "RETURN_FAILED_ONLY", false),
    truncates: truncates || !booleanOption(options, "ENFORCE_LENGTH", true),
  };
}

function readFiles(option: OptionValue | undefined): readonly string[] | null {
  if (option === undefined) return null;
  if (option.kind !== "list" || option.values.length === 0)
    throw problems.invalidValue(optionText(option), "FILES");
  if (option.values.length > mostFiles) {
    throw problems.other(
      "001409",
      "22023",
      `the number of files ${option.values.length} exceeds the maximum of ${mostFiles} for option FILES`,
    );
  }
  return option.values;
}

function readPattern(option: OptionValue | undefined): RegExp | null {
  if (option === undefined) return null;
  if (option.kind !== "text") throw problems.invalidValue(optionText(option), "PATTERN");
  try {
    return new RegExp(`^(?:${option.value})$`, "su");
  } catch {
    throw problems.invalidValue(option.value, "PATTERN");
  }
}

function readOnError(option: OptionValue | undefined): OnError {
  const written = option === undefined ? "ABORT_STATEMENT" : optionText(option).toUpperCase();
  if (written === "ABORT_STATEMENT" || written === "CONTINUE" || written === "SKIP_FILE") return written;
  if (/^SKIP_FILE_\d+%?$/u.test(written)) throw problems.unsupported(`ON_ERROR = ${written}`);
  throw problems.invalidValue(written, "ON_ERROR");
}

function readSizeLimit(option: OptionValue | undefined): number | null {
  if (option === undefined) return null;
  const written = optionText(option);
  if (!/^\d{1,15}$/u.test(written)) throw problems.invalidValue(written, "SIZE_LIMIT");
  return Number(written) === 0 ? null : Number(written);
}

function readMatch(option: OptionValue | undefined): ColumnMatch {
  const written = option === undefined ? "NONE" : optionText(option).toUpperCase();
  if (written === "NONE" || written === "CASE_SENSITIVE" || written === "CASE_INSENSITIVE") return written;
  throw problems.invalidValue(written, "MATCH_BY_COLUMN_NAME");
}
