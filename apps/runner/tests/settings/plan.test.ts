import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Problem } from "../../src/project/place.ts";
import type { CommandStep, Task, Unit } from "../../src/run/unit.ts";
import { type PlanOptions, planOf } from "../../src/settings/plan.ts";
import { defaultPolicy } from "../../src/settings/run-policy.ts";
import { type ProjectText, type ReadText, readText } from "./settings-project.ts";

interface PlanText extends Omit<ProjectText, "env"> {
  readonly env?: Readonly<Record<string, string>>;
  /** Programs, as paths from the project's folder. */
  readonly programs?: readonly string[];
  readonly words?: readonly string[];
  readonly schedule?: string;
  readonly options?: Partial<PlanOptions>;
}

async function plan(
  text: PlanText,
): Promise<{ tasks: readonly Task[]; read: ReadText; warnings: Problem[] }> {
  const read = await readText({ ...text, env: { PATH: "", ...text.env } });
  for (const path of text.programs ?? ["tap", "target"]) {
    mkdirSync(dirname(join(read.root, path)), { recursive: true });
    writeFileSync(join(read.root, path), "#!/bin/sh\n");
    chmodSync(join(read.root, path), 0o755);
  }
  const warnings: Problem[] = [];
  const { project, surroundings } = read;
  const tasks = await planOf({
    project,
    surroundings,
    words: text.words ?? ["tap-x", "target-y"],
    policy: {},
    stateIdSuffix: undefined,
    schedule: text.schedule === undefined ? undefined : project.schedules.get(text.schedule),
    warn: (problem) => warnings.push(problem),
    ...text.options,
  });
  return { tasks, read, warnings };
}

function unitsOf(tasks: readonly Task[]): readonly Unit[] {
  return tasks.flatMap(({ steps }) => steps.flatMap((step) => (step.kind === "unit" ? [step] : [])));
}

function commandsOf(tasks: readonly Task[]): readonly CommandStep[] {
  return tasks.flatMap(({ steps }) => steps.flatMap((step) => (step.kind === "command" ? [step] : [])));
}

const plugins = (more: { tap?: string; target?: string; rest?: string } = {}) => `
plugins:
  extractors:
  - {name: tap-x, executable: ./tap${more.tap ?? ""}}
  loaders:
  - {name: target-y, executable: ./target${more.target ?? ""}}
${more.rest ?? ""}`;

