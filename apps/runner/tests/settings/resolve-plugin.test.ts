import { describe, expect, it } from "vitest";
import { missingGroups } from "../../src/settings/resolve-plugin.ts";
import { type ProjectText, readText, tapYml } from "./settings-project.ts";

const family = `
default_environment: prod
environments:
- name: prod
  env: {FROM_ENVIRONMENT: e}
  config:
    plugins:
      extractors:
      - name: tap-x
        config: {in_environment: environment of tap-x, a: {b: eb}}
        select: [from_environment.*]
      - name: tap-x--eu
        config: {own_environment: environment of eu}
plugins:
  extractors:
  - name: tap-x
    namespace: tap_x
    capabilities: [catalog, discover, state]
    settings:
    - {name: plain, value: default of plain}
    - {name: nothing}
    - {name: api_token, sensitive: true}
    - {name: since, kind: date_iso8601, aliases: [start, begin]}
    - {name: port, kind: integer, value: 1}
    config:
      in_environment: file of tap-x
      in_file: file of tap-x
      a: {b: b, c: c}
      api_token: $TAP_X_SECRET
    select: [users.*]
  - name: tap-x--eu
    inherit_from: tap-x
    config: {own: file of eu, in_null: null}
`;

describe("precedence", () => {
  it.each<{
    rule: string;
    plugin?: string;
    setting: string;
    text?: Partial<ProjectText>;
    value: unknown;
    layer: string;
  }>([
    { rule: "a default", setting: "plain", value: "default of plain", layer: "default" },
    { rule: "the file", setting: "in_file", value: "file of tap-x", layer: "project file" },
    {
      rule: "the environment over the file",
      setting: "in_environment",
      value: "environment of tap-x",
      layer: "environment of the project",
    },
    {
      rule: "no environment",
      setting: "in_environment",
      text: { environment: "other" },
      value: "file of tap-x",
      layer: "project file",
    },
    {
      rule: ".env over the environment",
      setting: "in_environment",
      text: { dotenv: { TAP_X_IN_ENVIRONMENT: "dot" } },
      value: "dot",
      layer: ".env",
    },
    {
      rule: "the process over .env",
      setting: "in_environment",
      text: { dotenv: { TAP_X_IN_ENVIRONMENT: "dot" }, env: { TAP_X_IN_ENVIRONMENT: "process" } },
      value: "process",
      layer: "environment variable",
    },
    {
      rule: "the process over a default",
      setting: "port",
      text: { env: { TAP_X_PORT: "7" } },
      value: 7,
      layer: "environment variable",
    },
    {
      rule: "what comes from the environment is not expanded",
      setting: "plain",
      text: { env: { TAP_X_PLAIN: "pa$WORD" } },
      value: "pa$WORD",
      layer: "environment variable",
    },
    {
      rule: "what comes from .env is not expanded",
      setting: "plain",
      text: { dotenv: { TAP_X_PLAIN: "$NOPE" } },
      value: "$NOPE",
      layer: ".env",
    },
    {
      rule: "an empty variable wins, too",
      setting: "plain",
      text: { env: { TAP_X_PLAIN: "" } },
      value: "",
      layer: "environment variable",
    },
    {
      rule: "an alias in the environment",
      setting: "since",
      text: { env: { TAP_X_BEGIN: "2026-01-01" } },
      value: "2026-01-01",
      layer: "environment variable",
    },
    {
      rule: "inherited from the file",
      plugin: "tap-x--eu",
      setting: "in_file",
      value: "file of tap-x",
      layer: "inherited",
    },
    {
      rule: "inherited from the parent's environment",
      plugin: "tap-x--eu",
      setting: "in_environment",
      value: "environment of tap-x",
      layer: "inherited",
    },
    {
      rule: "inherited from the parent's variable",
      plugin: "tap-x--eu",
      setting: "in_file",
      text: { env: { TAP_X_IN_FILE: "v" } },
      value: "v",
      layer: "inherited",
    },
    {
      rule: "the child's own variable",
      plugin: "tap-x--eu",
      setting: "in_file",
      text: { env: { TAP_X_IN_FILE: "v", TAP_X__EU_IN_FILE: "own" } },
      value: "own",
      layer: "environment variable",
    },
    {
      rule: "the child's default comes behind what is inherited",
      plugin: "tap-x--eu",
      setting: "port",
      text: { env: { TAP_X_PORT: "9" } },
      value: 9,
      layer: "inherited",
    },
    {
      rule: "a parent's default is the child's",
      plugin: "tap-x--eu",
      setting: "plain",
      value: "default of plain",
      layer: "default",
    },
    {
      rule: "the child's environment",
      plugin: "tap-x--eu",
      setting: "own_environment",
      value: "environment of eu",
      layer: "environment of the project",
    },
  ])("$rule", async ({ plugin = "tap-x", setting, text, value, layer }) => {
    const yml =
      text?.environment === "other"
        ? family.replace("environments:", "environments:\n- name: other")
        : family;
    const resolved = (await readText({ ...text, yml })).resolve(plugin, { strict: false });
    expect(resolved.settings.get(setting)).toMatchObject({ value, winner: { layer } });
    expect(resolved.config[setting]).toEqual(value);
  });

  it("null in a file does not hide what is weaker", async () => {
    const { resolve } = await readText({
      yml: tapYml(["settings: [{name: a, value: default}]", "config: {a: null, b: null}"]),
    });
    expect(resolve("tap-x").config).toEqual({ a: "default" });
  });

  it("a variable that nothing sets does not fall through to what is weaker", async () => {
    const { resolve } = await readText({
      yml: tapYml(["settings: [{name: a, value: default}]", "config: {a: $NOPE}"]),
    });
    expect(resolve("tap-x").config).toEqual({});
    expect(resolve("tap-x", { strict: false }).config).toEqual({});
  });

  it("expands what is inherited with the child's variables", async () => {
    const { resolve } = await readText({
      yml: `
plugins:
  extractors:
  - {name: tap-x, config: {url: "https://$REGION.test"}, env: {REGION: us}}
  - {name: tap-x--eu, inherit_from: tap-x, env: {REGION: eu}}
`,
    });
    expect(resolve("tap-x").config).toEqual({ url: "https://us.test" });
    expect(resolve("tap-x--eu").config).toEqual({ url: "https://eu.test" });
  });

  it("lists every place, the strongest first, with file and line", async () => {
    const { resolve } = await readText({ yml: family, env: { TAP_X_SECRET: "s", TAP_X_API_TOKEN: "t" } });
    const token = resolve("tap-x--eu").settings.get("api_token");
    expect(
      token?.candidates.map(({ layer, name, inheritedFrom, place, written }) => [
        layer,
        name,
        inheritedFrom,
        place?.line,
        written,
      ]),
    ).toEqual([
      ["environment variable", "TAP_X__EU_API_TOKEN", undefined, undefined, undefined],
      ["environment of the project", undefined, undefined, undefined, undefined],
      ["project file", undefined, undefined, undefined, undefined],
      ["inherited", "TAP_X_API_TOKEN", "tap-x", undefined, "t"],
      ["inherited", undefined, "tap-x", undefined, undefined],
      ["inherited", undefined, "tap-x", 29, "$TAP_X_SECRET"],
      ["default", undefined, undefined, undefined, undefined],
    ]);
    expect(token).toMatchObject({
      value: "t",
      sensitive: true,
      winner: { name: "TAP_X_API_TOKEN", inheritedFrom: "tap-x" },
    });
  });
});

