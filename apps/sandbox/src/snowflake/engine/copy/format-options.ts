import type { OptionValue } from "../catalogue/model.ts";
import { booleanOption, optionText } from "../parsing/options.ts";
import { problems } from "../problems.ts";

/** How a file's bytes are packed. */
export type Compression = "AUTO" | "GZIP" | "ZSTD" | "NONE";

/** How JSON files are read. */
export interface JsonFormat {
  readonly type: "JSON";
  readonly compression: Compression;
  readonly stripOuterArray: boolean;
  readonly stripNullValues: boolean;
  readonly allowDuplicate: boolean;
  /** Invalid UTF-8 becomes U+FFFD. */
  readonly replaceInvalid: boolean;
  readonly skipByteOrderMark: boolean;
}

/** How CSV files are read. */
export interface CsvFormat {
  readonly type: "CSV";
  readonly compression: Compression;
  readonly fieldDelimiter: string;
  readonly recordDelimiter: string;
  readonly skipHeader: number;
  readonly enclosedBy: string | null;
  readonly escape: string | null;
  readonly escapeUnenclosed: string | null;
  readonly trimSpace: boolean;
  readonly nullIf: readonly string[];
  readonly emptyFieldAsNull: boolean;
  readonly skipBlankLines: boolean;
  readonly errorOnColumnCountMismatch: boolean;
  readonly replaceInvalid: boolean;
  readonly skipByteOrderMark: boolean;
}

/** How staged files are read. */
export type FileFormatOptions = JsonFormat | CsvFormat;

type Options = ReadonlyMap<string, OptionValue>;

const compressions: readonly string[] = ["AUTO", "GZIP", "ZSTD", "NONE"];
const unreadCompressions: readonly string[] = ["BZ2", "BROTLI", "DEFLATE", "RAW_DEFLATE"];

const jsonOptions = new Set([
  "TYPE",
  "COMPRESSION",
  "STRIP_OUTER_ARRAY",
  "STRIP_NULL_VALUES",
  "ALLOW_DUPLICATE",
  "ENABLE_OCTAL",
  "REPLACE_INVALID_CHARACTERS",
  "IGNORE_UTF8_ERRORS",
  "SKIP_BYTE_ORDER_MARK",
  "TRIM_SPACE",
  "NULL_IF",
  "DATE_FORMAT",
  "TIME_FORMAT",
  "TIMESTAMP_FORMAT",
  "BINARY_FORMAT",
]);

const csvOptions = new Set([
  "TYPE",
  "COMPRESSION",
  "FIELD_DELIMITER",
  "RECORD_DELIMITER",
  "SKIP_HEADER",
  "FIELD_OPTIONALLY_ENCLOSED_BY",
  "ESCAPE",
  "ESCAPE_UNENCLOSED_FIELD",
  "TRIM_SPACE",
  "NULL_IF",
  "EMPTY_FIELD_AS_NULL",
  "SKIP_BLANK_LINES",
  "ERROR_ON_COLUMN_COUNT_MISMATCH",
  "REPLACE_INVALID_CHARACTERS",
  "SKIP_BYTE_ORDER_MARK",
  "ENCODING",
  "DATE_FORMAT",
  "TIME_FORMAT",
  "TIMESTAMP_FORMAT",
  "BINARY_FORMAT",
]);

/** Reads a file format's options. Throws 001420 for an unknown one, 001008 for a value that it does not take. */
export function checkFormatOptions(options: Options): FileFormatOptions {
  const type = text(options, "TYPE", "CSV").toUpperCase();
  if (type !== "JSON" && type !== "CSV") throw problems.unsupported(`file format ${type}`);
  const known = type === "JSON" ? jsonOptions : csvOptions;
  for (const name of options.keys()) {
    if (!known.has(name)) throw problems.invalidParameter(name);
  }
  for (const name of ["DATE_FORMAT", "TIME_FORMAT", "TIMESTAMP_FORMAT"]) {
    if (text(options, name, "AUTO").toUpperCase() !== "AUTO")
      throw problems.unsupported(`${name} other than AUTO`);
  }
  return type === "JSON" ? jsonFormat(options) : csvFormat(options);
}