describe("planOf", () => {
  it("makes a unit of a tap and a target", async () => {
    const { tasks, read } = await plan({
      yml: plugins({ tap: ", config: {a: 1, token: $TOKEN}" }),
      env: { TOKEN: "s3cret" },
    });
    expect(tasks).toHaveLength(1);
    expect(unitsOf(tasks)).toMatchObject([
      {
        kind: "unit",
        stateId: "tap-x-to-target-y",
        tap: {
          name: "tap-x",
          program: join(read.root, "tap"),
          config: { a: 1, token: "s3cret" },
          secrets: ["s3cret"],
          capabilities: new Set(["catalog", "discover", "state"]),
        },
        extras: { select: ["*.*"], loadSchema: "tap_x" },
        mappers: [],
        target: {
          name: "target-y",
          program: join(read.root, "target"),
          config: { default_target_schema: "tap_x" },
        },
        targetKeepsState: false,
        job: undefined,
        schedule: undefined,
        policy: defaultPolicy,
      },
    ]);
  });

  it("makes a task of each task of a job, with the job's name", async () => {
    const { tasks } = await plan({
      yml: plugins({ rest: "jobs: [{name: j, tasks: [tap-x target-y, [tap-x target-y, tap-x target-y]]}]" }),
      words: ["j"],
    });
    expect(tasks.map(({ steps }) => steps.length)).toEqual([1, 2]);
    expect(unitsOf(tasks).map(({ job }) => job)).toEqual(["j", "j", "j"]);
  });

  it("lets neither of two plugins have the other's secrets", async () => {
    const { tasks } = await plan({
      yml: plugins({
        tap: ", config: {token: $TAP_TOKEN}",
        target: ", config: {password: $TARGET_PASSWORD}",
      }),
      env: { TAP_TOKEN: "a", TARGET_PASSWORD: "b", OTHER: "c" },
    });
    const [unit] = unitsOf(tasks);
    for (const env of [unit?.tap.env, unit?.target.env]) {
      expect(env).toMatchObject({ OTHER: "c" });
      expect(env).not.toHaveProperty("TAP_TOKEN");
      expect(env).not.toHaveProperty("TARGET_PASSWORD");
    }
  });

  it("lets no plugin have the secrets of any other, but for what clouds' programs look for", async () => {
    const others = `  - {name: tap-z, config: {token: $TAP_Z_TOKEN, secret_key: $AWS_SECRET_ACCESS_KEY, open: $REGION}}\n  loaders:`;
    const { tasks } = await plan({
      yml: plugins({ tap: ", config: {shared: $TAP_Z_SHARED}" }).replace("  loaders:", others),
      env: { TAP_Z_TOKEN: "a", AWS_SECRET_ACCESS_KEY: "b", REGION: "eu", TAP_Z_SHARED: "c" },
    });
    const [unit] = unitsOf(tasks);
    expect(unit?.tap.env).toMatchObject({ AWS_SECRET_ACCESS_KEY: "b", REGION: "eu", TAP_Z_SHARED: "c" });
    expect(unit?.tap.env).not.toHaveProperty("TAP_Z_TOKEN");
    expect(unit?.target.env).not.toHaveProperty("TAP_Z_TOKEN");
  });

  it("lets every plugin have them when the project says so", async () => {
    const { tasks } = await plan({
      yml: `annotations: {chorale: {secrets_in_environment: true}}${plugins({ tap: ", config: {token: $TAP_TOKEN}" })}`,
      env: { TAP_TOKEN: "a" },
    });
    expect(unitsOf(tasks)[0]?.target.env).toMatchObject({ TAP_TOKEN: "a" });
  });

  it("takes rules for streams of the command line", async () => {
    const yml = plugins({ tap: ", select_filter: [a]" });
    expect(unitsOf((await plan({ yml })).tasks)[0]?.extras.selectFilter).toEqual(["a"]);
    const { tasks } = await plan({ yml, options: { selectFilter: ["b"] } });
    expect(unitsOf(tasks)[0]?.extras.selectFilter).toEqual(["b"]);
  });

  it("tells what is wrong at once, and with what", async () => {
    const yml = plugins({ tap: ", config: {a: $A, b: $B, c: $C, d: $D}" });
    await expect(plan({ yml })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(
        /^meltano\.yml:4:\d+: tap-x\.a: the variable A is not set\. Set it in the environment or in \.env\. .*tap-x\.c: .*And 1 more: chorale validate tells all\.$/,
      ),
    });
  });

  it("hands warnings on: inherited secrets, incomplete groups", async () => {
    const { warnings } = await plan({
      yml: plugins({
        tap: ", config: {token: t}, settings: [{name: a}], settings_group_validation: [[a]]",
        rest: "",
      }).replace("  loaders:", "  - {name: tap-x--eu, inherit_from: tap-x}\n  loaders:"),
      words: ["tap-x--eu", "target-y"],
    });
    expect(warnings.map(({ message }) => message)).toEqual([
      "tap-x--eu.token: this secret is taken from tap-x.",
      "tap-x--eu: required settings are not set: a.",
    ]);
  });
});

describe("another target", () => {
  const rest = `
  - {name: target-z, executable: ./target}
schedules:
- {name: pair, interval: "@daily", extractor: tap-x, loader: target-y}
jobs:
- {name: j, tasks: [tap-x target-y, tap-x target-y]}
`;
  it.each<{ what: string; text: Partial<PlanText> }>([
    { what: "a job", text: { words: ["j"] } },
    { what: "a tap and a target", text: { words: ["tap-x", "target-y"] } },
    { what: "a schedule with a state of its own", text: { schedule: "pair" } },
  ])("takes the place of the one of $what, with another state", async ({ text }) => {
    const { tasks } = await plan({ yml: plugins({ rest }), ...text, options: { into: "target-z" } });
    const named = unitsOf(tasks).map(({ target, stateId }) => [target.name, stateId]);
    expect(new Set(named.map(String))).toEqual(new Set(["target-z,tap-x-to-target-z"]));
  });

  it("is one of the project", async () => {
    const run = plan({ yml: plugins({ rest }), options: { into: "target-x" } });
    await expect(run).rejects.toThrow("target-x: no such target. ");
  });
});