describe("names of variables", () => {
  it("are read by the name and by the namespace, and not both", async () => {
    const yml = tapYml(["namespace: other", "capabilities: [state]", "config: {a: 1}"]);
    const one = await readText({ yml, env: { OTHER_A: "2" } });
    expect(one.resolve("tap-x").config).toEqual({ a: 2 });
    const both = await readText({ yml, env: { OTHER_A: "2", TAP_X_A: "2" } });
    expect(both.resolve("tap-x").problems).toMatchObject([
      {
        severity: "error",
        message: "tap-x.a: TAP_X_A and OTHER_A are both set, and are names of one setting.",
      },
    ]);
    const apart = await readText({ yml, env: { OTHER_A: "2" }, dotenv: { TAP_X_A: "3" } });
    expect(apart.resolve("tap-x")).toMatchObject({ config: { a: 2 }, problems: [] });
  });

  it("are not those that a definition writes", async () => {
    const { resolve } = await readText({
      yml: tapYml(["settings: [{name: a, env: GOOGLE_A, value: d}]"]),
      env: { GOOGLE_A: "x" },
    });
    expect(resolve("tap-x").config).toEqual({ a: "d" });
    expect(resolve("tap-x").env).toMatchObject({ GOOGLE_A: "d", TAP_X_A: "d" });
  });

  it("may stand in env blocks of the project", async () => {
    const { resolve } = await readText({
      yml: `env: {TAP_X_A: from block}\n${tapYml(["config: {a: file}"])}`,
    });
    expect(resolve("tap-x").settings.get("a")).toMatchObject({
      value: "from block",
      winner: { layer: "environment variable", name: "TAP_X_A", place: { line: 1 } },
    });
  });
});

