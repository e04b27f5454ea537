import { startSnowflake } from "@chorale/sandbox";
import type { CheckItem } from "@chorale/target-sdk";
import { describe, expect, it, onTestFinished } from "vitest";
import { targetSnowflake } from "../src/index.ts";
import {
  activate,
  beginning,
  integer,
  moment,
  record,
  schema,
  state,
  testAccount,
  testSchema,
  text,
  withoutIds,
} from "./loads.ts";
import { loaderSettings } from "./snowflake-settings.ts";

/** Each is what one role lacks, what the check says of it, and what it says is to be run. */
const lacking: readonly (readonly [lacks: string, item: string, remedy: string])[] = [
  [
    "USAGE ON WAREHOUSE LOADING",
    "use the warehouse LOADING",
    'GRANT USAGE ON WAREHOUSE "LOADING" TO ROLE "$";',
  ],
  ["USAGE ON DATABASE RAW", "use the database RAW", 'GRANT USAGE ON DATABASE "RAW" TO ROLE "$";'],
  [
    "CREATE SCHEMA ON DATABASE RAW",
    "use the schema RAW.NEW, or make it",
    'GRANT USAGE ON SCHEMA "RAW"."NEW" TO ROLE "$"; GRANT CREATE SCHEMA ON DATABASE "RAW" TO ROLE "$";',
  ],
  [
    "USAGE ON SCHEMA RAW.PUBLIC",
    "use the schema RAW.PUBLIC, or make it",
    'GRANT USAGE ON SCHEMA "RAW"."PUBLIC" TO ROLE "$"; GRANT CREATE SCHEMA ON DATABASE "RAW" TO ROLE "$";',
  ],
  [
    "CREATE TABLE ON SCHEMA RAW.PUBLIC",
    "make tables in RAW.PUBLIC",
    'GRANT CREATE TABLE ON SCHEMA "RAW"."PUBLIC" TO ROLE "$";',
  ],
  [
    "CREATE STAGE ON SCHEMA RAW.PUBLIC",
    "use the stage PUBLIC.MISSING, or make it",
    'GRANT READ, WRITE ON STAGE "RAW"."PUBLIC"."MISSING" TO ROLE "$"; GRANT CREATE STAGE ON SCHEMA "RAW"."PUBLIC" TO ROLE "$";',
  ],
  [
    "READ ON STAGE RAW.PUBLIC.FILES",
    "read the stage PUBLIC.FILES",
    'GRANT READ ON STAGE "RAW"."PUBLIC"."FILES" TO ROLE "$";',
  ],
  [
    "WRITE ON STAGE RAW.PUBLIC.FILES",
    "write to the stage PUBLIC.FILES",
    'GRANT READ, WRITE ON STAGE "RAW"."PUBLIC"."FILES" TO ROLE "$";',
  ],
];

function missingOf(items: readonly CheckItem[]): readonly CheckItem[] {
  return items.filter(({ missing }) => missing !== undefined);
}

async function startWith(roles: Readonly<Record<string, { readonly lacks: readonly string[] }>>) {
  const snowflake = await startSnowflake({
    world: { databases: [{ name: "RAW", schemas: ["PUBLIC"] }], warehouses: ["LOADING"], roles },
  });
  onTestFinished(() => snowflake.close());
  await snowflake.query("CREATE STAGE RAW.PUBLIC.FILES");
  return snowflake;
}

function checkedConfig(
  { url }: { readonly url: string },
  role: string,
  lacks = "",
): Readonly<Record<string, unknown>> {
  return {
    ...loaderSettings(url),
    ...{ account: "sandbox", database: "RAW", role },
    default_target_schema: lacks.startsWith("CREATE SCHEMA") ? "NEW" : "PUBLIC",
    ...(lacks.includes("PUBLIC.FILES") ? { stage: "files" } : {}),
    ...(lacks.startsWith("CREATE STAGE") ? { stage: "missing" } : {}),
  };
}