describe("state ids", () => {
  const rest = `
default_environment: prod
environments:
- {name: prod, state_id_suffix: "\${SHARD}"}
schedules:
- {name: pair, interval: "@daily", extractor: tap-x, loader: target-y}
- {name: of-job, interval: "@daily", job: j, env: {SHARD: s9}}
jobs:
- {name: j, tasks: [tap-x target-y], env: {SHARD: j9}}
`;
  it.each<{ rule: string; text: Partial<PlanText>; id: string }>([
    {
      rule: "have the environment and its suffix",
      text: { env: { SHARD: "s1" } },
      id: "prod:tap-x-to-target-y:s1",
    },
    { rule: "have no suffix when it is empty", text: { env: { SHARD: "" } }, id: "prod:tap-x-to-target-y" },
    {
      rule: "have the suffix of the command line",
      text: { options: { stateIdSuffix: "cl" } },
      id: "prod:tap-x-to-target-y:cl",
    },
    {
      rule: "have the suffix that a job's env says",
      text: { words: ["j"] },
      id: "prod:tap-x-to-target-y:j9",
    },
    {
      rule: "have the suffix that a schedule's env says",
      text: { words: ["j"], schedule: "of-job" },
      id: "prod:tap-x-to-target-y:s9",
    },
    { rule: "are the schedule's name of a pair", text: { schedule: "pair" }, id: "pair" },
    { rule: "may be said", text: { options: { stateId: "own" } }, id: "own" },
  ])("$rule", async ({ text, id }) => {
    const { tasks } = await plan({ yml: plugins({ rest }), ...text });
    expect(unitsOf(tasks).map(({ stateId }) => stateId)).toEqual([id]);
  });

  it("refuse a suffix that nothing sets, and one with a colon", async () => {
    await expect(plan({ yml: plugins({ rest }) })).rejects.toThrow(
      /state_id_suffix: the variable SHARD is not set/,
    );
    await expect(plan({ yml: plugins({ rest }), env: { SHARD: "a:b" } })).rejects.toThrow(
      /suffix of the state id has a ":"/,
    );
  });

  it("have no suffix that nothing sets when the project is as lenient as Meltano", async () => {
    const { tasks } = await plan({
      yml: `annotations: {chorale: {strict_variables: false}}${plugins({ rest })}`,
    });
    expect(unitsOf(tasks)[0]?.stateId).toBe("prod:tap-x-to-target-y");
  });

  it("that are said are for one pipeline", async () => {
    const words = ["tap-x", "target-y", "tap-x", "target-y"];
    await expect(plan({ yml: plugins(), words, options: { stateId: "own" } })).rejects.toThrow(
      "own: one state id is for one pipeline, and there are 2.",
    );
  });

  it("go to a target that keeps the state with its rows", async () => {
    const { tasks } = await plan({ yml: plugins({ target: ", config: {state_table: states}" }) });
    expect(unitsOf(tasks)).toMatchObject([
      {
        targetKeepsState: true,
        target: { config: { state_table: "states", state_id: "tap-x-to-target-y" } },
      },
    ]);
    const own = await plan({ yml: plugins({ target: ", config: {state_table: states, state_id: own}" }) });
    expect(unitsOf(own.tasks)).toMatchObject([{ target: { config: { state_id: "own" } } }]);
  });
});