describe("objects", () => {
  const settings = "settings: [{name: o, kind: object}, {name: d, kind: object, value: {x: 1}}]";
  it.each<{ rule: string; lines: string[]; env?: Record<string, string>; config: unknown }>([
    {
      rule: "are put together from the file",
      lines: [settings, "config: {o: {a: {b: 1}, c: 2}}"],
      config: { o: { a: { b: 1 }, c: 2 }, d: { x: 1 } },
    },
    {
      rule: "have leaves that a variable overrides",
      lines: [settings, "config: {o: {a: {b: 1}}}"],
      env: { TAP_X_O_A_B: "5" },
      config: { o: { a: { b: 5 } }, d: { x: 1 } },
    },
    {
      rule: "have no leaves that are nowhere in the file",
      lines: [settings, "config: {o: {a: 1}}"],
      env: { TAP_X_O_Z: "5" },
      config: { o: { a: 1 }, d: { x: 1 } },
    },
    {
      rule: "may be set whole by a variable",
      lines: [settings, "config: {o: {a: 1}}"],
      env: { TAP_X_O: '{"z": 9007199254740993}' },
      config: { o: { z: {} }, d: { x: 1 } },
    },
    {
      rule: "lose their default to a leaf",
      lines: [settings, "config: {d: {y: 2}}"],
      config: { d: { y: 2 } },
    },
    {
      rule: "need no definition",
      lines: ["config: {q: {r: {s: 1}, t: [1, {u: null}]}}"],
      env: { TAP_X_Q_R_S: "2" },
      config: { q: { r: { s: 2 }, t: [1, { u: null }] } },
    },
    {
      rule: "lose their nulls",
      lines: [settings, "config: {o: {a: null, b: 1}}"],
      config: { o: { b: 1 }, d: { x: 1 } },
    },
    { rule: "keep empty ones", lines: ["config: {o: {}}"], config: { o: {} } },
    { rule: "may be written with dots", lines: ["config: {a.b: 1, a.c: 2}"], config: { a: { b: 1, c: 2 } } },
    {
      rule: "may have dots in a name behind a backslash",
      lines: ["config: {a: {'b\\.c': 1}}"],
      config: { a: { "b.c": 1 } },
    },
  ])("$rule", async ({ lines, env = {}, config }) => {
    const { resolve } = await readText({ yml: tapYml(lines), env });
    expect(resolve("tap-x").problems).toEqual([]);
    const text = JSON.stringify(resolve("tap-x").config).replaceAll("9007199254740993", "{}");
    expect(JSON.parse(text)).toEqual(config);
  });

  it("keep the digits that a variable has", async () => {
    const { resolve } = await readText({
      yml: tapYml([settings]),
      env: { TAP_X_O: '{"z": 9007199254740993}' },
    });
    expect(JSON.stringify(resolve("tap-x").config)).toBe('{"o":{"z":9007199254740993},"d":{"x":1}}');
  });

  it("are merged with what is inherited, leaf by leaf", async () => {
    const { resolve } = await readText({ yml: family, env: { TAP_X_SECRET: "s" } });
    expect(resolve("tap-x--eu").config["a"]).toEqual({ b: "eb", c: "c" });
  });

  it("cannot be a value as well", async () => {
    const { resolve } = await readText({
      yml: tapYml(["settings: [{name: a.b, value: 1}]", "config: {a: 5}"]),
    });
    expect(resolve("tap-x").problems).toMatchObject([
      { severity: "error", message: "tap-x: a has a value and cannot hold a.b as well." },
    ]);
  });

  it("that are given whole win over defaults of what they hold", async () => {
    const lines = ["settings: [{name: o, kind: object}, {name: o.a, value: 1}, {name: o.b, value: 2}]"];
    const { resolve } = await readText({ yml: tapYml(lines), env: { TAP_X_O: '{"a": 7}' } });
    expect(resolve("tap-x").config).toEqual({ o: { a: 7, b: 2 } });
  });

  it("may hold keys that would be a prototype", async () => {
    const { resolve } = await readText({
      yml: tapYml(["config: {a: {__proto__: {polluted: true}, constructor: 1}}"]),
    });
    const { config } = resolve("tap-x");
    expect(JSON.stringify(config)).toBe('{"a":{"__proto__":{"polluted":true},"constructor":1}}');
    expect("polluted" in {}).toBe(false);
  });
});

