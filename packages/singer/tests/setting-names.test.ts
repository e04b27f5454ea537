import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  alias,
  array,
  boolean,
  ConfigError,
  type ConfigSource,
  ConnectorError,
  checkConfig,
  checkPartialConfig,
  createRedactor,
  dateTime,
  describe as described,
  integer,
  type Logger,
  loadConfig,
  loadPartialConfig,
  nullable,
  object,
  oneOf,
  optional,
  refusedSetting,
  secret,
  secretsOf,
  string,
  withDefault,
} from "../src/index.ts";

const schema = object(
  {
    database: alias(string(), "dbname", "snowflake_database"),
    password: alias(optional(secret(string())), "snowflake_password"),
    start_date: alias(optional(dateTime()), "since"),
    rows: alias(withDefault(integer(), 100), "max_batch_rows"),
    compat: withDefault(oneOf("none", "pipelinewise", "meltanolabs"), "none"),
    metadata: alias(withDefault(boolean(), true), "add_metadata_columns"),
    keys: withDefault(boolean(), false),
    proxy: optional(
      object({ host: alias(string(), "server"), token: alias(optional(secret(string())), "key") }),
    ),
    stages: optional(array(object({ name: alias(string(), "title") }))),
    stream_maps: refusedSetting("Records are loaded as they come. Map them in SQL."),
    faker_config: alias(refusedSetting("Nothing is made up. Leave it out."), "faker"),
  },
  {
    presets: {
      compat: { pipelinewise: { metadata: false, keys: true }, meltanolabs: { rows: 7 } },
    },
  },
);

interface Line {
  readonly level: "info" | "warn";
  readonly message: string;
  readonly fields: unknown;
}

function logOf(lines: Line[]): Logger {
  const ignore = (): undefined => undefined;
  return {
    debug: ignore,
    error: ignore,
    info: (message, fields) => lines.push({ level: "info", message, fields }),
    warn: (message, fields) => lines.push({ level: "warn", message, fields }),
  };
}

