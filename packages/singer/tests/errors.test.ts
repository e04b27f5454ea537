import { describe, expect, it } from "vitest";
import {
  ApiError,
  AuthenticationError,
  ConfigError,
  ConnectorError,
  ExportError,
  exitCodeOf,
  InterruptedError,
  LoadError,
  ProtocolError,
  SchemaError,
} from "../src/index.ts";

const api = { method: "GET", url: "https://acme.example/api" };

const family: [name: string, error: ConnectorError, kind: string, exitCode: number][] = [
  ["ConnectorError", new ConnectorError("it failed"), "system", 70],
  ["ConnectorError", new ConnectorError("it failed", { kind: "transient" }), "transient", 75],
  ["ConnectorError", new ConnectorError("it failed", { exitCode: 74 }), "system", 74],
  ["ConfigError", new ConfigError("it failed"), "config", 78],
  ["AuthenticationError", new AuthenticationError("it failed"), "config", 77],
  ["ApiError", new ApiError("it failed", { ...api, retryable: true }), "transient", 75],
  ["ApiError", new ApiError("it failed", { ...api, retryable: false }), "system", 70],
  ["ExportError", new ExportError("it failed", { jobId: "1", retryable: true }), "transient", 75],
  ["ExportError", new ExportError("it failed", { jobId: "1", retryable: false }), "system", 70],
  ["SchemaError", new SchemaError("it failed", { stream: "users" }), "system", 65],
  ["ProtocolError", new ProtocolError("it failed"), "system", 65],
  ["LoadError", new LoadError("it failed"), "system", 70],
  ["LoadError", new LoadError("it failed", { retryable: true }), "transient", 75],
  ["InterruptedError", new InterruptedError("SIGINT"), "transient", 130],
  ["InterruptedError", new InterruptedError("SIGTERM"), "transient", 143],
];

const classes = [
  ApiError,
  AuthenticationError,
  ConfigError,
  ExportError,
  InterruptedError,
  LoadError,
  ProtocolError,
  SchemaError,
];

describe("the error family", () => {
  it.each(family)("%s %# tells its kind and exit code", (name, error, kind, exitCode) => {
    expect(error).toMatchObject({ name, kind, exitCode });
    expect(error).toBeInstanceOf(Error);
    expect(exitCodeOf(error)).toBe(exitCode);
    expect(ConnectorError.isInstance(error)).toBe(true);
    expect(classes.filter((each) => each.isInstance(error)).map((each) => each.className)).toEqual(
      name === "ConnectorError" ? [] : [name],
    );
  });

  it.each([
    ["a plain error", new Error("no")],
    ["null", null],
    ["undefined", undefined],
    ["a text", "it failed"],
    ["an object of the same shape", { name: "ConfigError", kind: "config", exitCode: 78 }],
  ])("does not take %s for one of its own", (_name, value) => {
    expect(ConnectorError.isInstance(value)).toBe(false);
    expect(exitCodeOf(value)).toBe(70);
  });

  it("recognises an error that another copy of the package made", () => {
    const other = Object.assign(new Error("no"), {
      [Symbol.for("chorale.connector-error")]: ["ConnectorError", "ConfigError"],
      exitCode: 78,
    });
    expect(ConfigError.isInstance(other)).toBe(true);
    expect(ConnectorError.isInstance(other)).toBe(true);
    expect(SchemaError.isInstance(other)).toBe(false);
    expect(exitCodeOf(other)).toBe(78);
  });

  it.each([
    ["one\ntwo", "one two"],
    ["one \r\n\r\n  two\rthree\n", "one two three"],
    ["\n\n", ""],
    ["  kept  as it is ", "  kept  as it is "],
    ["tab\there", "tab\there"],
  ])("makes one line of %j", (text, line) => {
    expect(new ConnectorError(text).message).toBe(line);
    expect(new ConfigError(text).message).toBe(line);
  });

  it("makes one line of a long text in linear time", () => {
    const space = " ".repeat(1_000_000);
    expect(new ConnectorError(`a${space}b\nc`).message).toBe(`a${space}b c`);
  });

  it("keeps the cause, and has none when there is none", () => {
    const cause = new Error("first");
    for (const error of [
      new ConfigError("no", { cause }),
      new ApiError("no", { ...api, retryable: false, cause }),
    ]) {
      expect(error.cause).toBe(cause);
    }
    expect("cause" in new ConnectorError("no")).toBe(false);
  });

  it("carries what is known of the failure", () => {
    const details = { ...api, status: 429, bodyExcerpt: "slow down", retryAfterMs: 1000, retryable: true };
    expect(new ApiError("no", details)).toMatchObject(details);
    expect(new ExportError("no", { jobId: "7", lastState: "RUNNING", retryable: false })).toMatchObject({
      jobId: "7",
      lastState: "RUNNING",
    });
    const violations = [{ path: "/id", message: "must be integer" }];
    expect(new SchemaError("no", { stream: "users", key: "id", violations })).toMatchObject({
      stream: "users",
      key: "id",
      violations,
    });
    expect(new SchemaError("no", { stream: "users" }).violations).toEqual([]);
    expect(new ProtocolError("no", { lineNumber: 3, excerpt: "{" })).toMatchObject({
      lineNumber: 3,
      excerpt: "{",
    });
    expect(new LoadError("no", { stream: "users", table: "USERS", rowCount: 10 })).toMatchObject({
      stream: "users",
      table: "USERS",
      rowCount: 10,
      retryable: false,
    });
    expect(new InterruptedError("SIGTERM").message).toBe(
      "stopped by SIGTERM: the state that was written so far is valid. Run again to go on.",
    );
  });
});