describe("kinds", () => {
  it.each<{ rule: string; lines: string[]; env?: Record<string, string>; config: unknown }>([
    {
      rule: "are taken from the file where nothing is defined",
      lines: ["config: {a: 5, b: true, c: 1.5, d: [x], e: x}"],
      env: { TAP_X_A: "6", TAP_X_B: "no", TAP_X_C: "2", TAP_X_D: "['y']", TAP_X_E: "7" },
      config: { a: 6, b: false, c: 2, d: ["y"], e: "7" },
    },
    {
      rule: "cast texts of the file, too",
      lines: ["settings: [{name: a, kind: integer}]", "config: {a: $N}"],
      env: { N: "6" },
      config: { a: 6 },
    },
    {
      rule: "do not touch texts that have none",
      lines: ["config: {a: '6', b: $N}"],
      env: { N: "7" },
      config: { a: "6", b: "7" },
    },
    {
      rule: "take relative dates",
      lines: ["settings: [{name: a, kind: date_iso8601}]", "config: {a: 2 days ago}"],
      config: { a: "2026-11-20T00:00:00Z" },
    },
    {
      rule: "are followed by processors",
      lines: ["settings: [{name: a, value_processor: upcase_string}]", "config: {a: raw}"],
      config: { a: "RAW" },
    },
    { rule: "read empty variables as nothing", lines: ["config: {a: 5}"], env: { TAP_X_A: "" }, config: {} },
  ])("$rule", async ({ lines, env = {}, config }) => {
    const { resolve } = await readText({ yml: tapYml(lines), env });
    expect(resolve("tap-x")).toMatchObject({ problems: [] });
    expect(resolve("tap-x").config).toStrictEqual(config);
  });

  it("say where, by which variable and with what they fail", async () => {
    const { resolve } = await readText({ yml: tapYml(["config: {port: 5}"]), env: { TAP_X_PORT: "abc" } });
    expect(resolve("tap-x").problems).toEqual([
      {
        severity: "error",
        message: 'tap-x.port: TAP_X_PORT is not an integer: "abc".',
        place: { file: "meltano.yml", line: 3, column: 5 },
        suggestion: "Write an integer.",
      },
    ]);
    expect(resolve("tap-x").config).toEqual({});
  });

  it("never show what is secret", async () => {
    const { resolve } = await readText({
      yml: tapYml(["settings: [{name: pin, kind: integer, sensitive: true}]", "config: {pin: $PIN}"]),
      env: { PIN: "hunter2" },
    });
    const [problem] = resolve("tap-x").problems;
    expect(problem).toMatchObject({ message: "tap-x.pin: the value is not an integer.", place: { line: 5 } });
    expect(JSON.stringify(problem)).not.toContain("hunter2");
  });
});

describe("unset variables", () => {
  it("are an error with variable, plugin, setting, file and line", async () => {
    const { resolve } = await readText({ yml: tapYml(["config:", "  a: 1", "  token: $NOT_SET"]) });
    expect(resolve("tap-x").problems).toEqual([
      {
        severity: "error",
        message: "tap-x.token: the variable NOT_SET is not set.",
        place: { file: "meltano.yml", line: 6, column: 7 },
        suggestion: "Set it in the environment or in .env.",
      },
    ]);
  });

  it("are what they are for Meltano when the project says so", async () => {
    const yml = `annotations: {chorale: {strict_variables: false}}\n${tapYml(["config: {a: $NOT_SET, b: x$NOT_SET}"])}`;
    const { resolve } = await readText({ yml });
    expect(resolve("tap-x").config).toEqual({ b: "x" });
    expect(resolve("tap-x").problems).toMatchObject([{ severity: "warning" }, { severity: "warning" }]);
  });

  it("are nothing in a default, which nobody wrote", async () => {
    const { resolve } = await readText({ yml: tapYml(["settings: [{name: a, value: $NOPE}]"]) });
    expect(resolve("tap-x")).toMatchObject({ config: {}, problems: [] });
  });

  it("that a run sets are nothing before it", async () => {
    const { resolve } = await readText({
      yml: tapYml([], ["config: {s: $MELTANO_EXTRACT__LOAD_SCHEMA, t: $NOPE}"]),
    });
    expect(resolve("target-y").problems).toMatchObject([
      { message: "target-y.t: the variable NOPE is not set." },
    ]);
  });

  it("of a plugin's own env are an error, of the project's a warning", async () => {
    const { resolve } = await readText({ yml: `env: {P: $NOPE}\n${tapYml(["env: {Q: $NOPE}"])}` });
    expect(resolve("tap-x").problems).toMatchObject([
      { severity: "warning", message: "the project: env.P: the variable NOPE is not set." },
      { severity: "error", message: "tap-x: env.Q: the variable NOPE is not set." },
    ]);
  });
});

