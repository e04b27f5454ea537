import { describe, expect, it } from "vitest";
import {
  array,
  boolean,
  ConfigError,
  type ConfigSource,
  checkConfig,
  createRedactor,
  dateTime,
  describe as described,
  fromJsonSchema,
  integer,
  type Logger,
  loadConfig,
  nullable,
  number,
  object,
  oneOf,
  optional,
  secret,
  secretsOf,
  string,
  withDefault,
} from "../src/index.ts";

const schema = object({
  start_date: dateTime(),
  email: string(),
  api_token: secret(string()),
  page_size: withDefault(integer(), 100),
  ratio: optional(number()),
  verbose: withDefault(boolean(), false),
  streams: optional(array(string())),
  counts: optional(array(integer())),
  mode: optional(oneOf("fast", "safe")),
  note: nullable(described(string(), "A note.")),
  proxy: optional(
    object({ host: string(), port: withDefault(integer(), 8080), password: optional(secret(string())) }),
  ),
});

const complete = { start_date: "2026-01-01T00:00:00Z", email: "a@b.c", api_token: "s3cr3t-token" };
const filled = { ...complete, page_size: 100, verbose: false };

interface Run {
  files?: Record<string, unknown>;
  paths?: string[];
  env?: Record<string, string | undefined>;
}

/** Files are written as JSON unless they are texts; an error is what reading them is rejected with. */
function sourceOf({
  files = {},
  paths = Object.keys(files),
  env = {},
}: Run): ConfigSource & { log: Logger; warnings: string[] } {
  const warnings: string[] = [];
  const ignore = (): undefined => undefined;
  return {
    paths,
    prefix: "TAP_X_",
    env,
    warnings,
    log: { debug: ignore, info: ignore, error: ignore, warn: (message) => warnings.push(message) },
    readFile: async (path) => {
      const content = Object.hasOwn(files, path) ? files[path] : withCode("ENOENT");
      if (content instanceof Error) throw content;
      return typeof content === "string" ? content : JSON.stringify(content);
    },
  };
}

function withCode(code: string): Error {
  return Object.assign(new Error(`${code}: no`), { code });
}