describe("--check", () => {
  it("names the grant for each privilege that is lacking, and finds nothing once it is granted", async () => {
    const roles = lacking.map(([lacks], index) => [`R${index}`, { lacks: [lacks] }] as const);
    const snowflake = await startWith(Object.fromEntries(roles));
    for (const [index, [lacks, item, remedy]] of lacking.entries()) {
      const config = checkedConfig(snowflake, `R${index}`, lacks);
      const { items } = await targetSnowflake.check(config);
      const expected = {
        name: item,
        missing: { kind: "privilege", remedy: remedy.replaceAll("$", `R${index}`) },
      };
      expect.soft(items[0]).toEqual({ name: "log in" });
      expect.soft(missingOf(items), lacks).toEqual([expected]);
      for (const sql of expected.missing.remedy.split(";").filter((grant) => grant.trim() !== "")) {
        // A grant on what is not there yet is for who makes it.
        if (!/NEW|MISSING/.test(sql)) await snowflake.query(sql);
      }
      expect.soft(missingOf((await targetSnowflake.check(config)).items), lacks).toEqual([]);
    }
  });

  it("goes through everything that a load needs, and leaves nothing behind", async () => {
    const snowflake = await startWith({ LOADER: { lacks: [] } });
    const before = await snowflake.query("SHOW TABLES IN DATABASE RAW");
    const config = {
      ...checkedConfig(snowflake, "LOADER"),
      schema_mapping: { crm: { target_schema: "crm" } },
    };
    const { items } = await targetSnowflake.check(config);
    expect(items).toEqual(
      [
        "log in",
        "use the warehouse LOADING",
        "use the database RAW",
        "use the schema RAW.PUBLIC, or make it",
        "make tables in RAW.PUBLIC",
        "make temporary tables in RAW.PUBLIC",
        "use the stage PUBLIC._CHORALE_STAGE, or make it",
        "use the schema RAW.CRM, or make it",
      ].map((name) => ({ name })),
    );
    expect(await snowflake.query("SHOW TABLES IN DATABASE RAW")).toEqual(before);
    expect((await snowflake.query("SHOW STAGES IN DATABASE RAW")).map(({ name }) => name)).toEqual(["FILES"]);
    expect((await snowflake.query("SHOW SCHEMAS IN DATABASE RAW")).map(({ name }) => name)).toEqual([
      "INFORMATION_SCHEMA",
      "PUBLIC",
    ]);
    expect(snowflake.sessions.filter(({ isOpen }) => isOpen)).toEqual([]);
  });

  it("tries the tables that the settings name, and names the grants that they lack", async () => {
    const snowflake = await startWith({
      LOADER: { lacks: [] },
      GUEST: { lacks: ["INSERT ON TABLE RAW.PUBLIC.PEOPLE", "UPDATE ON TABLE RAW.PUBLIC._CHORALE_COMMITS"] },
    });
    const overrides = { users: { table: "people" }, orders: {}, "new ones": { table: "not_there" } };
    await snowflake.query("CREATE TABLE RAW.PUBLIC.PEOPLE (ID NUMBER(38,0), NAME VARCHAR)");
    await snowflake.query("CREATE TABLE RAW.PUBLIC.ORDERS (ID NUMBER(38,0))");
    await snowflake.query("CREATE TABLE RAW.PUBLIC._CHORALE_COMMITS (COMMIT_ID VARCHAR)");
    const checked = async (role: string) => {
      const config = { ...checkedConfig(snowflake, role), stream_overrides: overrides };
      const { items } = await targetSnowflake.check(config);
      return items.slice(items.findIndex(({ name }) => name.startsWith("load into")));
    };
    const names = [
      "load into PUBLIC.PEOPLE",
      "change the columns of PUBLIC.PEOPLE, which only its owner may",
      "load into PUBLIC.ORDERS",
      "change the columns of PUBLIC.ORDERS, which only its owner may",
      "load into PUBLIC._CHORALE_COMMITS",
    ];
    expect(await checked("LOADER")).toEqual(names.map((name) => ({ name })));
    const lacked = missingOf(await checked("GUEST"));
    expect(lacked.map(({ name, missing }) => [name, missing?.remedy])).toEqual([
      [
        "load into PUBLIC.PEOPLE",
        'GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE "RAW"."PUBLIC"."PEOPLE" TO ROLE "GUEST";',
      ],
      [
        "load into PUBLIC._CHORALE_COMMITS",
        'GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE "RAW"."PUBLIC"."_CHORALE_COMMITS" TO ROLE "GUEST";',
      ],
    ]);
    expect(await snowflake.query("SELECT * FROM RAW.PUBLIC.PEOPLE")).toEqual([]);
  });

  it("says that files go to the user's own stage where the role may not make one", async () => {
    const snowflake = await startWith({ LOADER: { lacks: ["CREATE STAGE ON SCHEMA RAW.PUBLIC"] } });
    const { items } = await targetSnowflake.check(checkedConfig(snowflake, "LOADER"));
    expect(items.at(-1)).toEqual({
      name: "use the user's own stage, because PUBLIC._CHORALE_STAGE may not be made",
    });
    expect(missingOf(items)).toEqual([]);
  });

  it("throws where it cannot log in: no grant helps", async () => {
    const snowflake = await startWith({ LOADER: { lacks: [] } });
    const config = { ...checkedConfig(snowflake, "LOADER"), password: "wrong" };
    await expect(targetSnowflake.check(config)).rejects.toMatchObject({ name: "AuthenticationError" });
  });
});