describe("a variable's text", () => {
  it.each<{ rule: string; settings: string; config: string; value: unknown }>([
    {
      rule: "has the kind that the definition says",
      settings: "{name: a, kind: integer}",
      config: "x",
      value: 456,
    },
    {
      rule: "is a text for a definition without a kind",
      settings: "{name: a, value: 1}",
      config: "2",
      value: "0456",
    },
    {
      rule: "is what the file has for a setting without a definition",
      settings: "",
      config: "2",
      value: 456,
    },
    { rule: "is a text where the file has one", settings: "", config: "'2'", value: "0456" },
  ])("$rule", async ({ settings, config, value }) => {
    const yml = tapYml([`settings: [${settings}]`, `config: {a: ${config}}`]);
    const { resolve } = await readText({ yml, env: { TAP_X_A: "0456" } });
    expect(resolve("tap-x").config).toEqual({ a: value });
  });
});

describe("extras", () => {
  it("are what they are without any", async () => {
    const { resolve } = await readText({ yml: tapYml([]) });
    expect(resolve("tap-x").extras).toEqual({
      catalog: undefined,
      state: undefined,
      loadSchema: "tap_x",
      select: ["*.*"],
      selectFilter: [],
      metadata: {},
      schema: {},
      useCachedCatalog: true,
    });
  });

  it.each<{ rule: string; lines: string[]; env?: Record<string, string>; extras: object }>([
    {
      rule: "stand beside config",
      lines: ["select: [a.*, '!a.b']", "catalog: c.json", "use_cached_catalog: false"],
      extras: { select: ["a.*", "!a.b"], catalog: "c.json", useCachedCatalog: false },
    },
    {
      rule: "have no kept catalog for a tap that is worked on",
      lines: ["pip_url: -e ./tap-x", "use_cached_catalog: true"],
      extras: { useCachedCatalog: false },
    },
    { rule: "may stand in config", lines: ["config: {_select: [a.*]}"], extras: { select: ["a.*"] } },
    {
      rule: "are read from variables",
      lines: ["select: [a.*]"],
      env: { TAP_X__SELECT: '["b.*"]', TAP_X__SELECT_FILTER: "['b']", TAP_X__USE_CACHED_CATALOG: "0" },
      extras: { select: ["b.*"], selectFilter: ["b"], useCachedCatalog: false },
    },
    {
      rule: "have metadata of streams",
      lines: ["metadata: {users: {replication-method: INCREMENTAL, id: {is-replication-key: true}}}"],
      extras: {
        metadata: { users: { "replication-method": "INCREMENTAL", id: { "is-replication-key": true } } },
      },
    },
    {
      rule: "have metadata that a variable overrides",
      lines: ["metadata: {users: {replication-method: INCREMENTAL}}"],
      env: { TAP_X__METADATA_USERS_REPLICATION_METHOD: "FULL_TABLE" },
      extras: { metadata: { users: { "replication-method": "FULL_TABLE" } } },
    },
    {
      rule: "have metadata as a whole by a variable",
      lines: [],
      env: { TAP_X__METADATA: '{"a.b": {"selected": true}}' },
      extras: { metadata: { "a.b": { selected: true } } },
    },
    {
      rule: "have schemas",
      lines: ["schema: {users: {id: {type: [integer, 'null']}}}"],
      extras: { schema: { users: { id: { type: ["integer", "null"] } } } },
    },
    {
      rule: "have a schema to load into",
      lines: ["load_schema: raw_$SUFFIX"],
      env: { SUFFIX: "x" },
      extras: { loadSchema: "raw_x" },
    },
    {
      rule: "have a schema by a variable",
      lines: [],
      env: { TAP_X__LOAD_SCHEMA: "v" },
      extras: { loadSchema: "v" },
    },
  ])("$rule", async ({ lines, env = {}, extras }) => {
    const { resolve } = await readText({ yml: tapYml(lines), env });
    expect(resolve("tap-x").problems).toEqual([]);
    expect(resolve("tap-x").extras).toMatchObject(extras);
    expect(resolve("tap-x").config).toEqual({});
  });

  it("of the environment replace lists, and are inherited", async () => {
    const { resolve } = await readText({ yml: family, env: { TAP_X_SECRET: "s" } });
    expect(resolve("tap-x").extras.select).toEqual(["from_environment.*"]);
    expect(resolve("tap-x--eu").extras.select).toEqual(["from_environment.*"]);
  });

  it("have a schema called after the child", async () => {
    const { resolve } = await readText({ yml: family, env: { TAP_X_SECRET: "s" } });
    expect(resolve("tap-x--eu").extras.loadSchema).toBe("tap_x__eu");
  });
});

