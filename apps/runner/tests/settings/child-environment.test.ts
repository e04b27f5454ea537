import { describe, expect, it } from "vitest";
import { readText, tapYml } from "./settings-project.ts";

const path = { PATH: "/bin", HOME: "/home/ann" };

describe("order", () => {
  const yml = `
env: {V: root, ROOT: "1"}
environments:
- name: prod
  env: {V: environment, ENVIRONMENT: "1"}
  config:
    plugins:
      extractors:
      - {name: tap-x, env: {V: plugin of environment}}
plugins:
  extractors:
  - {name: tap-x, env: {V: plugin, PLUGIN: "1"}}
  - {name: tap-y}
  - {name: tap-z, inherit_from: tap-x}
  - {name: tap-z--own, inherit_from: tap-z, env: {V: own}}
`;
  it.each<{
    rule: string;
    plugin: string;
    environment?: string;
    extra?: string;
    env?: Record<string, string>;
    dotenv?: Record<string, string>;
    v: string;
  }>([
    { rule: "the root comes last", plugin: "tap-y", v: "root" },
    { rule: "then the schedule", plugin: "tap-y", extra: "schedule", v: "schedule" },
    {
      rule: "then the environment",
      plugin: "tap-y",
      environment: "prod",
      extra: "schedule",
      v: "environment",
    },
    { rule: "then the plugin", plugin: "tap-x", extra: "schedule", v: "plugin" },
    {
      rule: "then the environment's plugin",
      plugin: "tap-x",
      environment: "prod",
      v: "plugin of environment",
    },
    { rule: "what a plugin inherits is its own", plugin: "tap-z", extra: "schedule", v: "plugin" },
    {
      rule: "an environment says it of the parent",
      plugin: "tap-z",
      environment: "prod",
      v: "plugin of environment",
    },
    { rule: "and is outranked by its own", plugin: "tap-z--own", environment: "prod", v: "own" },
    { rule: "then .env", plugin: "tap-x", environment: "prod", dotenv: { V: "dot" }, v: "dot" },
    {
      rule: "then the process",
      plugin: "tap-x",
      environment: "prod",
      dotenv: { V: "dot" },
      env: { V: "process" },
      v: "process",
    },
  ])("$rule", async ({ plugin, environment, extra, env = {}, dotenv = {}, v }) => {
    const { resolve } = await readText({
      yml,
      env,
      dotenv,
      ...(environment === undefined ? {} : { environment }),
    });
    const place = { file: "meltano.yml", line: 1, column: 1 };
    const extraEnv = new Map(extra === undefined ? [] : [["V", { value: extra, place }]]);
    expect(resolve(plugin, { extraEnv }).env["V"]).toBe(v);
  });

  it("keeps what each level says, expanded with those below it", async () => {
    const { resolve } = await readText({
      yml: `env: {A: "1", B: "$A"}\n${tapYml(["env: {C: '${B}2', D: '\\$A'}"])}`,
      env: { A: "9" },
    });
    expect(resolve("tap-x").env).toMatchObject({ A: "9", B: "9", C: "92", D: "$A" });
  });

  it("extends a variable that names itself, whoever set it", async () => {
    const { resolve } = await readText({
      yml: `env: {PATH: "/own/bin:$PATH"}\n${tapYml(["env: {PATH: '/tap/bin:$PATH'}"])}`,
      env: path,
    });
    expect(resolve("tap-x").env["PATH"]).toBe("/tap/bin:/own/bin:/bin");
  });
});

