import { describe, expect, it } from "vitest";
import { commandLine } from "../command-line.ts";
import { executable, folder, pair, validate } from "./validate-support.ts";

describe("chorale validate", () => {
  it("is silent about a project that is all right", async () => {
    expect(await validate(`${pair}jobs: [{ name: j, tasks: tap-ok target-ok }]`)).toEqual({
      code: 0,
      stdout: "0 errors, 0 warnings\n",
      stderr: "",
    });
  });

  it.each([
    {
      name: "a job with an unknown tap",
      main: `${pair}jobs: [{ name: j, tasks: tap-okk target-ok }]`,
      line: "meltano.yml:4:10: error: jobs.j: tap-okk: no such tap, job or command. Did you mean tap-ok?",
    },
    {
      name: "a job without a target",
      main: `${pair}jobs: [{ name: j, tasks: tap-ok }]`,
      line: "meltano.yml:4:10: error: jobs.j: after tap-ok: no such target. Name a target after it. The project knows tap-ok, target-ok, j.",
    },
    {
      name: "a job that is its own task",
      main: `${pair}jobs: [{ name: j, tasks: j }]`,
      line: "meltano.yml:4:10: error: jobs.j: jobs.j: it names itself as a task. Leave that task out.",
    },
    {
      name: "a schedule of an unknown job",
      main: `${pair}jobs: [{ name: job, tasks: tap-ok target-ok }]\nschedules: [{ name: s, interval: "@once", job: jbo }]`,
      line: "meltano.yml:5:15: error: schedules.s: there is no job jbo. Did you mean job?",
    },
    {
      name: "a schedule of an unknown target",
      main: `${pair}schedules: [{ name: s, interval: "@once", extractor: tap-ok, loader: target }]`,
      line: "meltano.yml:4:15: error: schedules.s: target: no such target, nor a mapping. The project knows target-ok.",
    },
    {
      name: "a colon in a tap's name",
      main: `plugins: { extractors: [{ name: "a:b", executable: ./bin/tap-ok }] }`,
      line: 'meltano.yml:1:27: error: plugins.extractors.a:b: the name has a ":", which parts the names of a state id. Rename it.',
    },
    {
      name: "a colon in the suffix",
      main: `${pair}default_environment: e\nenvironments: [{ name: e, state_id_suffix: "a:b" }]`,
      line: 'meltano.yml:5:27: error: state_id_suffix: a:b has a ":", which parts the names of a state id. Write "-" for it.',
    },
    {
      name: "a rule that is none",
      main: `plugins: { extractors: [{ ${executable("tap-ok")}, select: [a.*, a., "!"] }] }`,
      lines: [
        'meltano.yml:1:81: error: tap-ok.select: "a." is no rule: it has a dot with nothing behind it. Write stream.property or !stream.property, with * for any text.',
        'meltano.yml:1:85: error: tap-ok.select: "!" is no rule: nothing stands behind the "!". Write stream.property or !stream.property, with * for any text.',
      ],
    },
    {
      name: "a set of settings that is not complete",
      main: `plugins: { extractors: [{ ${executable("tap-ok")}, settings: [{ name: a }, { name: b }, { name: c }], settings_group_validation: [[a, b], [c]], config: { a: 1 } }] }`,
      line: "meltano.yml:1:27: error: plugins.extractors.tap-ok lacks b. Set it in config:, or else c.",
    },
    {
      name: "a variable that is not set",
      main: `plugins: { extractors: [{ ${executable("tap-ok")}, config: { a: $NOT_SET_HERE } }] }`,
      line: "meltano.yml:1:77: error: tap-ok.a: the variable NOT_SET_HERE is not set. Set it in the environment or in .env.",
    },
    {
      name: "a program that is not there",
      main: "plugins: { extractors: [{ name: tap-nowhere-found }] }",
      line: 'meltano.yml:1:27: error: tap-nowhere-found: the program tap-nowhere-found was not found. Install it, or set "executable" to its path.',
    },
    {
      name: "a program of Python's that is not there",
      main: "plugins: { loaders: [{ name: tap-py, executable: tap-py-gone, pip_url: tap-py~=1 }] }",
      line: "meltano.yml:1:24: error: tap-py: the program tap-py-gone was not found. Install it: python3 -m venv .venv/tap-py && .venv/tap-py/bin/pip install tap-py~=1, and set executable: .venv/tap-py/bin/tap-py-gone.",
    },
    {
      name: "a utility that a job needs",
      main: "plugins: { utilities: [{ name: dbt-gone }] }\njobs: [{ name: j, tasks: dbt-gone }]",
      line: 'meltano.yml:1:26: error: dbt-gone: the program dbt-gone was not found. Install it, or set "executable" to its path.',
    },
    { name: "what reading finds", main: `${pair}jobs: {}`, line: undefined },
    {
      name: "a file that cannot be read",
      main: "a: [",
      line: expect.stringMatching(/^error: .*meltano\.yml:\d+:\d+: cannot be read as a project file: .*/),
    },
  ])("tells of $name", async ({ main, line, lines }) => {
    const { stdout, code } = await validate(main);
    const told = stdout.trimEnd().split("\n");
    if (line === undefined && lines === undefined)
      expect(told).toEqual([
        'meltano.yml:4:7: error: the project.jobs is no list. Begin entries with "- ".',
        "1 error, 0 warnings",
      ]);
    else expect(told.slice(0, -1)).toEqual(lines ?? [line]);
    expect(code).toBe(2);
  });

  it.each([
    {
      name: "a utility that nothing needs",
      main: "plugins: { utilities: [{ name: dbt-gone }] }",
      line: 'meltano.yml:1:26: warning: dbt-gone: the program dbt-gone was not found. Install it, or set "executable" to its path.',
    },
    {
      name: "a tap of the hub that nothing is known of",
      main: `plugins: { extractors: [{ ${executable("tap-ok")}, variant: acme }] }`,
      line: "meltano.yml:1:27: warning: plugins.extractors.tap-ok has no definition: it is taken to have catalog, discover, state. Write its capabilities and settings, or put its lock file into plugins/extractors.",
    },
    {
      name: "a setting that is spelled wrong",
      main: `plugins: { loaders: [{ ${executable("target-ok")}, settings: [{ name: account }, { name: a.b }], config: { acount: x, other: y, a: { b: { c: 1 } } } }] }`,
      line: "meltano.yml:1:126: warning: plugins.loaders.target-ok: it has no setting acount. Did you mean account?",
    },
    {
      name: "two states of one pair",
      main: `${pair}jobs: [{ name: j, tasks: tap-ok target-ok }]\nschedules: [{ name: s, interval: "@once", extractor: tap-ok, loader: target-ok }]`,
      line: 'meltano.yml:5:15: warning: schedules.s keeps its state under its own name, and j (meltano.yml:4:10) loads tap-ok into target-ok with another. Name a job in it, after "chorale state copy s …".',
    },
    {
      name: "another account's secret",
      main: `plugins: { extractors: [{ ${executable("tap-ok")}, settings: [{ name: token, kind: password }], config: { token: x } }, { name: tap-eu, inherit_from: tap-ok }] }`,
      line: "meltano.yml:1:138: warning: tap-eu.token: this secret is taken from tap-ok. Set it for tap-eu itself, unless both use one account.",
    },
  ])("warns of $name, and all is well", async ({ main, line }) => {
    expect(await validate(main)).toEqual({ code: 0, stderr: "", stdout: `${line}\n0 errors, 1 warning\n` });
  });

  it("looks at what it is told to look at", async () => {
    const main = `plugins:
  extractors: [{ ${executable("tap-ok")} }, { name: tap-gone }]
  loaders: [{ ${executable("target-ok")} }, { name: target-gone }]
jobs: [{ name: good, tasks: tap-ok target-ok }, { name: bad, tasks: tap-gone target-ok }]
schedules: [{ name: daily, interval: "@daily", job: bad }]
`;
    expect((await validate(main, ["good"])).stdout).toBe("0 errors, 0 warnings\n");
    expect((await validate(main, ["tap-ok", "target-ok"])).code).toBe(0);
    expect((await validate(main, ["target-gone"])).stdout).toMatch(
      /target-gone was not found.*\n1 error, 0 warnings\n$/,
    );
    expect((await validate(main, ["bad"])).stdout).toMatch(
      /tap-gone was not found.*\n1 error, 0 warnings\n$/,
    );
    expect((await validate(main, ["daily"])).stdout).toMatch(
      /tap-gone was not found.*\n1 error, 0 warnings\n$/,
    );
    expect((await validate(main)).stdout).toMatch(/2 errors, 0 warnings\n$/);
    const unknown = await validate(main, ["godo"]);
    expect(unknown).toMatchObject({
      code: 2,
      stdout: "error: godo: no such plugin, job or schedule. Did you mean good?\n1 error, 0 warnings\n",
    });
  });

  it("knows what jobs and schedules add to the environment", async () => {
    const taps = `[{ ${executable("tap-ok")}, config: { a: $OF_JOB, b: $OF_SCHEDULE } }]`;
    const main = `plugins: { extractors: ${taps}, loaders: [{ ${executable("target-ok")} }] }
jobs: [{ name: j, tasks: tap-ok target-ok, env: { OF_JOB: x } }]
`;
    const schedule = "schedules: [{ name: s, interval: '@daily', job: j, env: { OF_SCHEDULE: y } }]";
    expect((await validate(main)).stdout).toMatch(
      /tap-ok\.b: the variable OF_SCHEDULE is not set.*\n1 error/,
    );
    expect((await validate(main + schedule)).stdout).toBe("0 errors, 0 warnings\n");
  });

  it("looks at a target that no tap of the project fills", async () => {
    const main = `plugins: { loaders: [{ ${executable("target-ok")}, config: { a: $NOT_SET_HERE } }] }`;
    expect((await validate(main)).code).toBe(2);
  });

  it("fills a target from the taps of its jobs", async () => {
    const loader = `{ ${executable("target-ok")}, config: { s: $MELTANO_EXTRACT__LOAD_SCHEMA } }`;
    const main = `plugins: { extractors: [{ ${executable("tap-ok")} }], loaders: [${loader}] }\n`;
    expect((await validate(main)).stdout).toBe("0 errors, 0 warnings\n");
    expect((await validate(`${main}jobs: [{ name: j, tasks: tap-ok target-ok }]`)).stdout).toBe(
      "0 errors, 0 warnings\n",
    );
  });

  it("speaks JSON to CI", async () => {
    const { stdout, code } = await validate(`${pair}jobs: [{ name: j, tasks: tap-okk target-ok }]`, [
      "--format",
      "json",
    ]);
    expect(JSON.parse(stdout)).toEqual({
      ok: false,
      exit_code: 2,
      problems: [
        {
          severity: "error",
          message: "jobs.j: tap-okk: no such tap, job or command. Did you mean tap-ok?",
          file: "meltano.yml",
          line: 4,
          column: 10,
          suggestion: null,
        },
      ],
      live: [],
    });
    expect(code).toBe(2);
  });

  it("never shows a secret", async () => {
    const main = `plugins: { extractors: [{ ${executable("tap-ok")}, settings: [{ name: n, kind: integer, sensitive: true }], config: { n: s3cret-value } }] }`;
    const { stdout, code } = await validate(main);
    expect(code).toBe(2);
    expect(stdout).not.toContain("s3cret-value");
  });

  it("takes the options of the command line on both sides of its name", async () => {
    const cwd = await folder("a: [", {
      "other.yml": `${pair}environments: [{ name: e, state_id_suffix: "a:b" }]`,
    });
    const clean = { code: 0, stdout: "0 errors, 0 warnings\n", stderr: "" };
    expect(await commandLine(["--project", "other.yml", "validate"], { cwd })).toEqual(clean);
    expect(await commandLine(["validate", "-p", "other.yml"], { cwd })).toEqual(clean);
    expect(
      await commandLine(["-p", "no.yml", "validate", "-p", "other.yml", "--no-environment"], { cwd }),
    ).toEqual(clean);
    expect((await commandLine(["-p", "other.yml", "-e", "e", "validate"], { cwd })).code).toBe(2);
    const root = await commandLine(["validate", "-p", "other.yml"], {
      cwd,
      env: { MELTANO_PROJECT_ROOT: "/nowhere" },
    });
    expect(root).toEqual(clean);
  });
});
