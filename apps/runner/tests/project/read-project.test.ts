import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findProjectFile } from "../../src/project/read-project.ts";
import { folderWith, lines, plugin, projectOf, values } from "./support.ts";

describe("the top level", () => {
  it("reads a project with all its parts and finds nothing wrong with it", async () => {
    const project = await projectOf(`version: 1
default_environment: prod
project_id: 5e3c
send_anonymous_usage_stats: false
requires_meltano: ">=3"
state_backend: { uri: "s3://bucket/prefix", s3: { endpoint_url: http://x } }
elt.buffer_size: 1000
my_own: { key: 1 }
env: { LEVEL: root, PORT: 8080, ON: on, NONE: }
annotations: { chorale: { strict_variables: false }, other: { x: 1 } }
environments:
  - name: prod
    state_id_suffix: \${SHARD}
    env: { LEVEL: prod }
    config: { plugins: { extractors: [{ name: tap-x, config: { a: { b: 2 } }, select: ["t.*"], env: { E: "1" } }] } }
plugins:
  extractors:
    - name: tap-x
      config: { a: { b: 1, c: [1, { d: 2 }] } }
  loaders: [{ name: target-y }]
jobs:
  - { name: all, tasks: tap-x target-y, env: { J: 1 }, annotations: { chorale: { retries: 3 } } }
schedules:
  - { name: daily, interval: "@daily", job: all, env: { S: s }, start_date: 2020-01-01 }
  - { name: pair, interval: 0 4 * * *, extractor: tap-x, loader: target-y, transform: skip }
`);
    expect(project.problems).toEqual([]);
    expect(project.files).toEqual(["meltano.yml"]);
    expect(project.environment).toBe("prod");
    expect(project.stateIdSuffix).toEqual({
      value: "${SHARD}",
      place: { file: "meltano.yml", line: 13, column: 5 },
    });
    expect(values(project.settings)).toEqual({
      default_environment: "prod",
      project_id: "5e3c",
      send_anonymous_usage_stats: false,
      requires_meltano: ">=3",
      "state_backend.uri": "s3://bucket/prefix",
      "state_backend.s3.endpoint_url": "http://x",
      "elt.buffer_size": 1000,
      "my_own.key": 1,
    });
    expect(values(project.env)).toEqual({ LEVEL: "root", PORT: "8080", ON: "on", NONE: "" });
    expect(values(project.environmentEnv)).toEqual({ LEVEL: "prod" });
    expect(project.annotations).toEqual({ strict_variables: false });
    const x = plugin(project, "tap-x");
    expect(values(x.config)).toEqual({ "a.b": 1, "a.c": [1, { d: 2 }] });
    expect(values(x.environmentConfig)).toEqual({ "a.b": 2, _select: ["t.*"] });
    expect(values(x.environmentEnv)).toEqual({ E: "1" });
    expect(project.jobs.get("all")).toEqual({
      name: "all",
      tasks: [["tap-x", "target-y"]],
      written: ["tap-x target-y"],
      env: new Map([["J", { value: "1", place: { file: "meltano.yml", line: 22, column: 48 } }]]),
      annotations: { retries: 3 },
      place: { file: "meltano.yml", line: 22, column: 7 },
    });
    expect(project.schedules.get("daily")).toMatchObject({
      interval: "@daily",
      cron: "0 0 * * *",
      runs: { job: "all" },
      place: { line: 24 },
    });
    expect(project.schedules.get("pair")?.runs).toEqual({ extractor: "tap-x", loader: "target-y" });
  });

  it.each([
    {
      name: "plugin: for plugins:",
      text: "plugin: {}",
      line: "warning 1:1 plugin at the top level is a setting that nothing reads. Did you mean plugins?",
    },
    {
      name: "enviroments:",
      text: "enviroments: []",
      line: "warning 1:1 enviroments at the top level is a setting that nothing reads. Did you mean environments?",
    },
    {
      name: "extractors without plugins",
      text: "extractors: []",
      line: "warning 1:1 extractors at the top level is a setting that nothing reads. Indent extractors: below plugins:.",
    },
    {
      name: "metadata that fell out of its plugin",
      text: "plugins: {}\nmetadata: {}",
      line: "warning 2:1 metadata at the top level is a setting that nothing reads. Indent metadata: as much as the name: of the plugin that it belongs to.",
    },
    {
      name: "an unknown type of plugins",
      text: "plugins: { extractor: [] }",
      line: "warning 1:12 plugins.extractor: there are no plugins of this type, and nothing reads it. Did you mean extractors?",
    },
    {
      name: "metadata among the types",
      text: "plugins:\n  extractors: []\n  metadata: { '*': {} }",
      line: "warning 3:3 plugins.metadata: there are no plugins of this type, and nothing reads it. Indent metadata: as much as the name: of the plugin that it belongs to.",
    },
    {
      name: "plugins that are a list",
      text: "plugins: []",
      line: "error 1:10 the project.plugins is no mapping. Write keys below it.",
    },
    {
      name: "extractors that are a mapping",
      text: "plugins: { extractors: { a: 1 } }",
      line: 'error 1:24 plugins.extractors is no list. Begin entries with "- ".',
    },
    {
      name: "an entry without a name",
      text: "plugins: { loaders: [{ pip_url: x }] }",
      line: 'error 1:22 plugins.loaders: an entry has no "name". Write "name", or indent what belongs to the entry above.',
    },
    {
      name: "an entry that is a text",
      text: "plugins: { loaders: [target-x] }",
      line: 'error 1:22 plugins.loaders: an entry has no "name". Write "name", or indent what belongs to the entry above.',
    },
    {
      name: "two plugins of one name",
      text: "plugins:\n  loaders:\n    - name: a\n    - name: a",
      line: "error 4:7 plugins.loaders: a stands there twice, first in meltano.yml:3:7. Rename one, or leave it out.",
    },
    {
      name: "an environment that is not there",
      text: "default_environment: prd\nenvironments: [{ name: prod }]",
      line: "error 1:1 the project has no environment prd. Did you mean prod?",
    },
    {
      name: "two environments of one name",
      text: "environments: [{ name: a }, { name: a }]",
      line: "error 1:31 environments: a stands there twice, first in meltano.yml:1:18. Put both together.",
    },
    {
      name: "a colon in an environment's name",
      text: "environments: [{ name: 'a:b' }]",
      line: 'error 1:18 environments.a:b: the name has a ":", which parts the names of a state id. Rename it.',
    },
    {
      name: "an environment's plugin that is not there",
      text: `plugins: { extractors: [{ name: tap-x }] }\nenvironments:\n  - name: a\n    config: { plugins: { extractors: [{ name: tap-y }] } }`,
      line: "warning 4:41 environments.a.config.plugins.extractors.tap-y: the project has no such plugin, and nothing reads this. Did you mean tap-x?",
    },
    {
      name: "an environment's plugin that stands there twice",
      text: "plugins: { loaders: [{ name: t }] }\nenvironments: [{ name: a, config: { plugins: { loaders: [{ name: t }, { name: t }] } } }]",
      line: "error 2:73 environments.a.config.plugins.loaders.t stands there twice, first in meltano.yml:2:60. Put both together.",
    },
    {
      name: "an environment's plugins beside config",
      text: "environments:\n  - name: a\n    confg: {}",
      line: "warning 3:5 environments.a: nothing reads the key confg. Did you mean config?",
    },
    {
      name: "env with a mapping",
      text: "env: { A: { b: 1 } }",
      line: "error 1:11 the project.env.A is no text.",
    },
    {
      name: "a job without tasks",
      text: "jobs: [{ name: a }]",
      line: 'error 1:10 jobs.a has no tasks. Write tasks: ["tap-x target-y"].',
    },
    {
      name: "a task that is a mapping",
      text: "jobs: [{ name: a, tasks: [b c, { d: e }] }]",
      line: 'error 1:32 jobs.a.tasks has an entry that is no text. Write "tap-x target-y".',
    },
    {
      name: "two jobs of one name",
      text: "jobs: [{ name: a, tasks: b }, { name: a, tasks: b }]",
      line: "error 1:33 jobs: a stands there twice, first in meltano.yml:1:10. Rename one.",
    },
    {
      name: "task: for tasks:",
      text: "jobs: [{ name: a, task: b, tasks: b }]",
      line: "warning 1:19 jobs.a: nothing reads the key task. Did you mean tasks?",
    },
    {
      name: "a schedule without an interval",
      text: "schedules: [{ name: a, job: b }]",
      line: 'error 1:15 schedules.a has no interval. Write interval: "0 4 * * *", or "@daily".',
    },
    {
      name: "a schedule that is no cron",
      text: 'schedules: [{ name: a, job: b, interval: "0 25 * * *" }]',
      line: "error 1:32 schedules.a.interval: 0 25 * * *: 25 is no hour from 0 to 23. Write minute, hour, day, month and weekday.",
    },
    {
      name: "a schedule of nothing",
      text: 'schedules: [{ name: a, interval: "@daily", extractor: tap-x }]',
      line: "error 1:15 schedules.a names neither a job nor both extractor and loader. Write job:, or extractor: and loader:.",
    },
    {
      name: "a schedule of two things",
      text: 'schedules: [{ name: a, interval: "@daily", job: j, loader: l }]',
      line: "error 1:15 schedules.a names both a job and an extractor or a loader. Write job:, or extractor: and loader:.",
    },
    {
      name: "two schedules of one name",
      text: 'schedules: [{ name: a, interval: "@daily", job: j }, { name: a, interval: "@daily", job: j }]',
      line: "error 1:56 schedules: a stands there twice, first in meltano.yml:1:15. Rename one.",
    },
  ])("tells of $name", async ({ text, line }) => {
    expect(lines((await projectOf(text)).problems)).toEqual([line]);
  });

  it.each([
    {
      name: "the option",
      options: { environment: "b", env: { MELTANO_ENVIRONMENT: "a" } },
      environment: "b",
    },
    {
      name: "CHORALE_ENVIRONMENT",
      options: { env: { CHORALE_ENVIRONMENT: "b", MELTANO_ENVIRONMENT: "a" } },
      environment: "b",
    },
    { name: "MELTANO_ENVIRONMENT", options: { env: { MELTANO_ENVIRONMENT: "a" } }, environment: "a" },
    { name: "the .env file", options: { dotenv: { MELTANO_ENVIRONMENT: "a" } }, environment: "a" },
    {
      name: "an empty variable passed over",
      options: { env: { MELTANO_ENVIRONMENT: "" } },
      environment: "c",
    },
    { name: "the default", options: {}, environment: "c" },
    { name: "none", options: { withoutEnvironment: true, environment: "a" }, environment: undefined },
    { name: "none, as Meltano spells it", options: { environment: "null" }, environment: undefined },
  ])("takes the environment from $name", async ({ options, environment }) => {
    const text = "default_environment: c\nenvironments: [{ name: a }, { name: b }, { name: c }]";
    const project = await projectOf(text, options);
    expect(project.environment).toBe(environment);
    expect(project.problems).toEqual([]);
  });
});