describe("what a process is told", () => {
  it("of the project and itself", async () => {
    const { resolve, root } = await readText({
      yml: `default_environment: prod\nenvironments: [{name: prod}]\nproject_id: p1\nstate_backend: {uri: "s3://key:geheim@bucket"}\n${tapYml(["variant: v"])}`,
      env: path,
    });
    const { env } = resolve("tap-x");
    expect(env).toMatchObject({
      ...path,
      MELTANO_PROJECT_ROOT: root,
      MELTANO_SYS_DIR_ROOT: `${root}/.meltano`,
      MELTANO_ENVIRONMENT: "prod",
      MELTANO_PROJECT_ID: "p1",
      MELTANO_JOB_TRIGGER: "cli",
      MELTANO_EXTRACTOR_NAME: "tap-x",
      MELTANO_EXTRACTOR_NAMESPACE: "tap_x",
      MELTANO_EXTRACTOR_VARIANT: "v",
    });
    expect(env).not.toHaveProperty("MELTANO_STATE_BACKEND_URI");
  });

  it("of its settings, by every name that Meltano gives them", async () => {
    const { resolve } = await readText({
      yml: `
plugins:
  extractors:
  - {name: tap-x, namespace: other, capabilities: [state], config: {list: [1, "a"], flag: true, n: 5, gone: null}}
  - {name: tap-x--eu, inherit_from: tap-x}
`,
    });
    expect(resolve("tap-x--eu").env).toMatchObject({
      TAP_X__EU_LIST: '[1,"a"]',
      TAP_X_LIST: '[1,"a"]',
      OTHER_LIST: '[1,"a"]',
      MELTANO_EXTRACT_LIST: '[1,"a"]',
      MELTANO_EXTRACT_FLAG: "true",
      MELTANO_EXTRACT_N: "5",
      MELTANO_EXTRACT__LOAD_SCHEMA: "tap_x__eu",
    });
    expect(resolve("tap-x--eu").env).not.toHaveProperty("MELTANO_EXTRACT_GONE");
  });

  it("is not another Python's business, unless the project says so", async () => {
    const env = { VIRTUAL_ENV: "/venv", PYTHONPATH: "/lib" };
    const { resolve } = await readText({ yml: tapYml([], ["env: {PYTHONPATH: /own}"]), env });
    expect(resolve("tap-x").env).not.toHaveProperty("VIRTUAL_ENV");
    expect(resolve("tap-x").env).not.toHaveProperty("PYTHONPATH");
    expect(resolve("target-y").env["PYTHONPATH"]).toBe("/own");
  });

  it("has no variable that a system would refuse", async () => {
    const { resolve } = await readText({ yml: tapYml([`config: {big: "${"x".repeat(200_000)}"}`]) });
    expect(resolve("tap-x").env).not.toHaveProperty("TAP_X_BIG");
  });
});

