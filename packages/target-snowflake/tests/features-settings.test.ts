import { describe, expect, it } from "vitest";
import {
  beginning,
  expectFailure,
  integer,
  moment,
  record,
  schema,
  state,
  testAccount,
  testSchema,
  text,
} from "./loads.ts";

const account = testAccount({
  world: {
    databases: [{ name: "RAW", schemas: ["PUBLIC", "STAGELESS", "PLACES", "OTHER"] }],
    warehouses: ["LOADING"],
    roles: {
      LOADER: { lacks: ["CREATE STAGE ON SCHEMA RAW.STAGELESS"] },
      READER: { lacks: [] },
      'the "other"': { lacks: [] },
    },
  },
});
const keyed = schema("users", { id: integer, name: text }, ["id"]);
const lines = [keyed, record("users", { id: 1, name: "a" }), state(1)];

describe("timestamp_type", () => {
  const moments = [
    ["2024-07-01T01:30:00.123456+02:00", "2024-06-30T23:30:00.123456"],
    ["1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999"],
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000"],
    ["9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999"],
  ] as const;

  it.each([
    ["TIMESTAMP_NTZ", ""],
    ["TIMESTAMP_TZ", "+00:00"],
    ["TIMESTAMP_LTZ", "Z"],
  ])("%s keeps the same moments, in UTC", async (timestamp_type, zone) => {
    const test = await account.schema({ timestamp_type });
    const records = moments.map(([written], id) =>
      record("events", { id, at: written }, { time_extracted: written }),
    );
    await test.load([schema("events", { id: integer, at: moment }, ["id"]), ...records, state(1)]);
    const rows = await test.query("SELECT AT, _SDC_EXTRACTED_AT FROM RAW.$.EVENTS ORDER BY ID");
    const stored = moments.map(([, utc]) => `${utc}${zone}`);
    expect(rows).toEqual(stored.map((at) => ({ AT: at, _SDC_EXTRACTED_AT: at })));
    const type = `${timestamp_type}(9)`;
    expect((await test.columns("EVENTS")).filter((column) => column.includes("TIMESTAMP"))).toEqual([
      `AT ${type}`,
      `_SDC_EXTRACTED_AT ${type}`,
      `_SDC_RECEIVED_AT ${type}`,
      `_SDC_BATCHED_AT ${type}`,
      `_SDC_DELETED_AT ${type}`,
    ]);
  });
});

describe("tables", () => {
  it("are transient and have comments where they are asked for", async () => {
    const test = await account.schema({ table_type: "transient" });
    const described = { ...text, description: `It's "quoted" \\ and\nlong ${"x".repeat(1500)}` };
    await test.load([
      schema("users", { id: { ...integer, description: "The key" }, name: described }, ["id"]),
      state(1),
    ]);
    const [table] = await test.query("SHOW TABLES LIKE 'USERS' IN SCHEMA RAW.$");
    expect(table?.["kind"]).toBe("TRANSIENT");
    const comments = await test.query("DESCRIBE TABLE RAW.$.USERS");
    const long = `It's "quoted" \\ and\nlong ${"x".repeat(1500)}`;
    expect(comments.slice(0, 3).map(({ comment }) => comment)).toEqual([
      "The key",
      `${long.slice(0, 999)}…`,
      null,
    ]);
  });
});

describe("query_tag", () => {
  it("stands on every statement of a commit, with the place of its table", async () => {
    const query_tag = '{"to":"{{database}}.{{schema}}.{{table}}","of":"{{stream}}","id":"{{batch_id}}"}';
    const test = await account.schema({ query_tag, parallelism: 1 });
    const orders = schema("my orders", { id: integer });
    const { statements } = await test.load([
      ...lines.slice(0, -1),
      orders,
      record("my orders", { id: 1 }),
      state(1),
    ]);
    const tags = new Map<string, string[]>();
    let tag = "";
    for (const sql of statements) {
      tag = /^ALTER SESSION SET QUERY_TAG = '(.*)'$/s.exec(sql)?.[1] ?? tag;
      const table = /^(?:MERGE|INSERT) INTO (\S+)/.exec(sql)?.[1];
      if (table !== undefined && !table.includes("_CHORALE"))
        tags.set(table, [...(tags.get(table) ?? []), tag]);
    }
    const place = `"RAW"."${test.name}"`;
    const id = "[0-9a-f-]{36}";
    expect(Object.fromEntries(tags)).toEqual({
      [`${place}."USERS"`]: [
        expect.stringMatching(new RegExp(`^{"to":"RAW.${test.name}.USERS","of":"users","id":"${id}"}$`)),
      ],
      [`${place}."MY_ORDERS"`]: [
        expect.stringMatching(
          new RegExp(`^{"to":"RAW.${test.name}.MY_ORDERS","of":"my orders","id":"${id}"}$`),
        ),
      ],
    });
  });
});

describe("session_parameters", () => {
  it("are set in every session, beside those that the target relies on", async () => {
    const test = await account.schema({ session_parameters: { week_start: 1, JSON_INDENT: 0 } });
    const { statements } = await test.load(lines);
    const set = beginning(statements, "ALTER SESSION SET TIMEZONE");
    expect(set.length).toBeGreaterThan(0);
    for (const sql of set)
      expect(sql).toMatch(/^ALTER SESSION SET TIMEZONE = 'UTC' .* WEEK_START = 1 JSON_INDENT = 0$/);
  });
});