describe("policies", () => {
  const rest = `
annotations: {chorale: {retries: 5, timeout: 1h, retry_delay: 10s}}
jobs:
- {name: j, tasks: [tap-x target-y], annotations: {chorale: {retries: 4, idle_timeout: 10m}}}
schedules:
- {name: s, interval: "@daily", job: j, annotations: {chorale: {retries: 3, grace: 2m, timeout: off}}}
`;
  it.each<{ rule: string; text: Partial<PlanText>; policy: object }>([
    {
      rule: "of the project",
      text: {},
      policy: { retries: 5, timeoutSeconds: 3600, retryDelaySeconds: 10, idleTimeoutSeconds: 3600 },
    },
    {
      rule: "of the job over it",
      text: { words: ["j"] },
      policy: { retries: 4, timeoutSeconds: 3600, idleTimeoutSeconds: 600 },
    },
    {
      rule: "of the schedule over that",
      text: { words: ["j"], schedule: "s" },
      policy: { retries: 3, timeoutSeconds: undefined, idleTimeoutSeconds: 600, graceSeconds: 120 },
    },
    {
      rule: "of the command line over all",
      text: {
        words: ["j"],
        schedule: "s",
        options: { policy: { retries: 0, idleTimeoutSeconds: undefined } },
      },
      policy: { retries: 0, idleTimeoutSeconds: undefined, graceSeconds: 120 },
    },
  ])("$rule", async ({ text, policy }) => {
    const { tasks } = await plan({ yml: plugins({ rest }), ...text });
    expect(unitsOf(tasks)).toMatchObject([{ policy }]);
  });

  it("let a tap that reads a log be idle, unless something says how long", async () => {
    const tap = ", metadata: {'*': {replication-method: LOG_BASED}}";
    expect(
      unitsOf((await plan({ yml: plugins({ tap }) })).tasks)[0]?.policy.idleTimeoutSeconds,
    ).toBeUndefined();
    const { tasks } = await plan({ yml: plugins({ tap }), options: { policy: { idleTimeoutSeconds: 5 } } });
    expect(unitsOf(tasks)[0]?.policy.idleTimeoutSeconds).toBe(5);
  });

  it.each([
    { key: "retries", value: "-1" },
    { key: "retries", value: "many" },
    { key: "timeout", value: "soon" },
    { key: "idle_timeout", value: "true" },
    { key: "retry_delay", value: "'off'" },
    { key: "allow_regression", value: "maybe" },
  ])("refuse $key: $value", async ({ key, value }) => {
    const jobs = `jobs: [{name: j, tasks: [tap-x target-y], annotations: {chorale: {${key}: ${value}}}}]`;
    await expect(plan({ yml: plugins({ rest: jobs }), words: ["j"] })).rejects.toThrow(
      new RegExp(`^meltano\\.yml:7:\\d+: jobs\\.j: annotations\\.chorale\\.${key} is not `),
    );
  });
});

describe("mappings", () => {
  const rest = `  mappers:
  - name: meltano-map-transformer
    executable: ./map
    config: {shared: 1, over: a}
    mappings:
    - {name: hide, config: {over: b, stream_maps: {"public.users": {email: null, api_key: $API_KEY}}}}
`;
  it("are the mapper's program with the mapping's configuration, nulls and dots kept", async () => {
    const { tasks, read } = await plan({
      yml: plugins({ rest }),
      programs: ["tap", "target", "map"],
      words: ["tap-x", "hide", "target-y"],
      env: { API_KEY: "k3y!" },
    });
    expect(unitsOf(tasks)).toMatchObject([
      {
        stateId: "tap-x-to-target-y",
        mappers: [
          {
            name: "hide",
            program: join(read.root, "map"),
            config: {
              shared: 1,
              over: "b",
              stream_maps: { "public.users": { email: null, api_key: "k3y!" } },
            },
            secrets: ["k3y!"],
            env: expect.not.objectContaining({ API_KEY: "k3y!" }),
          },
        ],
      },
    ]);
  });

  it("refuse a variable that nothing sets", async () => {
    const words = ["tap-x", "hide", "target-y"];
    await expect(plan({ yml: plugins({ rest }), words, programs: ["tap", "target", "map"] })).rejects.toThrow(
      "hide: the variable API_KEY is not set.",
    );
  });
});

describe("commands", () => {
  const rest = `  utilities:
  - name: dbt
    namespace: dbt
    executable: ./dbt-program
    config: {target: prod, password: $DB_PASSWORD}
    env: {FLAGS: --fast}
    commands:
      run: run --target $DBT_TARGET "two words" $FLAGS
      other: {args: "", executable: ./other}
      empty: run $EMPTY
      unset: run $NOPE
      open: run "x
`;
  const text = {
    yml: plugins({ rest }),
    programs: ["dbt-program", "other"],
    env: { DB_PASSWORD: "s3cret", EMPTY: "" },
  };

  it("have words, variables and a program", async () => {
    const { tasks, read } = await plan({ ...text, words: ["dbt:run", "dbt:other", "dbt"] });
    expect(tasks).toHaveLength(1);
    expect(commandsOf(tasks)).toMatchObject([
      {
        kind: "command",
        name: "dbt:run",
        program: join(read.root, "dbt-program"),
        args: ["run", "--target", "prod", "two words", "--fast"],
        env: { DBT_PASSWORD: "s3cret", FLAGS: "--fast" },
        secrets: ["s3cret"],
        graceSeconds: defaultPolicy.graceSeconds,
      },
      { name: "dbt:other", program: join(read.root, "other"), args: [] },
      { name: "dbt", args: [] },
    ]);
  });

  it.each([
    { command: "empty", says: "dbt:empty: the argument $EMPTY is empty." },
    { command: "unset", says: "dbt:unset: the variable NOPE is not set." },
    { command: "open", says: "dbt:open: a quote in its arguments is never closed." },
  ])("refuse $command", async ({ command, says }) => {
    await expect(plan({ ...text, words: [`dbt:${command}`] })).rejects.toThrow(says);
  });
});