interface Run {
  readonly files?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

function sourceOf({ files = {}, env }: Run, lines: Line[] = []): ConfigSource & { log: Logger } {
  return {
    paths: [...Object.keys(files), ...(env === undefined ? [] : ["ENV"])],
    prefix: "TARGET_X_",
    env: env ?? {},
    log: logOf(lines),
    readFile: async (path) => {
      if (Object.hasOwn(files, path)) return JSON.stringify(files[path]);
      throw Object.assign(new Error("no"), { code: "ENOENT" });
    },
  };
}

const load = (run: Run, lines?: Line[]) => loadConfig(schema, sourceOf(run, lines));
const defaults = { rows: 100, compat: "none", metadata: true, keys: false };

describe("names of settings", () => {
  it.each<[string, Run]>([
    ["a file", { files: { "a.json": { dbname: "d", max_batch_rows: 5 } } }],
    ["the environment", { env: { TARGET_X_DBNAME: "d", TARGET_X_MAX_BATCH_ROWS: "5" } }],
    ["two sources", { files: { "a.json": { dbname: "d" } }, env: { TARGET_X_MAX_BATCH_ROWS: "5" } }],
    [
      "a later source, over the own name",
      { files: { a: { database: "c", rows: 1 }, b: { dbname: "d", max_batch_rows: 5 } } },
    ],
    [
      "an earlier source, under the own name",
      { files: { a: { dbname: "c", rows: 5 }, b: { database: "d" } } },
    ],
    ["a null beside", { files: { a: { dbname: "d", database: null, rows: 5, max_batch_rows: null } } }],
    ["a null before", { files: { a: { database: null, dbname: "d", max_batch_rows: 5 } } }],
    [
      "all of its names, with one value",
      { files: { a: { dbname: "d", database: "d", snowflake_database: "d", rows: 5 } } },
    ],
  ])("may be others in %s", async (_name, run) => {
    expect(await load(run)).toEqual({ ...defaults, database: "d", rows: 5 });
  });

  it("may be others in a configuration from code, within objects and lists too", async () => {
    const given = { dbname: "d", proxy: { server: "h", key: "t" }, stages: [{ title: "s" }, { name: "t" }] };
    expect(await checkConfig(schema, given, { name: "target-x" })).toEqual({
      ...defaults,
      database: "d",
      proxy: { host: "h", token: "t" },
      stages: [{ name: "s" }, { name: "t" }],
    });
    expect(given).toEqual({
      dbname: "d",
      proxy: { server: "h", key: "t" },
      stages: [{ title: "s" }, { name: "t" }],
    });
  });

  it("are named in one line of the log", async () => {
    const lines: Line[] = [];
    await load(
      { files: { a: { dbname: "d", proxy: { server: "h" } } }, env: { TARGET_X_MAX_BATCH_ROWS: "5" } },
      lines,
    );
    expect(lines).toEqual([
      {
        level: "info",
        message:
          'config: settings by other names are read: "dbname" as "database", "proxy.server" as "proxy.host", "max_batch_rows" as "rows"',
        fields: { aliases: { dbname: "database", "proxy.server": "proxy.host", max_batch_rows: "rows" } },
      },
    ]);
  });

  it("are not spoken of where the own ones are used", async () => {
    const lines: Line[] = [];
    await load({ files: { a: { database: "d", rows: 5 } } }, lines);
    expect(lines).toEqual([]);
  });

  it.each<[string, Run, string]>([
    [
      "the own name",
      { files: { "a.json": { database: "s3cr3t", dbname: "other" } } },
      '"database" and "dbname"',
    ],
    [
      "two others",
      { files: { "a.json": { dbname: "s3cr3t", snowflake_database: "x" } } },
      '"dbname" and "snowflake_database"',
    ],
    [
      "within an object",
      { files: { "a.json": { database: "d", proxy: { host: "a", server: "b" } } } },
      '"proxy.host" and "proxy.server"',
    ],
  ])("may not say different things: %s", async (_name, run, names) => {
    await expect(load(run)).rejects.toThrow(
      new ConfigError(
        `config: a.json: ${names} are names of one setting and have different values. Keep one of them.`,
      ),
    );
  });

  it("may not say different things in the environment and in code", async () => {
    const said =
      '"database" and "dbname" are names of one setting and have different values. Keep one of them.';
    const env = { TARGET_X_DATABASE: "a", TARGET_X_DBNAME: "b" };
    await expect(load({ env })).rejects.toThrow(`config: ENV: ${said}`);
    await expect(checkConfig(schema, { database: "a", dbname: "b" }, { name: "x" })).rejects.toThrow(
      `x: ${said}`,
    );
  });

  it("is said beside the own one when the value is wrong", async () => {
    await expect(load({ files: { "a.json": { dbname: 7 } } })).rejects.toThrow(
      new ConfigError('config: "database" (given as "dbname") must be a text. Set it in a.json.'),
    );
  });

  it("are no property that every object inherits", async () => {
    await expect(
      load({ files: { "a.json": JSON.parse('{"constructor":"d","__proto__":{"database":"d"}}') } }),
    ).rejects.toThrow('"database" is missing');
  });

  it("belong to one setting each", async () => {
    const twice = object({ a: alias(optional(string()), "c"), b: alias(optional(string()), "c") });
    const own = object({ a: alias(optional(string()), "b"), b: optional(string()) });
    for (const each of [twice, own]) {
      const error: unknown = await checkConfig(each, {}, { name: "x" }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(ConnectorError);
      expect(error).not.toBeInstanceOf(ConfigError);
    }
  });

  it("are gathered when an alias is given again, and survive defaults and nulls", () => {
    const again = withDefault(alias(alias(described(string(), "D."), "a"), "b", "a"), "x");
    expect(again.json).toEqual({ type: "string", description: "D.", aliases: ["a", "b"], default: "x" });
    expect(nullable(alias(string(), "a")).json.aliases).toEqual(["a"]);
  });

  it("hide a secret whichever is used", () => {
    const raw = { snowflake_password: "pass-word-1", proxy: { key: "token-1" }, stages: [] };
    expect(secretsOf(schema.json, raw)).toEqual(["pass-word-1", "token-1"]);
    expect(createRedactor(secretsOf(schema.json, raw))("pass-word-1 token-1")).toBe("[redacted] [redacted]");
  });

  it("make no difference: any name in any source says the same", async () => {
    const names = {
      database: ["database", "dbname", "snowflake_database"],
      rows: ["rows", "max_batch_rows"],
    };
    const settings = fc.record(
      { database: fc.string({ minLength: 1 }), rows: fc.integer() },
      { requiredKeys: [] },
    );
    const named = settings.chain((own) =>
      fc
        .record({ database: fc.constantFrom(...names.database), rows: fc.constantFrom(...names.rows) })
        .map((chosen) => ({
          own,
          other: Object.fromEntries(
            Object.entries(own).map(([key, value]) => [
              key === "rows" ? chosen.rows : chosen.database,
              value,
            ]),
          ),
        })),
    );
    const base = fc.constantFrom(...names.database).map((name) => ({ [name]: "base" }));
    await fc.assert(
      fc.asyncProperty(base, fc.array(named, { maxLength: 3 }), async (first, sources) => {
        const files = (pick: (each: (typeof sources)[number]) => unknown) =>
          Object.fromEntries([
            ["0.json", first],
            ...sources.map((each, index) => [`${index + 1}.json`, pick(each)]),
          ]);
        expect(await load({ files: files(({ other }) => other) })).toEqual(
          await load({ files: files(({ own }) => own) }),
        );
      }),
    );
  });
});

describe("settings that are not offered", () => {
  it.each<[string, unknown]>([
    ["null", null],
    ["an empty text", ""],
    ["false", false],
    ["an empty object", {}],
    ["an empty list", []],
  ])("may be %s", async (_name, value) => {
    const lines: Line[] = [];
    const files = { a: { database: "d", stream_maps: value } };
    expect(await load({ files }, lines)).toEqual({ ...defaults, database: "d" });
    expect(lines).toEqual([]);
  });

  it.each(["", "{}", "[]", "false", "No", "0"])("may be %j in the environment", async (text) => {
    const env = { TARGET_X_DATABASE: "d", TARGET_X_STREAM_MAPS: text };
    expect(await load({ env })).toEqual({ ...defaults, database: "d" });
  });

  it.each<[string, Run, string]>([
    [
      "an object",
      { files: { a: { database: "d", stream_maps: { users: null } } } },
      '"stream_maps" is not offered: Records are loaded as they come. Map them in SQL.',
    ],
    [
      "true",
      { files: { a: { stream_maps: true } } },
      '"stream_maps" is not offered: Records are loaded as they come. Map them in SQL.',
    ],
    [
      "0",
      { files: { a: { stream_maps: 0 } } },
      '"stream_maps" is not offered: Records are loaded as they come. Map them in SQL.',
    ],
    [
      "a text of the environment",
      { env: { TARGET_X_STREAM_MAPS: '{"a":1}' } },
      '"stream_maps" is not offered: Records are loaded as they come. Map them in SQL.',
    ],
    [
      "another name",
      { files: { a: { faker: { seed: 1 } } } },
      '"faker_config" (given as "faker") is not offered: Nothing is made up. Leave it out.',
    ],
    [
      "several",
      { files: { a: { faker_config: [1], stream_maps: "x" } } },
      '"faker_config" is not offered: Nothing is made up. Leave it out. "stream_maps" is not offered: Records are loaded as they come. Map them in SQL.',
    ],
  ])("fail with %s", async (_name, run, said) => {
    const lines: Line[] = [];
    await expect(load(run, lines)).rejects.toThrow(new ConfigError(`config: ${said}`));
    expect(lines).toEqual([]);
  });
});

describe("presets", () => {
  it.each<[string, Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>]>([
    ["defaults without a choice", {}, {}],
    ["the chosen ones", { compat: "pipelinewise" }, { metadata: false, keys: true }],
    ["others", { compat: "meltanolabs" }, { rows: 7 }],
    [
      "what is said over the chosen ones",
      { compat: "pipelinewise", keys: false },
      { metadata: false, keys: false },
    ],
    ["what is said by another name", { compat: "pipelinewise", add_metadata_columns: true }, { keys: true }],
    ["the chosen ones over null", { compat: "pipelinewise", keys: null }, { metadata: false, keys: true }],
  ])("give %s", async (_name, settings, expected) => {
    const { compat = "none" } = settings;
    const config = await checkConfig(schema, { database: "d", ...settings }, { name: "x" });
    expect(config).toEqual({ ...defaults, database: "d", compat, ...expected });
    expect(await checkConfig(schema, config, { name: "x" })).toEqual(config);
  });

  it("are chosen by a setting's default, and by numbers and truth values", async () => {
    const chosen = object(
      {
        mode: withDefault(oneOf("a", "b"), "b"),
        level: optional(integer()),
        on: optional(boolean()),
        x: optional(integer()),
        y: optional(integer()),
      },
      {
        presets: { mode: { a: { x: 1 }, b: { x: 2 } }, level: { 3: { x: 9, y: 3 } }, on: { true: { y: 4 } } },
      },
    );
    const settle = (value: unknown) => checkConfig(chosen, value, { name: "x" });
    expect(await settle({})).toEqual({ mode: "b", x: 2 });
    expect(await settle({ mode: "a", level: 3, on: true })).toEqual({
      mode: "a",
      level: 3,
      on: true,
      x: 1,
      y: 3,
    });
    expect(await settle({ on: true })).toEqual({ mode: "b", on: true, x: 2, y: 4 });
    await expect(settle({ mode: "toString" })).rejects.toThrow('"mode" must be one of "a", "b"');
  });
});

describe("partial configurations", () => {
  it("may lack what is required, and are checked all the same", async () => {
    expect(await loadPartialConfig(schema, sourceOf({ files: { a: { max_batch_rows: 5 } } }))).toEqual({
      ...defaults,
      rows: 5,
    });
    expect(await checkPartialConfig(schema, { dbname: "d" }, { name: "x" })).toEqual({
      ...defaults,
      database: "d",
    });
    await expect(
      loadPartialConfig(schema, sourceOf({ files: { "a.json": { rows: "many" } } })),
    ).rejects.toThrow(new ConfigError('config: "rows" must be an integer. Set it in a.json.'));
    await expect(checkPartialConfig(schema, { stream_maps: 1 }, { name: "x" })).rejects.toThrow(
      "is not offered",
    );
    await expect(checkPartialConfig(schema, [], { name: "x" })).rejects.toThrow(
      "x: the config must be an object.",
    );
    await expect(checkPartialConfig(schema, { rows: "s" }, { name: "x" })).rejects.toThrow(
      'x: "rows" must be an integer. Correct the config.',
    );
  });
});