describe("a target's schema", () => {
  it.each<{ rule: string; target: string[]; tap?: string[]; schema: string | undefined }>([
    { rule: "is the tap's namespace", target: [], schema: "tap_x" },
    { rule: "is the tap's load_schema", target: [], tap: ["load_schema: raw"], schema: "raw" },
    {
      rule: "is what its configuration says",
      target: ["config: {default_target_schema: own}"],
      schema: "own",
    },
    {
      rule: "may name the tap's",
      target: ["config: {default_target_schema: raw_$MELTANO_EXTRACT__LOAD_SCHEMA}"],
      schema: "raw_tap_x",
    },
    {
      rule: "is filled in where the setting is known",
      target: ["settings: [{name: default_target_schema}]"],
      schema: "tap_x",
    },
    {
      rule: "is left alone where only others are known",
      target: ["settings: [{name: schema}]"],
      schema: undefined,
    },
    {
      rule: "is the definition's default where it has one",
      target: ["settings: [{name: default_target_schema, value: public}]"],
      schema: "public",
    },
  ])("$rule", async ({ target, tap = [], schema }) => {
    const { resolve } = await readText({ yml: tapYml(tap, target) });
    const resolved = resolve("target-y", { upstream: resolve("tap-x") });
    expect(resolved.problems).toEqual([]);
    expect(resolved.config["default_target_schema"]).toBe(schema);
  });
});

describe("secrets", () => {
  it("are sensitive settings, those called like secrets, and variables called so", async () => {
    const { resolve } = await readText({
      yml: tapYml([
        "settings: [{name: user, sensitive: true}, {name: key_id, kind: password}, {name: token_seconds, kind: integer}]",
        "config:",
        "  user: ann",
        "  key_id: kid",
        "  token_seconds: 12",
        "  client_secret: plain secret",
        "  token_url: https://x.test/token",
        "  dsn: postgres://bob:pass%20word@host/db",
        "  header: Bearer $API_TOKEN",
        "  nested: {password: [deep, 5]}",
      ]),
      env: { API_TOKEN: "from variable" },
    });
    expect(new Set(resolve("tap-x").secrets)).toEqual(
      new Set(["ann", "kid", "plain secret", "pass%20word", "from variable", "deep", "5"]),
    );
  });

  it("that are merely inherited are a warning", async () => {
    const { resolve } = await readText({ yml: family, env: { TAP_X_SECRET: "s" } });
    expect(resolve("tap-x").problems).toEqual([]);
    expect(resolve("tap-x--eu").problems).toMatchObject([
      {
        severity: "warning",
        message: "tap-x--eu.api_token: this secret is taken from tap-x.",
        place: { line: 31 },
      },
    ]);
    const own = await readText({ yml: family, env: { TAP_X_SECRET: "s", TAP_X__EU_API_TOKEN: "t" } });
    expect(own.resolve("tap-x--eu").problems).toEqual([]);
    const variable = await readText({ yml: family, env: { TAP_X_API_TOKEN: "t" } });
    expect(variable.resolve("tap-x--eu").problems).toMatchObject([
      { message: "tap-x--eu.api_token: this secret is taken from tap-x (TAP_X_API_TOKEN)." },
    ]);
  });
});