describe("secrets", () => {
  const yml = tapYml(
    [
      "config: {api_token: $TAP_SECRET, region: $REGION, both_token: $SHARED, both: $SHARED, url: 'https://u:$DB_PASSWORD@h'}",
    ],
    [
      "config: {password: $TARGET_SECRET}",
      "settings: [{name: password, sensitive: true, env: TARGET_Y_PASS}]",
    ],
  );
  const env = {
    ...path,
    TAP_SECRET: "tap's",
    REGION: "eu",
    SHARED: "shared",
    DB_PASSWORD: "db's",
    TARGET_SECRET: "target's",
    UNUSED_TOKEN: "unused",
  };

  it("do not stand in a tap's environment, but all else does", async () => {
    const { resolve } = await readText({ yml, env, dotenv: { OF_FILE: "1" } });
    const tap = resolve("tap-x");
    for (const name of ["TAP_SECRET", "DB_PASSWORD", "TAP_X_API_TOKEN", "MELTANO_EXTRACT_API_TOKEN"]) {
      expect(tap.env, name).not.toHaveProperty(name);
    }
    expect(tap.env).toMatchObject({
      ...path,
      REGION: "eu",
      SHARED: "shared",
      UNUSED_TOKEN: "unused",
      OF_FILE: "1",
      TAP_X_REGION: "eu",
    });
    expect([...tap.secretVariables].sort()).toEqual(["DB_PASSWORD", "TAP_SECRET"]);
  });

  it("of a tap are not its target's, open settings and extras are", async () => {
    const { resolve } = await readText({ yml, env });
    const target = resolve("target-y", { upstream: resolve("tap-x") });
    expect(JSON.stringify(target.env)).not.toMatch(/tap's|db's/);
    expect(target.env).toMatchObject({
      TAP_X_REGION: "eu",
      MELTANO_EXTRACT_REGION: "eu",
      MELTANO_EXTRACT__LOAD_SCHEMA: "tap_x",
      MELTANO_EXTRACTOR_NAME: "tap-x",
      MELTANO_LOADER_NAME: "target-y",
    });
  });

  it("of a tap may be named by its target's configuration", async () => {
    const { resolve } = await readText({
      yml: tapYml(["config: {api_token: t0ken}"], ["config: {a: $MELTANO_EXTRACT_API_TOKEN}"]),
    });
    const target = resolve("target-y", { upstream: resolve("tap-x") });
    expect(target.config["a"]).toBe("t0ken");
    expect(target.secrets).toContain("t0ken");
    expect(target.env).not.toHaveProperty("MELTANO_EXTRACT_API_TOKEN");
  });

  it("of a tap are its target's when the project says so", async () => {
    const { resolve } = await readText({
      yml: `annotations: {chorale: {loader_gets_tap_settings: true}}\n${yml}`,
      env,
    });
    const target = resolve("target-y", { upstream: resolve("tap-x") });
    expect(target.env).toMatchObject({ MELTANO_EXTRACT_API_TOKEN: "tap's", TAP_SECRET: "tap's" });
  });

  it("stand in the environment where the definition writes them, or the project says so", async () => {
    const { resolve } = await readText({ yml, env });
    expect(resolve("target-y").env).toMatchObject({ TARGET_Y_PASS: "target's" });
    expect(resolve("target-y").env).not.toHaveProperty("TARGET_SECRET");
    const shown = await readText({
      yml: `annotations: {chorale: {secrets_in_environment: true}}\n${yml}`,
      env,
    });
    expect(shown.resolve("tap-x").env).toMatchObject({ TAP_SECRET: "tap's", TAP_X_API_TOKEN: "tap's" });
  });

  it("that are read from a plugin's own variable are left out of it, too", async () => {
    const { resolve } = await readText({
      yml: tapYml(["settings: [{name: pin, sensitive: true}]"]),
      env: { TAP_X_PIN: "1234" },
    });
    const tap = resolve("tap-x");
    expect(tap.config).toEqual({ pin: "1234" });
    expect(tap.env).not.toHaveProperty("TAP_X_PIN");
  });

  it("that an env block fills in are left out with what it fills them in from", async () => {
    const { resolve } = await readText({
      yml: `env: {TAP_X_PIN: "$LONG", MIDDLE: "$DEEP", TAP_X_OPEN: "$REGION"}\n${tapYml(["settings: [{name: pin, sensitive: true}, {name: key, sensitive: true}, {name: open}]", "config: {key: $MIDDLE}"])}`,
      env: { LONG: "1", DEEP: "2", REGION: "eu" },
    });
    const tap = resolve("tap-x");
    expect(tap.config).toEqual({ pin: "1", key: "2", open: "eu" });
    expect(new Set(tap.secretVariables)).toEqual(new Set(["TAP_X_PIN", "LONG", "MIDDLE", "DEEP"]));
    expect(Object.values(tap.env)).not.toContain("1");
    expect(Object.values(tap.env)).not.toContain("2");
    expect(tap.env).toMatchObject({ REGION: "eu", TAP_X_OPEN: "eu" });
  });

  it("that nothing but PATH and its like hold are kept", async () => {
    const { resolve } = await readText({ yml: tapYml(["config: {secret_home: $HOME}"]), env: path });
    expect(resolve("tap-x").env["HOME"]).toBe("/home/ann");
  });

  it("are all that a utility has: it reads no configuration file", async () => {
    const { resolve } = await readText({
      yml: "plugins:\n  utilities:\n  - {name: dbt, namespace: dbt, config: {password: $DB_PASSWORD, profile: p}}\n",
      env,
    });
    expect(resolve("dbt").env).toMatchObject({
      DB_PASSWORD: "db's",
      DBT_PASSWORD: "db's",
      MELTANO_UTILIZE_PASSWORD: "db's",
      MELTANO_UTILITY_NAME: "dbt",
      DBT_PROFILE: "p",
    });
  });

  it("are redacted in the logs of a process that finds them, whosever they are", async () => {
    const { resolve } = await readText({
      yml: "env: {PGPASSWORD: from a file, USE_TOKEN: yes}\nplugins: {utilities: [{name: dbt, namespace: dbt}]}\n",
      env: { TAP_X_API_TOKEN: "s3cret of a tap", DSN: "postgres://ann:hunter2@host", OTHER: "no secret" },
    });
    expect(new Set(resolve("dbt").secrets)).toEqual(new Set(["from a file", "s3cret of a tap", "hunter2"]));
  });
});
