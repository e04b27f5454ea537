import { ConfigError } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { snowflakeError } from "../src/failure-advice.ts";
import { type FailureAction, failureOf, SnowflakeFailure } from "../src/snowflake-errors.ts";

interface DriverError {
  readonly name?: string;
  readonly code?: string | number;
  readonly sqlState?: string;
  readonly data?: object;
  readonly response?: object;
  readonly cause?: unknown;
}

/** An error as the driver hands it out. */
function driverError(message: string, parts: DriverError): Error {
  return Object.assign(new Error(message), { name: "OperationFailedError", ...parts });
}

const actions: readonly (readonly [code: string | number, sqlState: string | undefined, FailureAction])[] = [
  ["390104", undefined, "reconnect"],
  ["390111", undefined, "reconnect"],
  ["390112", undefined, "reconnect"],
  ["390114", undefined, "reconnect"],
  [407001, "08003", "reconnect"],
  [407002, "08003", "reconnect"],
  [401001, undefined, "reconnect"],
  [401002, undefined, "reconnect"],
  [401003, undefined, "reconnect"],
  [401004, undefined, "reconnect"],
  [402001, undefined, "reconnect"],
  ["000604", "57014", "retry"],
  ["604", "57014", "retry"],
  ["000630", "57014", "retry"],
  ["000625", "57014", "retry"],
  ["000605", "02000", "retry"],
  ["000603", "XX000", "retry"],
  ["002002", "42710", "retry"],
  ["002028", "42601", "retry"],
  ["001428", "42601", "retry"],
  ["100016", "22000", "retry"],
  ["100035", "22000", "retry"],
  ["253006", "22000", "retry"],
  ["100038", "22018", "data"],
  ["100040", "22007", "data"],
  ["100046", "22003", "data"],
  ["100069", "22P02", "data"],
  ["100071", "22P02", "data"],
  ["100078", "22000", "data"],
  ["100080", "22000", "data"],
  ["100082", "22000", "data"],
  ["100132", "22000", "data"],
  ["000606", "57P03", "config"],
  ["090073", "22000", "config"],
  ["002003", "42S02", "config"],
  ["002003", "02000", "config"],
  ["003001", "42501", "config"],
  ["001003", "42000", "config"],
  ["390189", "08001", "config"],
  ["390201", "08001", "config"],
  ["390100", "08001", "auth"],
  ["390101", "08001", "auth"],
  ["390144", "08001", "auth"],
  ["390303", "08001", "auth"],
  ["390318", "08001", "auth"],
  ["390422", "08001", "auth"],
  ["394400", "08001", "auth"],
  ["100090", "42P18", "fault"],
  // Codes that nobody wrote down, by their SQL state.
  ["199999", "22003", "data"],
  ["199999", "08006", "reconnect"],
  ["199999", "28000", "auth"],
  ["199999", "40001", "retry"],
  ["199999", "57014", "retry"],
  ["199999", "42601", "fault"],
  ["199999", undefined, "fault"],
];

describe("a failure", () => {
  it.each(actions)("of code %s and SQL state %s: %s", (code, sqlState, action) => {
    const error = driverError("no", { code, ...(sqlState === undefined ? {} : { sqlState }) });
    expect(failureOf(error)).toMatchObject({ action, code: String(code).padStart(6, "0"), sqlState });
  });

  it("knows its query", () => {
    const error = driverError("no", { code: "002003", sqlState: "02000", data: { queryId: "q1" } });
    expect(failureOf(error).queryId).toBe("q1");
    expect(failureOf(error, { queryId: "q2" }).queryId).toBe("q2");
    expect(failureOf(error)).toMatchObject({ name: "SnowflakeFailure", cause: error });
  });

  it("stays what it is", () => {
    const failure = new SnowflakeFailure("no", { action: "data" });
    expect(failureOf(failure)).toBe(failure);
  });

  it.each([
    [
      "SQL compilation error:\nObject 'X' does not exist.",
      "SQL compilation error: Object 'X' does not exist",
    ],
    [
      "PUT https://x.blob.core.windows.net/c/f?sv=1&sig=SECRET%3D failed",
      "PUT https://x.blob.core.windows.net/c/f failed",
    ],
    ["  two  spaces and a colon: ", "two spaces and a colon"],
  ])("says %j in one line without secrets", (message, said) => {
    expect(failureOf(new Error(message)).message).toBe(said);
  });

  it("says the status of an HTTP answer", () => {
    const error = driverError("Request to Snowflake failed.", {
      name: "RequestFailedError",
      code: 401002,
      response: { statusCode: 403 },
    });
    expect(failureOf(error).message).toBe("Request to Snowflake failed (HTTP 403)");
  });
});

interface Line {
  readonly code: string;
  readonly sqlState: string;
  readonly message: string;
  readonly work?: object;
  readonly says: string;
  readonly kind: "ConfigError" | "LoadError" | "AuthenticationError";
  readonly exitCode: number;
}

const schemaRight =
  "SQL access control error: Insufficient privileges to operate on schema 'PUBLIC' (003001, query q1)";