describe("the project file", () => {
  it("is looked for here and above, chorale.yml first", async () => {
    const root = await folderWith({
      "meltano.yml": "",
      "a/chorale.yml": "",
      "a/meltano.yml": "",
      "a/b/c/x": "",
    });
    await mkdir(join(root, "a/b/chorale.yml"));
    expect(await findProjectFile(join(root, "a/b/c"), undefined)).toBe(join(root, "a/chorale.yml"));
    expect(await findProjectFile(root, undefined)).toBe(join(root, "meltano.yml"));
    expect(await findProjectFile(root, "other.yml")).toBe(join(root, "other.yml"));
    await expect(findProjectFile("/proc", undefined)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('Make one with "chorale init"'),
    });
  });
});

describe("annotations.chorale", () => {
  it.each([
    {
      of: "the project",
      yml: "annotations: { chorale: { strict_variable: false } }",
      key: "strict_variable",
    },
    {
      of: "jobs.j",
      yml: "jobs: [{ name: j, tasks: a b, annotations: { chorale: { retrie: 3 } } }]",
      key: "retrie",
    },
    {
      of: "schedules.s",
      yml: 'schedules: [{ name: s, interval: "@once", job: j, annotations: { chorale: { grase: 3 } } }]',
      key: "grase",
    },
  ])("of $of warns of a key that nothing reads", async ({ of, yml, key }) => {
    const { problems } = await projectOf(yml);
    expect(problems.map(({ severity, message }) => `${severity}: ${message}`)).toContain(
      `warning: ${of}.annotations.chorale: nothing reads the key ${key}.`,
    );
    expect(problems.find(({ message }) => message.includes(key))?.suggestion).toMatch(/^Did you mean /);
  });

  it("of a plugin warns of every key: nothing of a plugin is read there", async () => {
    const { problems } = await projectOf(
      "plugins: { extractors: [{ name: tap-x, namespace: x, annotations: { chorale: { retries: 3 } } }] }",
    );
    expect(problems.map(({ message }) => message)).toContain(
      "plugins.extractors.tap-x.annotations.chorale: nothing reads the key retries.",
    );
  });
});