async function errorOf(run: Run): Promise<ConfigError> {
  try {
    await loadConfig(schema, sourceOf(run));
  } catch (error) {
    if (ConfigError.isInstance(error)) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("loadConfig", () => {
  it.each<[string, Run, Record<string, unknown>]>([
    ["one file", { files: { "a.json": complete } }, filled],
    ["a byte order mark", { files: { "a.json": `\uFEFF${JSON.stringify(complete)}` } }, filled],
    [
      "later files first, setting by setting",
      {
        files: {
          "a.json": { ...complete, proxy: { host: "a", port: 1 } },
          "b.json": { email: "x", proxy: { host: "b" } },
        },
      },
      { ...filled, email: "x", proxy: { host: "b", port: 8080 } },
    ],
    [
      "null as absent, also over an earlier value",
      { files: { "a.json": { ...complete, note: null, page_size: null }, "b.json": { email: null } } },
      filled,
    ],
    [
      "null within an object",
      { files: { "a.json": { ...complete, proxy: { host: "h", port: null, password: null } } } },
      { ...filled, proxy: { host: "h", port: 8080 } },
    ],
    [
      "a plain day",
      { files: { "a.json": { ...complete, start_date: "2020-02-29" } } },
      { ...filled, start_date: "2020-02-29T00:00:00Z" },
    ],
    [
      "an offset",
      { files: { "a.json": { ...complete, start_date: "2020-02-29T01:00:00+01:00" } } },
      { ...filled, start_date: "2020-02-29T01:00:00+01:00" },
    ],
    [
      "nothing of the environment unless it is asked",
      {
        files: { "a.json": complete, ".env": "TAP_X_EMAIL=dot" },
        paths: ["a.json"],
        env: { TAP_X_EMAIL: "env" },
      },
      filled,
    ],
    [
      "the environment where it stands",
      {
        files: { "a.json": complete },
        paths: ["ENV", "a.json"],
        env: { TAP_X_EMAIL: "env", TAP_X_NOTE: "n" },
      },
      { ...filled, note: "n" },
    ],
    [
      "the environment over a file",
      { files: { "a.json": complete }, paths: ["a.json", "ENV"], env: { TAP_X_EMAIL: "env" } },
      { ...filled, email: "env" },
    ],
    [
      "the process before .env",
      {
        files: { "a.json": complete, ".env": "TAP_X_EMAIL=dot\nTAP_X_NOTE=dot" },
        paths: ["a.json", "ENV"],
        env: { TAP_X_EMAIL: "env" },
      },
      { ...filled, email: "env", note: "dot" },
    ],
    [
      "an empty variable as absent",
      {
        files: { "a.json": complete },
        paths: ["a.json", "ENV"],
        env: { TAP_X_EMAIL: "", TAP_X_PAGE_SIZE: "" },
      },
      filled,
    ],
    [
      "other prefixes not at all",
      {
        files: { "a.json": complete },
        paths: ["a.json", "ENV"],
        env: { EMAIL: "no", TAP_EMAIL: "no", tap_x_email: "no" },
      },
      filled,
    ],
  ])("reads %s", async (_name, run, expected) => {
    expect(await loadConfig(schema, sourceOf(run))).toStrictEqual(expected);
  });

  it.each<[string, string, string, unknown]>([
    ["an integer", "PAGE_SIZE", "25", 25],
    ["a signed integer", "PAGE_SIZE", " -25 ", -25],
    ["a number", "RATIO", "2.5e-1", 0.25],
    ["true", "VERBOSE", "true", true],
    ["yes", "VERBOSE", "YES", true],
    ["1", "VERBOSE", "1", true],
    ["on", "VERBOSE", "on", true],
    ["off", "VERBOSE", "Off", false],
    ["0", "VERBOSE", "0", false],
    ["a list", "STREAMS", '["a","b,c"]', ["a", "b,c"]],
    ["a list of integers", "COUNTS", "[1,2]", [1, 2]],
    ["an object", "PROXY", '{"host":"h"}', { host: "h", port: 8080 }],
    ["a text that looks like a number", "NOTE", "007", "007"],
    ["a text that looks like JSON", "NOTE", "{}", "{}"],
    ["a day", "START_DATE", "2026-05-01", "2026-05-01T00:00:00Z"],
  ])("reads %s from the environment", async (_name, key, text, expected) => {
    const source = sourceOf({
      files: { "a.json": complete },
      paths: ["a.json", "ENV"],
      env: { [`TAP_X_${key}`]: text },
    });
    const config: Record<string, unknown> = await loadConfig(schema, source);
    expect(config[key.toLowerCase()]).toStrictEqual(expected);
    expect(source.warnings).toEqual([]);
  });

  it.each([
    ["STREAMS", "a, b,,c", ["a", "b", "c"]],
    ["COUNTS", "1,2", [1, 2]],
  ])("reads %s as a list with commas, with a warning", async (key, text, expected) => {
    const source = sourceOf({
      files: { "a.json": complete },
      paths: ["a.json", "ENV"],
      env: { [`TAP_X_${key}`]: text },
    });
    const config: Record<string, unknown> = await loadConfig(schema, source);
    expect(config[key.toLowerCase()]).toEqual(expected);
    expect(source.warnings).toEqual([
      `config: TAP_X_${key} is read as a list with commas. Write it as JSON: ["a", "b"].`,
    ]);
  });

  it("drops unknown settings with one warning", async () => {
    const source = sourceOf({
      files: {
        "a.json": `{"constructor":1,"__proto__":{"x":1},"emial":"a",${JSON.stringify(complete).slice(1)}`,
      },
    });
    expect(await loadConfig(schema, source)).toStrictEqual(filled);
    expect(source.warnings).toEqual([
      'config: unknown settings are ignored: "constructor", "__proto__", "emial"',
    ]);
  });

  it("keeps unknown settings where the schema allows them in so many words", async () => {
    const open = fromJsonSchema<Record<string, unknown>>({
      type: "object",
      properties: { a: { type: "string" } },
      additionalProperties: { type: "integer" },
    });
    const source = sourceOf({ files: { "a.json": { a: "x", b: 1 } } });
    expect(await loadConfig({ ...open, properties: {} }, source)).toEqual({ a: "x", b: 1 });
    expect(source.warnings).toEqual([]);
  });

  const isMissing = '"start_date" is missing; "email" is missing; "api_token" is missing.';
  const variables = "TAP_X_START_DATE, TAP_X_EMAIL, TAP_X_API_TOKEN";
  it.each<[string, Run, string]>([
    [
      "a file that is not there",
      { paths: ["a.json"] },
      "config: cannot read a.json: there is no such file. Check the path given to --config.",
    ],
    [
      "a file that may not be read",
      { files: { "a.json": withCode("EACCES") } },
      "config: cannot read a.json: it may not be read. Check its permissions.",
    ],
    [
      "a folder",
      { files: { "a.json": withCode("EISDIR") } },
      "config: cannot read a.json: it is a folder. Name the file in it.",
    ],
    [
      "another failure",
      { files: { "a.json": withCode("EIO") } },
      "config: cannot read a.json: EIO. Check the path given to --config.",
    ],
    [
      "a .env that may not be read",
      { files: { ".env": withCode("EACCES") }, paths: ["ENV"] },
      "config: cannot read .env: it may not be read. Check its permissions.",
    ],
    [
      "a .env with an open quote",
      { files: { ".env": "A=1\nB='x" }, paths: ["ENV"] },
      ".env: the quote in line 2 is never closed. Close it.",
    ],
    [
      "no JSON",
      { files: { "a.json": '{\n"api_token": s3cr3t' } },
      "config: a.json is not valid JSON at line 2, column 14. Correct it.",
    ],
    [
      "a list",
      { files: { "a.json": [complete] } },
      'config: a.json holds no JSON object. Write the settings as {"name": value}.',
    ],
    [
      "a long number",
      { files: { "a.json": "12345678901234567890" } },
      'config: a.json holds no JSON object. Write the settings as {"name": value}.',
    ],
    [
      "no source",
      {},
      `config: ${isMissing} Set them in a file for --config, or use --config ENV and ${variables}.`,
    ],
    ["an empty file", { files: { "a.json": {} } }, `config: ${isMissing} Set them in a.json.`],
    ["an empty environment", { paths: ["ENV"] }, `config: ${isMissing} Set them in ${variables}.`],
    [
      "one missing",
      { files: { "a.json": { ...complete, email: null } }, paths: ["a.json", "ENV"] },
      'config: "email" is missing. Set it in a.json or TAP_X_EMAIL.',
    ],
    [
      "no date-time",
      {
        files: { "a.json": { ...complete, start_date: "yesterday" }, "b.json": {} },
        paths: ["a.json", "b.json", "ENV"],
      },
      'config: "start_date" must be a date-time such as 2026-01-01T00:00:00Z. Set it in a.json or TAP_X_START_DATE.',
    ],
    [
      "a day that does not exist",
      { files: { "a.json": { ...complete, start_date: "2026-02-30" } } },
      'config: "start_date" must be a date-time such as 2026-01-01T00:00:00Z. Set it in a.json.',
    ],
    [
      "types and choices",
      { files: { "a.json": { ...complete, page_size: "100", verbose: 1, mode: "slow", streams: "a" } } },
      'config: "page_size" must be an integer; "verbose" must be true or false; "streams" must be a list; "mode" must be one of "fast", "safe". Set them in a.json.',
    ],
    [
      "variables that cannot be read",
      {
        files: { "a.json": complete },
        paths: ["a.json", "ENV"],
        env: { TAP_X_PAGE_SIZE: "1.5", TAP_X_VERBOSE: "maybe", TAP_X_PROXY: "{oops", TAP_X_STREAMS: "[oops" },
      },
      'config: "page_size" must be an integer; "verbose" must be true or false; "streams" must be a list; "proxy" must be an object. Set them in TAP_X_PAGE_SIZE, TAP_X_VERBOSE, TAP_X_STREAMS, TAP_X_PROXY.',
    ],
    [
      "an integer that a double would change",
      { files: { "a.json": `{"page_size":9007199254740993,${JSON.stringify(complete).slice(1)}` } },
      'config: "page_size" must be an integer. Set it in a.json.',
    ],
    [
      "nested settings",
      { files: { "a.json": { ...complete, proxy: { port: "x" } } } },
      'config: "proxy.host" is missing; "proxy.port" must be an integer. Set them in a.json.',
    ],
    [
      "a setting of the wrong kind altogether",
      { files: { "a.json": { ...complete, email: ["a"], api_token: { s3cr3t: 1 } } } },
      'config: "email" must be a text; "api_token" must be a text. Set them in a.json.',
    ],
  ])("refuses %s", async (_name, run, message) => {
    const error = await errorOf(run);
    expect(error.message).toBe(message);
    expect(error.exitCode).toBe(78);
  });

  it("says what a choice between settings wants", async () => {
    const choice = fromJsonSchema<Record<string, unknown>>({
      type: "object",
      properties: { token: { type: "string" }, "pass/word": { type: "string" } },
      anyOf: [{ required: ["token"] }, { required: ["pass/word"] }],
    });
    const source = sourceOf({ files: { "a.json": {} }, paths: ["a.json", "ENV"] });
    await expect(loadConfig({ ...choice, properties: {} }, source)).rejects.toThrow(
      'config: it must have "token" or must have "pass/word". Set it in a.json or TAP_X_*.',
    );
    const wrong = sourceOf({ files: { "a.json": { "pass/word": 1 } }, paths: ["a.json", "ENV"] });
    await expect(loadConfig({ ...choice, properties: {} }, wrong)).rejects.toThrow(
      'config: "pass/word" must be a text. Set it in a.json or TAP_X_PASS_WORD.',
    );
  });

  it.each([
    ["PAGE_SIZE", "9007199254740993", 'config: "page_size" must be an integer. Set it in TAP_X_PAGE_SIZE.'],
    ["PROXY", "host,8080", 'config: "proxy" must be an object. Set it in TAP_X_PROXY.'],
  ])("does not guess what %s=%s means", async (key, text, message) => {
    const source = sourceOf({
      files: { "a.json": complete },
      paths: ["a.json", "ENV"],
      env: { [`TAP_X_${key}`]: text },
    });
    await expect(loadConfig(schema, source)).rejects.toThrow(message);
    expect(source.warnings).toEqual([]);
  });

  it("shows no secret in an error, its cause or its stack", async () => {
    const error = await errorOf({ files: { "a.json": '{"api_token": "s3cr3t-token" "x"}' } });
    expect(error.cause).toBeUndefined();
    expect(`${error.stack}`).not.toContain("s3cr3t");
    const wrong = await errorOf({ files: { "a.json": { ...complete, api_token: 12345678 } } });
    expect(wrong.message).toBe('config: "api_token" must be a text. Set it in a.json.');
  });
});

describe("checkConfig", () => {
  it("fills in what is missing and leaves the value alone", async () => {
    const value = Object.freeze({ ...complete, start_date: "2026-01-01", note: null });
    expect(await checkConfig(schema, value, { name: "tap-x" })).toStrictEqual(filled);
  });

  it.each([
    [null, "tap-x: the config must be an object."],
    [[], "tap-x: the config must be an object."],
    [{ ...complete, page_size: "x" }, 'tap-x: "page_size" must be an integer. Correct the config.'],
  ])("refuses %j", async (value, message) => {
    await expect(checkConfig(schema, value, { name: "tap-x" })).rejects.toThrow(message);
  });

  it("hands out defaults that are not shared", async () => {
    const listed = object({ tags: withDefault(array(string()), ["a"]) });
    const first = await checkConfig(listed, {}, { name: "t" });
    const second = await checkConfig(listed, {}, { name: "t" });
    expect(first).toEqual({ tags: ["a"] });
    expect(first.tags).not.toBe(second.tags);
  });
});

describe("secretsOf", () => {
  const nested = object({
    token: secret(string()),
    pin: secret(integer()),
    open: string(),
    accounts: array(object({ name: string(), password: secret(string()) })),
    auth: optional(
      fromJsonSchema<unknown>({
        anyOf: [
          { type: "null" },
          { type: "object", properties: { key: { type: "string", writeOnly: true } } },
        ],
      }),
    ),
    whole: optional(secret(fromJsonSchema<unknown>({ type: "object" }))),
    constructor: optional(secret(string())),
  });

  it("answers every secret value, nested ones too", () => {
    const config = {
      token: "t-1",
      pin: 12345,
      open: "visible",
      accounts: [{ name: "n", password: "p-1" }, { name: "m", password: "p-2" }, null],
      auth: { key: "k-1", user: "u" },
      whole: { a: ["w-1", { b: 77, c: true }] },
      unknown: "x",
    };
    expect(secretsOf(nested.json, config)).toEqual(["t-1", "12345", "p-1", "p-2", "k-1", "w-1", "77"]);
  });

  it.each([null, undefined, "text", 5, [], {}])("answers nothing for %j", (config) => {
    expect(secretsOf(nested.json, config)).toEqual([]);
  });

  it("makes a redactor that hides them", () => {
    const redact = createRedactor(secretsOf(schema.json, { ...complete, proxy: { password: "hunter2!" } }));
    expect(redact("s3cr3t-token, hunter2! and a@b.c")).toBe("[redacted], [redacted] and a@b.c");
  });
});
