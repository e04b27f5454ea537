import { EngineError, internalError } from "./problem.ts";

const mark = /\u2039snowflake ([^\u203a]*)\u203a/;

/** Writes a problem so that it is found again in the text of DuckDB's error. */
export function markedProblem(error: EngineError): string {
  const { code, sqlState, message } = error.problem;
  return `\u2039snowflake ${encodeURIComponent(JSON.stringify([code, sqlState, message]))}\u203a`;
}

interface KnownError {
  readonly pattern: RegExp;
  readonly code: string;
  readonly sqlState: string;
  readonly message: (found: RegExpExecArray) => string;
}

/** What DuckDB itself refuses although the translation was right. */
const knownErrors: readonly KnownError[] = [
  {
    pattern: /column "?([^"]*)"? must appear in the GROUP BY clause/i,
    code: "000979",
    sqlState: "42601",
    message: (found) => `SQL compilation error:\n[${found[1] ?? ""}] is not a valid group by expression`,
  },
  {
    pattern: /(?:WHERE|GROUP BY) clause cannot contain aggregates|aggregate function calls cannot be nested/i,
    code: "002035",
    sqlState: "42601",
    message: () => "SQL compilation error:\nInvalid aggregate function in this clause",
  },
  {
    pattern:
      /(?:casting value|could not cast value) "?([^\s"]+)"? to(?: type)? DECIMAL\(([0-9]+),([0-9]+)\)/i,
    code: "100132",
    sqlState: "22003",
    message: (found) =>
      `Number out of representable range: type FIXED[SB16](${found[2]},${found[3]}){nullable}, value ${found[1]}`,
  },
  {
    pattern: /overflow|out of range/i,
    code: "100132",
    sqlState: "22003",
    message: () => "Number out of representable range",
  },
  {
    pattern: /more than one row returned by a subquery/i,
    code: "090150",
    sqlState: "22000",
    message: () => "Single-row subquery returns more than one row.",
  },
  {
    pattern: /Like pattern must not end with escape character/i,
    code: "100046",
    sqlState: "22025",
    message: () => "Invalid escape sequence in LIKE pattern",
  },
];

/** Answers what a statement fails with when DuckDB refused to run its translation. */
export function runtimeError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const marked = mark.exec(text)?.[1];
  if (marked !== undefined) return unmarked(marked, error);
  for (const known of knownErrors) {
    const found = known.pattern.exec(text);
    if (found !== null) {
      const { code, sqlState } = known;
      return new EngineError({ code, sqlState, message: known.message(found) }, { cause: error });
    }
  }
  return internalError(text, error);
}

function unmarked(text: string, cause: unknown): EngineError {
  const parts: unknown = JSON.parse(decodeURIComponent(text));
  const [code, sqlState, message] = Array.isArray(parts) ? parts.map(String) : [];
  return new EngineError(
    { code: code ?? "000603", sqlState: sqlState ?? "XX000", message: message ?? "" },
    { cause },
  );
}