describe("the stage", () => {
  it.each<
    [name: string, place: string, settings: Readonly<Record<string, unknown>>, put: RegExp, made: number]
  >([
    [
      "is made beside the tables",
      "DEFAULTS",
      {},
      /@"RAW"\."DEFAULTS"\."_CHORALE_STAGE"\/chorale\/users\//,
      1,
    ],
    [
      "is the one that is named, in its folder",
      "PUBLIC",
      { stage: "other.files", stage_prefix: "in/nightly" },
      /@"RAW"\."OTHER"\."FILES"\/in\/nightly\/users\//,
      0,
    ],
    ["is the user's own where that is set", "PUBLIC", { stage: "~" }, /@~\/chorale\/users\//, 0],
    ["is the user's own where the role may not make one", "STAGELESS", {}, /@~\/chorale\/users\//, 1],
  ])("%s", async (_name, name, settings, put, made) => {
    const { sandbox } = account;
    await sandbox.query("CREATE STAGE IF NOT EXISTS RAW.OTHER.FILES");
    const test = testSchema(sandbox, { name, settings });
    await sandbox.query(`DROP TABLE IF EXISTS RAW.${name === "DEFAULTS" ? "PUBLIC" : name}.USERS`);
    const { statements } = await test.load(lines);
    const [sent, ...more] = beginning(statements, "PUT");
    expect(sent).toMatch(put);
    expect(more).toEqual([]);
    expect(beginning(statements, "CREATE STAGE")).toHaveLength(made);
    expect(await test.rows("USERS")).toEqual(['[1,"a"]']);
    expect(await sandbox.stagedFiles()).toEqual([]);
  });
});

describe("readers", () => {
  const permissions = "default_target_schema_select_permissions";

  it.each<[name: string, setting: string | readonly string[], roles: readonly string[]]>([
    ["one role", "reader", ["READER"]],
    ["a list of roles", ["reader", '"the ""other"""'], ["READER", 'the ""other""']],
  ])("are let in once per run and table: %s", async (_name, setting, roles) => {
    const test = await account.schema({ [permissions]: setting });
    const grown = schema("users", { id: integer, name: text, more: text }, ["id"]);
    const { statements } = await test.load([
      ...lines,
      grown,
      record("users", { id: 2, more: "b" }),
      state(2),
    ]);
    const place = `"RAW"."${test.name}"`;
    expect(beginning(statements, "GRANT")).toEqual(
      roles.flatMap((role) => [
        `GRANT USAGE ON SCHEMA ${place} TO ROLE "${role}"`,
        `GRANT SELECT ON TABLE ${place}."USERS" TO ROLE "${role}"`,
      ]),
    );
  });

  it("that may not be let in are a warning, and rows are loaded", async () => {
    const test = await account.schema({ [permissions]: "nobody" });
    const { log, states } = await test.load(lines);
    expect(states).toEqual([1]);
    expect(await test.rows("USERS")).toEqual(['[1,"a"]']);
    const warnings = log.lines.filter(({ level }) => level === "warn");
    expect(warnings).toHaveLength(2);
    for (const { message } of warnings) {
      expect(message).toMatch(
        /^could not grant what default_target_schema_select_permissions asks for: .*NOBODY/,
      );
    }
  });
});

describe("where tables are", () => {
  it("is what overrides say, then the mapping of the source's schema, then the default", async () => {
    const settings = {
      schema: "not used",
      schema_mapping: {
        crm: { target_schema: "places", target_schema_select_permissions: ["reader"] },
        hr: { target_schema: "made_new" },
      },
      stream_overrides: {
        "crm-secret": { schema: "other", table: '"Of its own"' },
        plain: { table: "renamed" },
      },
      default_target_schema_select_permissions: '"the ""other"""',
    };
    const test = await account.schema(settings);
    const streams = ["crm-users", "crm-secret", "hr-people", "plain", "other-one"];
    const records = streams.flatMap((stream) => [schema(stream, { id: integer }), record(stream, { id: 1 })]);
    const { statements } = await test.load([...records, state(1)]);
    const made = statements.flatMap((sql) => /^CREATE TABLE ("\S+"|".*?") \(/.exec(sql)?.[1] ?? []);
    expect(made.toSorted()).toEqual(
      [
        '"RAW"."PLACES"."USERS"',
        '"RAW"."OTHER"."Of its own"',
        '"RAW"."MADE_NEW"."PEOPLE"',
        `"RAW"."${test.name}"."RENAMED"`,
        `"RAW"."${test.name}"."OTHER_ONE"`,
      ].toSorted(),
    );
    expect(beginning(statements, "CREATE SCHEMA")).toEqual(['CREATE SCHEMA IF NOT EXISTS "RAW"."MADE_NEW"']);
    expect(beginning(statements, "GRANT SELECT").toSorted()).toEqual(
      [
        'GRANT SELECT ON TABLE "RAW"."PLACES"."USERS" TO ROLE "READER"',
        'GRANT SELECT ON TABLE "RAW"."OTHER"."Of its own" TO ROLE "READER"',
        'GRANT SELECT ON TABLE "RAW"."MADE_NEW"."PEOPLE" TO ROLE "the ""other"""',
        `GRANT SELECT ON TABLE "RAW"."${test.name}"."RENAMED" TO ROLE "the ""other"""`,
        `GRANT SELECT ON TABLE "RAW"."${test.name}"."OTHER_ONE" TO ROLE "the ""other"""`,
      ].toSorted(),
    );
  });

  it("is `schema` where there is no default, and an error without either", async () => {
    const test = await account.schema();
    await test.load(lines, { default_target_schema: undefined, schema: test.name });
    expect(await test.rows("USERS")).toEqual(['[1,"a"]']);
    const run = await test.run(lines, { default_target_schema: undefined });
    expectFailure(run, 78, /^users: no schema to load it into\. Set default_target_schema/);
  });
});