describe("credentials that are merely inherited", () => {
  const yml = (type: string, own: string) => `
plugins:
  ${type}:
  - {name: a, config: {username: ann, password: geheim, schema: x}}
  - {name: b, inherit_from: a, config: ${own}}
`;
  it.each([
    { type: "extractors", own: "{schema: y}", told: ["b.password: this secret is taken from a."] },
    { type: "extractors", own: "{username: bob, password: own}", told: [] },
    {
      type: "extractors",
      own: "{password: own}",
      told: ["b.username: this is taken from a, although the secret is b's own."],
    },
    { type: "loaders", own: "{schema: y}", told: [] },
    { type: "loaders", own: "{username: bob}", told: ["b.password: this secret is taken from a."] },
    {
      type: "loaders",
      own: "{password: own}",
      told: ["b.username: this is taken from a, although the secret is b's own."],
    },
  ])("of $type that set $own", async ({ type, own, told }) => {
    const { resolve } = await readText({ yml: yml(type, own) });
    const { problems } = resolve("b", { inheritedSecrets: "suspicious" });
    expect(problems.map(({ message }) => message)).toEqual(told);
    expect(resolve("a").problems).toEqual([]);
  });
});

describe("credentials of a plugin with its parent's namespace", () => {
  const yml = `
plugins:
  extractors:
  - name: tap-z
    namespace: tap_z
    settings: [{name: email}, {name: token, kind: password}]
    config: {email: $TAP_Z_EMAIL, token: $TAP_Z_TOKEN}
  - {name: tap-z--eu, inherit_from: tap-z, namespace: tap_z, config: {email: $EU_EMAIL, token: $EU_TOKEN}}
`;
  const eu = { EU_EMAIL: "eu@acme.test", EU_TOKEN: "eu's" };

  it("are told when they are the parent's", async () => {
    const env = { ...eu, TAP_Z_EMAIL: "us@acme.test", TAP_Z_TOKEN: "us's" };
    const { resolve } = await readText({ yml, env });
    expect(resolve("tap-z--eu", { inheritedSecrets: "suspicious" }).problems).toEqual([
      {
        severity: "warning",
        message: "tap-z--eu.token: this secret is taken from tap-z (TAP_Z_TOKEN).",
        place: { file: "meltano.yml", line: 8, column: 6 },
        suggestion: "Give tap-z--eu a namespace of its own, unless both use one account.",
      },
    ]);
    expect(resolve("tap-z").problems).toEqual([]);
  });

  it("are its own under its own name", async () => {
    const own = { TAP_Z__EU_EMAIL: "eu@acme.test", TAP_Z__EU_TOKEN: "eu's" };
    const { resolve } = await readText({ yml, env: { ...eu, ...own } });
    expect(resolve("tap-z--eu").problems).toEqual([]);
  });
});

describe("credentials that a target merely inherits", () => {
  it("are all told by default, and to a run only where they are mixed", async () => {
    const yml = `
plugins:
  loaders:
  - {name: a, config: {password: geheim}}
  - {name: b, inherit_from: a}
`;
    const { resolve } = await readText({ yml });
    expect(resolve("b").problems).toMatchObject([{ message: "b.password: this secret is taken from a." }]);
    expect(resolve("b", { inheritedSecrets: "suspicious" }).problems).toEqual([]);
  });
});

describe("missingGroups", () => {
  const lines = (config: string) => [
    "settings: [{name: a}, {name: b}, {name: c}]",
    "settings_group_validation: [[a, b], [c]]",
    `config: ${config}`,
  ];
  it.each([
    { config: "{a: 1, b: 2}", missing: [] },
    { config: "{c: 3}", missing: [] },
    { config: "{a: 1}", missing: [["b"], ["c"]] },
    { config: "{}", missing: [["a", "b"], ["c"]] },
  ])("of $config are $missing", async ({ config, missing }) => {
    const { resolve, plugin } = await readText({ yml: tapYml(lines(config)) });
    expect(missingGroups(plugin("tap-x"), resolve("tap-x"))).toEqual(missing);
  });

  it("are none where the plugin does not say", async () => {
    const { resolve, plugin } = await readText({ yml: tapYml([]) });
    expect(missingGroups(plugin("tap-x"), resolve("tap-x"))).toEqual([]);
  });
});
