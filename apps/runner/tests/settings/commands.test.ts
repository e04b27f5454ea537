import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseDotenv } from "@chorale/singer";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { openRunStore } from "../../src/store/open-run-store.ts";
import { commandLine } from "../command-line.ts";

/** Runs words of the command line in a folder. */
function chorale(
  root: string,
  { words, env = {} }: { words: readonly string[]; env?: Record<string, string> },
) {
  return commandLine(words, { cwd: root, env });
}

function folderOf(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "chorale-settings-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** The shape of a real team's file: two accounts of one tap, secrets by the names that their deployment has. */
const yml = `version: 1
default_environment: prod
environments:
- name: prod
env:
  WAREHOUSE_URL: $WAREHOUSE_HOST
plugins:
  extractors:
  - name: tap-zendesk
    namespace: tap_zendesk
    capabilities: [catalog, discover, state]
    settings:
    - {name: email}
    - {name: api_token, kind: password}
    - {name: subdomain, description: the account}
    - {name: start_date, kind: date_iso8601, value: "2020-01-01"}
    config:
      email: $TAP_ZENDESK_EMAIL
      api_token: $TAP_ZENDESK_API_TOKEN
      subdomain: acme
  - name: tap-zendesk--community-relations
    inherit_from: tap-zendesk
    config:
      email: $TAP_ZENDESK_COMMUNITY_RELATIONS_EMAIL
      subdomain: null
    select: [tickets.*]
  loaders:
  - name: target-snowflake--edcast
    executable: target-snowflake
    config:
      password: literal-secret
      dsn: "https://user:$TAP_ZENDESK_API_TOKEN@host"
      nested: {client_secret: deep-secret, url: $WAREHOUSE_URL}
      default_target_schema: raw_$MELTANO_EXTRACT__LOAD_SCHEMA
  utilities:
  - {name: dbt, namespace: dbt, commands: {run: run}}
jobs:
- name: zendesk
  tasks:
  - tap-zendesk target-snowflake--edcast
  - [tap-zendesk--community-relations target-snowflake--edcast, "dbt:run"]
schedules:
- {name: zendesk-daily, interval: "0 4 * * *", job: zendesk, env: {X: y}}
- {name: legacy, interval: "@daily", extractor: tap-zendesk, loader: target-snowflake--edcast}
- {name: manual, interval: "@once", job: zendesk}
`;
const env = {
  TAP_ZENDESK_EMAIL: "ann@acme.test",
  TAP_ZENDESK_API_TOKEN: "tok-en-123",
  TAP_ZENDESK_COMMUNITY_RELATIONS_EMAIL: "bob@acme.test",
  WAREHOUSE_HOST: "wh.test",
};
const project = () => folderOf({ "meltano.yml": yml });

describe("config explain", () => {
  it("shows every layer with file and line, and which won", async () => {
    const { stdout, code } = await chorale(project(), {
      words: ["config", "explain", "tap-zendesk--community-relations", "email"],
      env,
    });
    expect(stdout).toBe(`tap-zendesk--community-relations.email = bob@acme.test
  environment variable        TAP_ZENDESK__COMMUNITY_RELATIONS_EMAIL  not set
  environment of the project  nothing
→ project file                meltano.yml:24:7  $TAP_ZENDESK_COMMUNITY_RELATIONS_EMAIL
  inherited                   TAP_ZENDESK_EMAIL of tap-zendesk  ann@acme.test
  inherited                   of tap-zendesk  nothing
  inherited                   of tap-zendesk meltano.yml:18:7  $TAP_ZENDESK_EMAIL
  default                     nothing
    TAP_ZENDESK_COMMUNITY_RELATIONS_EMAIL: from the environment
`);
    expect(code).toBe(0);
  });

  it("says what is dropped: a null, and a variable that nothing sets", async () => {
    const dropped = await chorale(project(), {
      words: ["config", "explain", "tap-zendesk--community-relations", "subdomain"],
      env,
    });
    expect(dropped.stdout).toContain(
      "  project file                meltano.yml:25:7  null: what is below counts\n",
    );
    expect(dropped.stdout).toContain("→ inherited                   of tap-zendesk meltano.yml:20:7  acme\n");
    const { TAP_ZENDESK_COMMUNITY_RELATIONS_EMAIL: _, ...without } = env;
    const unset = await chorale(project(), {
      words: ["config", "explain", "tap-zendesk--community-relations", "email"],
      env: without,
    });
    expect(unset.stdout).toContain("    TAP_ZENDESK_COMMUNITY_RELATIONS_EMAIL: not set\n");
    expect(unset.stderr).toContain(
      "meltano.yml:24:7: tap-zendesk--community-relations.email: the variable TAP_ZENDESK_COMMUNITY_RELATIONS_EMAIL is not set.",
    );
    expect(unset.code).toBe(2);
  });

  it.each([
    {
      plugin: "tap-zendesk",
      setting: "api_token",
      shows: "→ environment variable        TAP_ZENDESK_API_TOKEN  (secret)",
    },
    { plugin: "tap-zendesk", setting: "api_token", shows: "meltano.yml:19:7  $TAP_ZENDESK_API_TOKEN" },
    {
      plugin: "target-snowflake--edcast",
      setting: "password",
      shows: "→ project file                meltano.yml:31:7  (secret)",
    },
    { plugin: "target-snowflake--edcast", setting: "nested", shows: "nested.client_secret = (secret)" },
    {
      plugin: "target-snowflake--edcast",
      setting: "nested.url",
      shows: "    WAREHOUSE_URL: from meltano.yml:6:3",
    },
    { plugin: "target-snowflake--edcast", setting: "dsn", shows: "dsn = https://" },
    { plugin: "tap-zendesk--community-relations", setting: "select", shows: 'select = ["tickets.*"]' },
    { plugin: "tap-zendesk--community-relations", setting: "_select", shows: "meltano.yml:26:5" },
  ])("shows $plugin $setting and no secret", async ({ plugin, setting, shows }) => {
    const { stdout, stderr } = await chorale(project(), {
      words: ["config", "explain", plugin, setting],
      env,
    });
    expect(stdout).toContain(shows);
    expect(stdout + stderr).not.toMatch(/tok-en-123|literal-secret|deep-secret/);
  });

  it.each([
    { words: ["tap-zendesc", "email"], says: "tap-zendesc: no such plugin. Did you mean tap-zendesk?" },
    { words: ["tap-zendesk", "emial"], says: "tap-zendesk.emial: no such setting. Did you mean email?" },
  ])("refuses $words", async ({ words, says }) => {
    const { stderr, code } = await chorale(project(), { words: ["config", "explain", ...words], env });
    expect(stderr).toContain(says);
    expect(code).toBe(2);
  });
});

describe("config print", () => {
  const print = (...words: string[]) => chorale(project(), { words: ["config", "print", ...words], env });

  it("prints the file that a plugin is given, without secrets", async () => {
    const { stdout, code } = await print("target-snowflake--edcast");
    expect(JSON.parse(stdout)).toEqual({
      password: "(secret)",
      dsn: "https://[redacted]@host",
      nested: { client_secret: "(secret)", url: "wh.test" },
    });
    expect(code).toBe(0);
  });

  it("shows secrets when it is told to", async () => {
    const { stdout } = await print("target-snowflake--edcast", "--unsafe");
    expect(JSON.parse(stdout)).toMatchObject({
      password: "literal-secret",
      nested: { client_secret: "deep-secret" },
    });
  });

  it("prints what a .env file can hold, and reads it back", async () => {
    const { stdout } = await print("tap-zendesk", "--format", "env", "--unsafe");
    expect([...parseDotenv(stdout)]).toEqual([
      ["TAP_ZENDESK_EMAIL", "ann@acme.test"],
      ["TAP_ZENDESK_API_TOKEN", "tok-en-123"],
      ["TAP_ZENDESK_SUBDOMAIN", "acme"],
      ["TAP_ZENDESK_START_DATE", "2020-01-01"],
    ]);
    expect((await print("tap-zendesk", "--format", "env")).stdout).not.toContain("tok-en-123");
  });

  it("quotes whatever a value holds", async () => {
    const value = `it's "q" $HOME \`x\` \\n\nnext`;
    const root = folderOf({
      "meltano.yml": `plugins: {extractors: [{name: tap-x, config: {a: ${JSON.stringify(value.replace("$", "\\$"))}}}]}`,
    });
    const { stdout } = await chorale(root, { words: ["config", "print", "tap-x", "--format", "env"] });
    expect(parseDotenv(stdout).get("TAP_X_A")).toBe(value);
  });

  it("prints extras when it is told to", async () => {
    const { stdout } = await print("tap-zendesk--community-relations", "--extras");
    expect(JSON.parse(stdout)).toMatchObject({ email: "bob@acme.test", _select: ["tickets.*"] });
  });

  it("says what is wrong, and ends with 2", async () => {
    const end = await chorale(project(), { words: ["config", "print", "tap-zendesk"] });
    expect(JSON.parse(end.stdout)).toEqual({ subdomain: "acme", start_date: "2020-01-01" });
    expect(end.stderr).toContain("tap-zendesk.email: the variable TAP_ZENDESK_EMAIL is not set.");
    expect(end.code).toBe(2);
  });
});

describe("config list", () => {
  it("has a line for each setting, also for a text of several lines", async () => {
    const yml =
      'plugins:\n  extractors:\n  - {name: tap-x, namespace: tap_x, capabilities: [state], config: {a: "1\\n2"}}\n';
    const { stdout } = await chorale(folderOf({ "meltano.yml": yml }), {
      words: ["config", "list", "tap-x"],
    });
    expect(stdout.split("\n").slice(1)).toEqual([String.raw`a        "1\n2"  meltano.yml:3  TAP_X_A`, ""]);
  });

  it("lists settings with values, sources and variables", async () => {
    const { stdout } = await chorale(project(), {
      words: ["config", "list", "tap-zendesk--community-relations"],
      env,
    });
    expect(
      stdout,
    ).toBe(`setting     value          from                        variable                                     description
email       bob@acme.test  meltano.yml:24              TAP_ZENDESK__COMMUNITY_RELATIONS_EMAIL
api_token   (secret)       inherited from tap-zendesk  TAP_ZENDESK__COMMUNITY_RELATIONS_API_TOKEN
subdomain   acme           inherited from tap-zendesk  TAP_ZENDESK__COMMUNITY_RELATIONS_SUBDOMAIN   the account
start_date  2020-01-01     default                     TAP_ZENDESK__COMMUNITY_RELATIONS_START_DATE
`);
  });

  it("lists extras when it is told to", async () => {
    const { stdout } = await chorale(project(), {
      words: ["config", "list", "tap-zendesk", "--extras"],
      env,
    });
    expect(stdout).toMatch(/^select +\["\*\.\*"\] +default +TAP_ZENDESK__SELECT$/m);
  });
});

describe("secrets required", () => {
  const required = (...words: string[]) =>
    chorale(project(), {
      words: ["secrets", "required", ...words],
      env: { TAP_ZENDESK_EMAIL: "ann@acme.test" },
    });

  it("lists what a schedule's plugins need, by plugin", async () => {
    const { stdout, code } = await required("zendesk-daily", "--format", "json");
    expect(JSON.parse(stdout)).toEqual({
      plugins: [
        {
          plugin: "tap-zendesk",
          type: "extractors",
          variables: [
            { name: "TAP_ZENDESK_API_TOKEN", settings: ["api_token"], secret: true, set: false },
            { name: "TAP_ZENDESK_EMAIL", settings: ["email"], secret: false, set: true },
            {
              name: "WAREHOUSE_HOST",
              settings: ["tap-zendesk env.WAREHOUSE_URL"],
              secret: false,
              set: false,
            },
          ],
        },
        {
          plugin: "target-snowflake--edcast",
          type: "loaders",
          variables: [
            { name: "TAP_ZENDESK_API_TOKEN", settings: ["dsn"], secret: true, set: false },
            {
              name: "WAREHOUSE_HOST",
              settings: ["nested.url", "target-snowflake--edcast env.WAREHOUSE_URL"],
              secret: false,
              set: false,
            },
          ],
        },
        {
          plugin: "tap-zendesk--community-relations",
          type: "extractors",
          variables: [
            { name: "TAP_ZENDESK_API_TOKEN", settings: ["api_token"], secret: true, set: false },
            { name: "TAP_ZENDESK_COMMUNITY_RELATIONS_EMAIL", settings: ["email"], secret: false, set: false },
            {
              name: "WAREHOUSE_HOST",
              settings: ["tap-zendesk--community-relations env.WAREHOUSE_URL"],
              secret: false,
              set: false,
            },
          ],
        },
        {
          plugin: "dbt",
          type: "utilities",
          variables: [
            { name: "WAREHOUSE_HOST", settings: ["dbt env.WAREHOUSE_URL"], secret: false, set: false },
          ],
        },
      ],
    });
    expect(code).toBe(0);
  });

  it("writes a .env file to fill in, each variable once", async () => {
    const { stdout } = await required("tap-zendesk", "tap-zendesk--community-relations");
    expect(stdout).toBe(`# tap-zendesk
TAP_ZENDESK_API_TOKEN=
TAP_ZENDESK_EMAIL=
WAREHOUSE_HOST=

# tap-zendesk--community-relations
# TAP_ZENDESK_API_TOKEN as above
TAP_ZENDESK_COMMUNITY_RELATIONS_EMAIL=
# WAREHOUSE_HOST as above
`);
  });

  it("writes the env of a container", async () => {
    const { stdout } = await required("tap-zendesk", "--format", "k8s", "--secret-name", "my-secrets");
    expect(parse(stdout)).toEqual(
      ["TAP_ZENDESK_API_TOKEN", "TAP_ZENDESK_EMAIL", "WAREHOUSE_HOST"].map((name) => ({
        name,
        valueFrom: { secretKeyRef: { name: "my-secrets", key: name } },
      })),
    );
  });

  it("knows secrets that are set nowhere, and shows no value", async () => {
    const root = folderOf({
      "meltano.yml":
        "plugins: {extractors: [{name: tap-x, settings: [{name: pin, sensitive: true}, {name: open}]}]}",
    });
    const { stdout } = await chorale(root, { words: ["secrets", "required"] });
    expect(stdout).toBe("# tap-x\nTAP_X_PIN=\n");
    const set = await chorale(root, { words: ["secrets", "required"], env: { TAP_X_PIN: "1234567" } });
    expect(set.stdout).toBe("# tap-x\nTAP_X_PIN=\n");
  });

  it.each([
    {
      words: ["zendesk-dialy"],
      says: "zendesk-dialy: no such plugin, job or schedule. Did you mean zendesk-daily?",
    },
    { words: ["--secret-name", "not a name"], says: "It is no name of a secret" },
  ])("refuses $words", async ({ words, says }) => {
    const { stderr, code } = await required(...words);
    expect(stderr).toContain(says);
    expect(code).toBe(2);
  });
});

describe("schedule list", () => {
  const list = (...words: string[]) => chorale(project(), { words: ["schedule", "list", ...words], env });
  const tasks = [
    "tap-zendesk target-snowflake--edcast",
    ["tap-zendesk--community-relations target-snowflake--edcast", "dbt:run"],
  ];
  const legacy = {
    name: "legacy",
    interval: "@daily",
    cron_interval: "0 0 * * *",
    env: {},
    extractor: "tap-zendesk",
    loader: "target-snowflake--edcast",
    transform: "skip",
    last_successful_run_ended_at: null,
    elt_args: ["tap-zendesk", "target-snowflake--edcast", "--transform=skip", "--state-id=legacy"],
  };

  it("has Meltano's form as JSON", async () => {
    const { stdout } = await list("--format", "json");
    expect(JSON.parse(stdout)).toEqual({
      schedules: {
        job: [
          {
            name: "zendesk-daily",
            interval: "0 4 * * *",
            cron_interval: "0 4 * * *",
            env: { X: "y" },
            job: { name: "zendesk", tasks },
          },
          {
            name: "manual",
            interval: "@once",
            cron_interval: null,
            env: {},
            job: { name: "zendesk", tasks },
          },
        ],
        elt: [legacy],
      },
    });
  });

  it("says when a pair last succeeded", async () => {
    const root = project();
    const store = await openRunStore({ root, clock: () => new Date("2026-11-22T04:00:00Z") });
    const run = { runId: "r1", stateId: "legacy", tap: "tap-zendesk", target: "target-snowflake--edcast" };
    await store.startRun({
      ...run,
      job: undefined,
      schedule: "legacy",
      attempt: 1,
      parentRunId: undefined,
      version: "0",
    });
    const at = new Date("2026-11-22T04:05:00Z");
    await store.finishRun({
      ...run,
      attempt: 1,
      status: "success",
      exitCode: 0,
      reason: "ok",
      problems: [],
      guiltyLines: [],
      counts: { streams: new Map(), records: 0, states: 0, bytes: 0, tapWaitMs: 0, targetWaitMs: 0 },
      statesCommitted: 0,
      startedAt: at,
      endedAt: at,
    });
    await store.close();
    const { stdout } = await chorale(root, { words: ["schedule", "list", "--format", "json"], env });
    expect(JSON.parse(stdout)).toMatchObject({
      schedules: { elt: [{ last_successful_run_ended_at: at.toISOString() }] },
    });
  });

  it("is a table for people", async () => {
    expect((await list()).stdout).toBe(`schedule       interval   cron (UTC)       runs
zendesk-daily  0 4 * * *  0 4 * * *        zendesk
legacy         @daily     0 0 * * *        tap-zendesk target-snowflake--edcast
manual         @once      never by itself  zendesk
`);
  });
});

describe("schedule run", () => {
  it("refuses a schedule that there is none of", async () => {
    const { stderr, code } = await chorale(project(), { words: ["schedule", "run", "zendesk-dayly"], env });
    expect(stderr).toContain("zendesk-dayly: no such schedule. Did you mean zendesk-daily?");
    expect(code).toBe(2);
  });

  it("plans what the schedule runs, under the schedule's name when it is a pair", async () => {
    const root = folderOf({
      "meltano.yml": `plugins:
  extractors: [{name: tap-x, executable: /bin/true}]
  loaders: [{name: target-y, executable: /bin/true}]
schedules: [{name: pair, interval: "@daily", extractor: tap-x, loader: target-y}]
`,
    });
    const { stdout, stderr, code } = await chorale(root, { words: ["schedule", "run", "pair", "--dry-run"] });
    expect(stderr).toBe("");
    expect(stdout).toContain("pair");
    expect(code).toBe(0);
  });
});

describe("job list", () => {
  it("prints jobs with their tasks", async () => {
    const text = await chorale(project(), { words: ["job", "list"], env });
    expect(text.stdout).toBe(`job      task
zendesk  tap-zendesk target-snowflake--edcast
         tap-zendesk--community-relations target-snowflake--edcast dbt:run
`);
    const json = await chorale(project(), { words: ["job", "list", "--format", "json"], env });
    expect(JSON.parse(json.stdout).jobs).toEqual([
      {
        job_name: "zendesk",
        tasks: [
          "tap-zendesk target-snowflake--edcast",
          ["tap-zendesk--community-relations target-snowflake--edcast", "dbt:run"],
        ],
      },
    ]);
  });

  it("says so when there are none", async () => {
    const root = folderOf({ "meltano.yml": "version: 1\n" });
    expect((await chorale(root, { words: ["job", "list"] })).stdout).toBe("The project has no jobs.\n");
    expect((await chorale(root, { words: ["schedule", "list"] })).stdout).toBe(
      "The project has no schedules.\n",
    );
  });
});