describe("programs", () => {
  const bare = (more = "") => `
plugins:
  extractors: [{name: tap-x${more}}]
  loaders: [{name: target-y, executable: ./target}]
`;
  const withMore = (...programs: string[]) => ["target", ...programs];

  it.each<{ rule: string; yml: string; programs: string[]; found: string; env?: Record<string, string> }>([
    {
      rule: "of node_modules/.bin",
      yml: bare(", pip_url: tap-x"),
      programs: withMore("node_modules/.bin/tap-x", ".meltano/extractors/tap-x/venv/bin/tap-x"),
      found: "node_modules/.bin/tap-x",
    },
    {
      rule: "of Meltano's virtual environment",
      yml: bare(", pip_url: tap-x"),
      programs: withMore(".meltano/extractors/tap-x/venv/bin/tap-x"),
      found: ".meltano/extractors/tap-x/venv/bin/tap-x",
    },
    { rule: "by a path", yml: bare(", executable: bin/x"), programs: withMore("bin/x"), found: "bin/x" },
    {
      rule: "in a virtual environment's folder",
      yml: bare(", executable: ./.venv/tap-x"),
      programs: withMore(".venv/tap-x/bin/tap-x"),
      found: ".venv/tap-x/bin/tap-x",
    },
  ])("are found $rule", async ({ yml, programs, found }) => {
    const { tasks, read } = await plan({ yml, programs });
    expect(unitsOf(tasks)[0]?.tap.program).toBe(join(read.root, found));
  });

  it("are found in PATH, and nowhere in it as a folder", async () => {
    const read = await plan({ yml: bare(), programs: withMore("node_modules/.bin/tap-x") });
    const folder = join(read.read.root, "node_modules/.bin");
    const { tasks } = await plan({
      yml: bare(),
      programs: ["target", "dir/tap-x/inner"],
      env: { PATH: `${read.read.root}:${folder}` },
    });
    expect(unitsOf(tasks)[0]?.tap.program).toBe(join(folder, "tap-x"));
  });

  it("find those beside them first when they lie in a virtual environment", async () => {
    const files = { ".venv/tap-x/pyvenv.cfg": "home = /usr/bin\n" };
    const { tasks, read } = await plan({
      yml: bare(", executable: .venv/tap-x/bin/tap-x"),
      programs: withMore(".venv/tap-x/bin/tap-x"),
      files,
      env: { PATH: "/bin", VIRTUAL_ENV: "/other" },
    });
    const [unit] = unitsOf(tasks);
    expect(unit?.tap.env["PATH"]).toBe(`${join(read.root, ".venv/tap-x/bin")}:/bin`);
    expect(unit?.tap.env).not.toHaveProperty("VIRTUAL_ENV");
    expect(unit?.target.env["PATH"]).toBe("/bin");
  });

  it.each([
    { more: ", executable: ./nope", says: /tap-x: the program \.\/nope was not found\. Check "executable"/ },
    {
      more: "",
      says: /tap-x: the program tap-x was not found\. Install it, or set "executable" to its path\./,
    },
    {
      more: ", pip_url: git+https://x.test/tap.git",
      says: /was not found\. Install it: python3 -m venv \.venv\/tap-x && \.venv\/tap-x\/bin\/pip install git\+https:\/\/x\.test\/tap\.git, and set executable: \.venv\/tap-x\/bin\/tap-x\./,
    },
  ])("that are nowhere are refused with what to do", async ({ more, says }) => {
    await expect(plan({ yml: bare(more), programs: ["target"] })).rejects.toThrow(says);
  });
});
