import type { Answer } from "../../answer.ts";
import { jsonAnswer } from "../../answer.ts";
import { isObject, type JsonObject } from "../../json.ts";
import type { EngineProblem } from "../contract.ts";

/** A problem that ends a request: it becomes the answer's code and message. */
export class WireProblem extends Error implements EngineProblem {
  override readonly name = "WireProblem";
  readonly code: string;
  readonly sqlState: string;

  constructor({ code, sqlState, message }: EngineProblem) {
    super(message);
    this.code = code;
    this.sqlState = sqlState;
  }
}

function connectionProblem(code: string, message: string): EngineProblem {
  return { code, sqlState: "08001", message };
}

/** What the service says of tokens and sessions. */
export const sessionProblems = {
  badToken: connectionProblem("390104", "Session token was invalid. Please login again."),
  goneSession: connectionProblem(
    "390111",
    "Session no longer exists.  New login required to access the service.",
  ),
  expiredToken: connectionProblem("390112", "Your session has expired. Please login again."),
  expiredMasterToken: connectionProblem(
    "390114",
    "Authentication token has expired.  The user must authenticate again.",
  ),
} as const satisfies Record<string, EngineProblem>;

/** What the service says of logins. */
export const loginProblems = {
  badPassword: connectionProblem("390100", "Incorrect username or password was specified."),
  disabledUser: connectionProblem("390101", "User access disabled. Contact your local system administrator."),
  badJwt: connectionProblem("390144", "JWT token is invalid."),
  badOauthToken: connectionProblem("390303", "Invalid OAuth access token."),
  expiredOauthToken: connectionProblem("390318", "OAuth access token expired."),
  badProgrammaticToken: connectionProblem("394400", "Programmatic access token is invalid."),
} as const satisfies Record<string, EngineProblem>;

/** What the service says of a statement that was cancelled. */
export const cancelled: EngineProblem = {
  code: "000604",
  sqlState: "57014",
  message: "SQL execution canceled",
};

/** Tells whether a value says what went wrong as the service says it. */
export function isEngineProblem(value: unknown): value is EngineProblem {
  if (typeof value !== "object" || value === null) return false;
  if (!("code" in value && "sqlState" in value && "message" in value)) return false;
  return [value.code, value.sqlState, value.message].every((part) => typeof part === "string");
}

/** The problem that an error carries: its own, or that of its `problem`; otherwise a defect of the stand-in as 000603. */
export function problemOf(error: unknown): EngineProblem {
  if (isEngineProblem(error)) return error;
  if (isObject(error) && isEngineProblem(error["problem"])) return error["problem"];
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: "000603", sqlState: "XX000", message: `SandboxDefect: ${reason}` };
}

/** Answers that something went well. Bodies are written as the service writes them: an `smkId` is a bare number. */
export function success(data: JsonObject | null, options: { code?: string; message?: string } = {}): Answer {
  const { code = null, message = null } = options;
  const answer = jsonAnswer({ data, code, message, success: true });
  return { ...answer, body: answer.body.replace(/"smkId":"(\d+)"/u, '"smkId":$1') };
}

/** Answers that something went wrong: with status 200, and always with an SQL state. */
export function failure(problem: EngineProblem, details: JsonObject = {}): Answer {
  const { code, sqlState, message } = problem;
  const data = { internalError: false, errorCode: code, sqlState, age: 0, line: -1, pos: -1, ...details };
  return jsonAnswer({ data, code, message, success: false, headers: null });
}