const lines: readonly Line[] = [
  {
    code: "003001",
    sqlState: "42501",
    message: "SQL access control error:\nInsufficient privileges to operate on schema 'PUBLIC'.",
    says: `${schemaRight}. Run: GRANT USAGE, CREATE TABLE, CREATE STAGE ON SCHEMA PUBLIC TO ROLE LOADER.`,
    kind: "ConfigError",
    exitCode: 78,
  },
  {
    code: "003001",
    sqlState: "42501",
    message: "SQL access control error:\nInsufficient privileges to operate on schema 'PUBLIC'.",
    work: { role: undefined },
    says: `${schemaRight}. Run: GRANT USAGE, CREATE TABLE, CREATE STAGE ON SCHEMA PUBLIC TO ROLE <the role that loads>.`,
    kind: "ConfigError",
    exitCode: 78,
  },
  {
    code: "003001",
    sqlState: "42501",
    message: "SQL access control error: Insufficient privileges to operate on masking policy 'P'",
    says: "SQL access control error: Insufficient privileges to operate on masking policy 'P' (003001, query q1). Run: GRANT ALL PRIVILEGES ON MASKING POLICY P TO ROLE LOADER.",
    kind: "ConfigError",
    exitCode: 78,
  },
  {
    code: "003001",
    sqlState: "42501",
    message: "Insufficient privileges.",
    says: "Insufficient privileges (003001, query q1). Grant role LOADER the privilege that is missing.",
    kind: "ConfigError",
    exitCode: 78,
  },
  {
    code: "000606",
    sqlState: "57P03",
    message:
      "No active warehouse selected in the current session.  Select an active warehouse with the 'use warehouse' command.",
    says: "No active warehouse selected in the current session. Select an active warehouse with the 'use warehouse' command (000606, query q1). Set warehouse, and let role LOADER use it.",
    kind: "ConfigError",
    exitCode: 78,
  },
  {
    code: "002003",
    sqlState: "02000",
    message: "SQL compilation error:\nSchema 'RAW.SHOP' does not exist or not authorized.",
    says: "SQL compilation error: Schema 'RAW.SHOP' does not exist or not authorized (002003, query q1). Make it, or run: GRANT USAGE ON SCHEMA RAW.SHOP TO ROLE LOADER.",
    kind: "ConfigError",
    exitCode: 78,
  },
  {
    code: "002003",
    sqlState: "02000",
    message: "SQL compilation error:\nStage 'RAW.SHOP.S' does not exist or not authorized.",
    says: "SQL compilation error: Stage 'RAW.SHOP.S' does not exist or not authorized (002003, query q1). Make it, or run: GRANT READ, WRITE ON STAGE RAW.SHOP.S TO ROLE LOADER.",
    kind: "ConfigError",
    exitCode: 78,
  },
  {
    code: "002003",
    sqlState: "42S02",
    message: "SQL compilation error:\nObject 'USERS' does not exist or not authorized.",
    says: "SQL compilation error: Object 'USERS' does not exist or not authorized (002003, query q1). Make it, or grant role LOADER the right to use it.",
    kind: "ConfigError",
    exitCode: 78,
  },
  {
    code: "000630",
    sqlState: "57014",
    message: "Statement reached its statement or warehouse timeout of 10 second(s) and was canceled.",
    says: "Statement reached its statement or warehouse timeout of 10 second(s) and was canceled (000630, query q1). Raise statement_timeout_seconds, or use a larger warehouse.",
    kind: "LoadError",
    exitCode: 75,
  },
  {
    code: "000625",
    sqlState: "57014",
    message: "Statement 'x' has locked table 'T' in transaction 1 and this lock has not yet been released.",
    says: "Statement 'x' has locked table 'T' in transaction 1 and this lock has not yet been released (000625, query q1). Something else holds the table: run again later, or raise lock_timeout_seconds.",
    kind: "LoadError",
    exitCode: 75,
  },
  {
    code: "100078",
    sqlState: "22000",
    message: "String 'abc' is too long and would be truncated",
    says: "String '…' is too long and would be truncated (100078, query q1). Nothing of it was committed.",
    kind: "LoadError",
    exitCode: 70,
  },
  {
    code: "100069",
    sqlState: "22P02",
    message: 'Error parsing JSON: {"name": "Ada\'s"\n  File \'a.json\', line 1, character 2',
    says: "Error parsing JSON (100069, query q1). Nothing of it was committed.",
    kind: "LoadError",
    exitCode: 70,
  },
  {
    code: "100090",
    sqlState: "42P18",
    message: "Duplicate row detected during DML action",
    says: "Duplicate row detected during DML action (100090, query q1). This is a fault of the target: report it.",
    kind: "LoadError",
    exitCode: 70,
  },
  {
    code: "390114",
    sqlState: "08001",
    message: "Authentication token has expired.",
    says: "Authentication token has expired (390114, query q1). Check the network, and run again.",
    kind: "LoadError",
    exitCode: 75,
  },
  {
    code: "390100",
    sqlState: "08001",
    message: "Incorrect username or password was specified.",
    says: "Incorrect username or password was specified (390100, query q1). Check the credentials.",
    kind: "AuthenticationError",
    exitCode: 77,
  },
];

describe("the line for a person", () => {
  it.each(lines)("$code $message", ({ code, sqlState, message, work, says, kind, exitCode }) => {
    const error = snowflakeError(driverError(message, { code, sqlState, data: { queryId: "q1" } }), {
      what: "load 10 rows into RAW.SHOP.USERS",
      stream: "users",
      table: "RAW.SHOP.USERS",
      rows: 10,
      role: "LOADER",
      ...work,
    });
    expect(error).toMatchObject({
      name: kind,
      exitCode,
      message: `cannot load 10 rows into RAW.SHOP.USERS: ${says}`,
      cause: expect.objectContaining({ name: "SnowflakeFailure", code }),
    });
    if (kind === "LoadError") {
      expect(error).toMatchObject({ stream: "users", table: "RAW.SHOP.USERS", rowCount: 10 });
    }
  });

  it("is not written twice", () => {
    const error = new ConfigError("no");
    expect(snowflakeError(error, { what: "load" })).toBe(error);
  });
});