function jsonFormat(options: Options): JsonFormat {
  for (const name of ["ENABLE_OCTAL", "TRIM_SPACE"]) {
    if (booleanOption(options, name, false)) throw problems.unsupported(`${name} = TRUE of JSON files`);
  }
  if (texts(options, "NULL_IF", []).length > 0) throw problems.unsupported("NULL_IF of JSON files");
  return {
    type: "JSON",
    compression: compression(options),
    stripOuterArray: booleanOption(options, "STRIP_OUTER_ARRAY", false),
    stripNullValues: booleanOption(options, "STRIP_NULL_VALUES", false),
    allowDuplicate: booleanOption(options, "ALLOW_DUPLICATE", false),
    replaceInvalid:
      booleanOption(options, "REPLACE_INVALID_CHARACTERS", false) ||
      booleanOption(options, "IGNORE_UTF8_ERRORS", false),
    skipByteOrderMark: booleanOption(options, "SKIP_BYTE_ORDER_MARK", true),
  };
}

function csvFormat(options: Options): CsvFormat {
  const encoding = text(options, "ENCODING", "UTF8").toUpperCase();
  if (encoding !== "UTF8" && encoding !== "UTF-8") throw problems.unsupported(`ENCODING ${encoding}`);
  return {
    type: "CSV",
    compression: compression(options),
    fieldDelimiter: delimiter(text(options, "FIELD_DELIMITER", ",")),
    recordDelimiter: delimiter(text(options, "RECORD_DELIMITER", "\n")),
    skipHeader: wholeNumber(options, "SKIP_HEADER"),
    enclosedBy: character(options, "FIELD_OPTIONALLY_ENCLOSED_BY", null),
    escape: character(options, "ESCAPE", null),
    escapeUnenclosed: character(options, "ESCAPE_UNENCLOSED_FIELD", "\\"),
    trimSpace: booleanOption(options, "TRIM_SPACE", false),
    nullIf: texts(options, "NULL_IF", ["\\N"]),
    emptyFieldAsNull: booleanOption(options, "EMPTY_FIELD_AS_NULL", true),
    skipBlankLines: booleanOption(options, "SKIP_BLANK_LINES", false),
    errorOnColumnCountMismatch: booleanOption(options, "ERROR_ON_COLUMN_COUNT_MISMATCH", true),
    replaceInvalid: booleanOption(options, "REPLACE_INVALID_CHARACTERS", false),
    skipByteOrderMark: booleanOption(options, "SKIP_BYTE_ORDER_MARK", true),
  };
}

function text(options: Options, name: string, otherwise: string): string {
  const option = options.get(name);
  if (option?.kind === "list") throw problems.invalidValue(optionText(option), name);
  return option?.value ?? otherwise;
}

function texts(options: Options, name: string, otherwise: readonly string[]): readonly string[] {
  const option = options.get(name);
  if (option === undefined) return otherwise;
  return option.kind === "list" ? option.values : [option.value];
}

function compression(options: Options): Compression {
  const name = text(options, "COMPRESSION", "AUTO").toUpperCase();
  if (isCompression(name)) return name;
  if (unreadCompressions.includes(name)) throw problems.unsupported(`COMPRESSION ${name}`);
  throw problems.invalidValue(name, "COMPRESSION");
}

function isCompression(name: string): name is Compression {
  return compressions.includes(name);
}

function delimiter(written: string): string {
  if (written === "") throw problems.invalidValue(written, "FIELD_DELIMITER");
  return written;
}

/** A single character, or NONE. */
function character(options: Options, name: string, otherwise: string | null): string | null {
  const option = options.get(name);
  if (option === undefined) return otherwise;
  const written = optionText(option);
  if (written.toUpperCase() === "NONE") return null;
  if (written.length !== 1) throw problems.invalidValue(written, name);
  return written;
}

function wholeNumber(options: Options, name: string): number {
  const written = text(options, name, "0");
  if (!/^\d{1,9}$/u.test(written)) throw problems.invalidValue(written, name);
  return Number(written);
}
