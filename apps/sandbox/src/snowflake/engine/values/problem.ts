import type { EngineProblem } from "../../contract.ts";
import type { Token } from "./tokens.ts";

/** A refusal as Snowflake words it. */
export class EngineError extends Error {
  readonly problem: EngineProblem;

  constructor(problem: EngineProblem, options?: ErrorOptions) {
    super(problem.message, options);
    this.name = "EngineError";
    this.problem = problem;
  }
}

/** A place in a statement, as messages name it: lines from 1, positions from 0. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

function problem(code: string, sqlState: string, message: string): EngineError {
  return new EngineError({ code, sqlState, message });
}

function compilation(code: string, sqlState: string, text: string): EngineError {
  return problem(code, sqlState, `SQL compilation error:\n${text}`);
}

function compilationAt(at: TextPlace | undefined, failure: { code: string; sqlState: string; text: string }) {
  const place = at === undefined ? "" : ` error line ${at.line} at position ${at.column}`;
  return problem(failure.code, failure.sqlState, `SQL compilation error:${place}\n${failure.text}`);
}

/** 001003: a token stands where none like it may; without a token, the statement ends too early. */
export function syntaxError(token: Token | undefined): EngineError {
  const place = token === undefined ? "" : `line ${token.line} at position ${token.column} `;
  return compilation("001003", "42000", `syntax error ${place}unexpected '${token?.text ?? "<EOF>"}'.`);
}

/** 001003 for text that is no token at all. */
export function syntaxErrorAt(at: TextPlace, text: string): EngineError {
  return compilation(
    "001003",
    "42000",
    `syntax error line ${at.line} at position ${at.column} unexpected '${text}'.`,
  );
}

/** 001003 for a text, a name or a comment whose end is missing. */
export function unterminated(at: TextPlace): EngineError {
  return compilation("001003", "42000", `parse error line ${at.line} at position ${at.column} near '<EOF>'.`);
}

/** 000904: a column that no table of the statement has. */
export function invalidIdentifier(name: string, at?: TextPlace): EngineError {
  return compilationAt(at, { code: "000904", sqlState: "42000", text: `invalid identifier '${name}'` });
}

/** 002028: a column that more than one table of the statement has. */
export function ambiguousColumn(name: string, at?: TextPlace): EngineError {
  return compilationAt(at, { code: "002028", sqlState: "42601", text: `ambiguous column name '${name}'` });
}

/** 002140: a function that Snowflake, or this stand-in, does not have. */
export function unknownFunction(name: string): EngineError {
  return compilation("002140", "42601", `Unknown function ${name}`);
}

/** 001044: arguments of types that a function does not take. */
export function invalidArgumentTypes(name: string, types: readonly string[], at?: TextPlace): EngineError {
  const text = `Invalid argument types for function '${name}': (${types.join(", ")})`;
  return compilationAt(at, { code: "001044", sqlState: "42P13", text });
}

/** 000938 and 000939: too few or too many arguments. */
export function argumentCount(
  name: string,
  counts: { expected: number; given: number },
  at?: TextPlace,
): EngineError {
  const few = counts.given < counts.expected;
  const text = `${few ? "not enough" : "too many"} arguments for function [${name}] expected ${counts.expected}, got ${counts.given}`;
  return compilationAt(at, { code: few ? "000938" : "000939", sqlState: "22023", text });
}

/** 002003: an object that is missing, or that the role may not see. */
export function objectMissing(name: string, kind = "Object"): EngineError {
  return compilation("002003", "42S02", `${kind} '${name}' does not exist or not authorized.`);
}

/** 002040: a data type that Snowflake does not have. */
export function unsupportedType(name: string): EngineError {
  return compilation("002040", "42601", `Unsupported data type '${name}'.`);
}

/** 001789: queries of different numbers of columns, joined by UNION and its kin. */
export function setColumnCount(left: number, right: number): EngineError {
  return compilation(
    "001789",
    "42601",
    `invalid number of result columns for set operator input branches, expected ${left}, got ${right} in branch 2`,
  );
}

/** 002023: a value of a type that its column does not take. */
export function typeMismatch(change: { expected: string; got: string; column: string }): EngineError {
  const text = `Expression type does not match column data type, expecting ${change.expected} but got ${change.got} for column ${change.column}`;
  return compilation("002023", "22000", text);
}

/** 001065: a cast that no value could pass. */
export function impossibleCast(name: string, types: { from: string; to: string }): EngineError {
  const text = `Function ${name} cannot be used with arguments of types ${types.from} and ${types.to}`;
  return compilation("001065", "22023", text);
}

/** 000002: something that Snowflake has no support for. */
export function unsupportedFeature(text: string): EngineError {
  return problem("000002", "0A000", `Unsupported feature '${text}'.`);
}

/** A refusal of a statement that compiles, in the words given. */
export function compilationError(code: string, sqlState: string, text: string): EngineError {
  return compilation(code, sqlState, text);
}

/** 000603: a defect of the stand-in itself. */
export function internalError(text: string, cause?: unknown): EngineError {
  const message = `SQL execution internal error:\nProcessing aborted by error 300002: ${text}`;
  return new EngineError({ code: "000603", sqlState: "XX000", message }, { cause });
}