const account = testAccount();
const properties = { id: integer, name: text, at: moment };
const grown = schema("users", { ...properties, more: integer }, ["id"]);
const lines = [
  grown,
  record("users", { id: 1, name: "a", more: 2 }, { version: 2 }),
  activate("users", 2),
  record("users", { id: 2 }, { version: 2 }),
  schema("new one", properties),
  record("new one", { id: 1 }),
  state(1),
];

describe("--dry-run", () => {
  it.each<[name: string, settings: object, askedBy: readonly string[]]>([
    ["tables are changed and made", { query_tag: "{{table}}", parallelism: 1 }, ["USE"]],
    ["a table is swapped", { load_method: "overwrite", parallelism: 1 }, ["USE", "SHOW"]],
  ])(
    "prints what a run then sends, and sends nothing but questions: %s",
    async (_name, settings, askedBy) => {
      const test = await account.schema({ hard_delete: true, ...settings });
      const others = "_SDC_EXTRACTED_AT TIMESTAMP_NTZ, _SDC_TABLE_VERSION NUMBER(38,0)";
      await test.query(`CREATE TABLE RAW.$.USERS (ID NUMBER(38,0), NAME BOOLEAN, ${others})`);
      const before = account.sandbox.statements.length;
      const printed = await test.dryRun(lines);
      const asked = account.sandbox.statements.slice(before).map(({ sql }) => sql.replace(/ .*/s, ""));
      expect(new Set(asked)).toEqual(new Set(["ALTER", "SELECT", "DESCRIBE", ...askedBy]));
      expect(await test.tables()).toEqual(["USERS"]);
      expect(await account.sandbox.stagedFiles()).toEqual([]);
      const { statements } = await test.load(lines);
      const questions =
        /^(ALTER SESSION SET TIMEZONE|SELECT CURRENT_WAREHOUSE|DESCRIBE|USE|SHOW|SELECT count)/;
      const sent = statements.filter((sql) => !questions.test(sql));
      expect(comparable(printed, test.name).toSorted()).toEqual(comparable(sent, test.name).toSorted());
      // Of different tables the statements may come in turn.
      for (const table of ["USERS", "NEW_ONE"]) {
        const of = (all: readonly string[]): readonly string[] =>
          comparable(all, test.name).filter((sql) => sql.includes(`@."${table}"`));
        expect(of(printed)).toEqual(of(sent));
      }
    },
  );

  /** Statements without ids, moments and paths of this machine. */
  function comparable(statements: readonly string[], name: string): readonly string[] {
    return withoutIds(statements).map((sql) =>
      sql
        .replaceAll(`"RAW"."${name}"`, "@")
        .replaceAll(/'\d{4}-\d\d-\d\dT[\d:.]+'/g, "<moment>")
        .replaceAll(/\b\d{13}\b/g, "<ms>")
        .replace(/^PUT '.*?(\/\d{4}\.json[.\w]*)'/, "PUT '…$1'"),
    );
  }

  it("prints no state, and no secret", async () => {
    const test = await account.schema();
    const printed = await test.dryRun(lines);
    expect(printed.length).toBeGreaterThan(10);
    expect(printed.join("\n")).not.toMatch(/password|Bearer|token/i);
  });
});

describe("--initialize", () => {
  it("writes a script that makes what is not there, and lets a load in", async () => {
    const script = await targetSnowflake.initialize({
      ...{ user: "chorale", role: "loader", warehouse: "loading", database: "raw" },
      ...{ default_target_schema: "fresh", schema_mapping: { crm: { target_schema: "crm" } } },
      default_target_schema_select_permissions: ["loader"],
    });
    const statements = script
      .replaceAll(/^--.*$/gm, "")
      .split(/;\s*\n/)
      .map((sql) => sql.trim())
      .filter((sql) => sql !== "");
    // The stand-in makes no roles, users and warehouses.
    const others = /^(USE ROLE|CREATE (ROLE|USER|WAREHOUSE)|GRANT ROLE)/;
    const taken = statements.filter((sql) => !others.test(sql));
    for (const sql of [...taken, ...taken]) await account.sandbox.query(sql);
    expect(taken).toEqual([
      'CREATE DATABASE IF NOT EXISTS "RAW"',
      'CREATE SCHEMA IF NOT EXISTS "RAW"."FRESH"',
      'CREATE SCHEMA IF NOT EXISTS "RAW"."CRM"',
      `CREATE STAGE IF NOT EXISTS "RAW"."FRESH"."_CHORALE_STAGE" ENCRYPTION = (TYPE = 'SNOWFLAKE_SSE')`,
      'GRANT USAGE ON WAREHOUSE "LOADING" TO ROLE "LOADER"',
      'GRANT USAGE, CREATE SCHEMA ON DATABASE "RAW" TO ROLE "LOADER"',
      'GRANT USAGE, CREATE TABLE, CREATE STAGE ON SCHEMA "RAW"."FRESH" TO ROLE "LOADER"',
      'GRANT USAGE, CREATE TABLE, CREATE STAGE ON SCHEMA "RAW"."CRM" TO ROLE "LOADER"',
      'GRANT READ, WRITE ON STAGE "RAW"."FRESH"."_CHORALE_STAGE" TO ROLE "LOADER"',
      'GRANT USAGE ON DATABASE "RAW" TO ROLE "LOADER"',
      'GRANT USAGE ON SCHEMA "RAW"."FRESH" TO ROLE "LOADER"',
      'GRANT SELECT ON FUTURE TABLES IN SCHEMA "RAW"."FRESH" TO ROLE "LOADER"',
      'GRANT USAGE ON SCHEMA "RAW"."CRM" TO ROLE "LOADER"',
      'GRANT SELECT ON FUTURE TABLES IN SCHEMA "RAW"."CRM" TO ROLE "LOADER"',
    ]);
    expect(statements.length - taken.length).toBe(8);
    const test = testSchema(account.sandbox, { name: "FRESH" });
    const load = await test.load([schema("users", properties), record("users", { id: 1 }), state(1)]);
    expect(beginning(load.statements, "CREATE SCHEMA", "CREATE STAGE")).toEqual([]);
  });

  it("needs no setting, and says nothing of passwords", async () => {
    const script = await targetSnowflake.initialize({});
    expect(script).toContain('CREATE ROLE IF NOT EXISTS "LOADER";');
    expect(script).not.toMatch(/password/i);
  });
});
