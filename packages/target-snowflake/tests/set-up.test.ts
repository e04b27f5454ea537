import { ConfigError } from "@chorale/singer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { initializeScript } from "../src/initialize-script.ts";
import { existingProbes, type PrivilegeProbe, privilegeProbes } from "../src/privilege-probes.ts";
import {
  createStage,
  describeStage,
  fillQueryTag,
  grantReading,
  setQueryTag,
  setSession,
  useSchema,
} from "../src/set-up-statements.ts";
import { piecesOf } from "./sql-lexer.ts";

const settings = { statement_timeout_seconds: 3600, lock_timeout_seconds: 600 };
const table = { catalog: "RAW", schema: "SHOP", table: "USERS" };
const stage = { catalog: "RAW", schema: "SHOP", table: "FILES" };

describe("parameters of a session", () => {
  const own =
    "ALTER SESSION SET TIMEZONE = 'UTC' TIMESTAMP_INPUT_FORMAT = 'AUTO' DATE_INPUT_FORMAT = 'AUTO' TIME_INPUT_FORMAT = 'AUTO' TIMESTAMP_DAY_IS_ALWAYS_24H = FALSE " +
    "QUOTED_IDENTIFIERS_IGNORE_CASE = FALSE ERROR_ON_NONDETERMINISTIC_MERGE = TRUE AUTOCOMMIT = TRUE ABORT_DETACHED_QUERY = TRUE STRICT_JSON_OUTPUT = TRUE " +
    "STATEMENT_TIMEOUT_IN_SECONDS = 3600 LOCK_TIMEOUT = 600";

  it("are those that the target relies on, and its timeouts", () => {
    expect(setSession(settings).sql).toBe(own);
  });

  it("and those of the configuration", () => {
    const session_parameters = {
      week_start: 1,
      USE_CACHED_RESULT: false,
      Geography_Output_Format: "it's \\ WKT",
    };
    expect(setSession({ ...settings, session_parameters }).sql).toBe(
      `${own} WEEK_START = 1 USE_CACHED_RESULT = FALSE GEOGRAPHY_OUTPUT_FORMAT = 'it''s \\\\ WKT'`,
    );
  });

  it.each([
    [
      { timezone: "Europe/Berlin" },
      "session_parameters: TIMEZONE is the target's to set, which relies on it. Leave it out.",
    ],
    [
      { Quoted_Identifiers_Ignore_Case: true },
      "session_parameters: QUOTED_IDENTIFIERS_IGNORE_CASE is the target's to set, which relies on it. Leave it out.",
    ],
    [
      { LOCK_TIMEOUT: 1 },
      "session_parameters: LOCK_TIMEOUT has a setting of its own. Set lock_timeout_seconds instead.",
    ],
    [{ query_tag: "x" }, "session_parameters: QUERY_TAG has a setting of its own. Set query_tag instead."],
    [{ "A = 1 B": 1 }, 'session_parameters: "A = 1 B" is no parameter\'s name. Correct it.'],
    [{ "": 1 }, 'session_parameters: "" is no parameter\'s name. Correct it.'],
  ])("refuse %j", (session_parameters, message) => {
    const set = () => setSession({ ...settings, session_parameters });
    expect(set).toThrow(ConfigError);
    expect(set).toThrow(message);
  });
});

describe("query tags", () => {
  const place = { database: "RAW", schema: "SHOP", table: 'US"ERS', stream: "users", batchId: "b1" };

  it.each([
    ["{{database}}.{{schema}}.{{table}}", 'RAW.SHOP.US\\"ERS'],
    [
      '{"t": "{{table}}", "s": "{{ stream }}", "b": "{{batch_id}}"}',
      '{"t": "US\\"ERS", "s": "users", "b": "b1"}',
    ],
    ["Loading {schema}.{table}", 'Loading SHOP.US\\"ERS'],
    ["{{unknown}} {other} {{table", "{{unknown}} {other} {{table"],
    ["plain", "plain"],
    ["", ""],
  ])("%s is %s", (template, tag) => {
    expect(fillQueryTag(template, place)).toBe(tag);
  });

  it("leave out what does not apply, and fill nothing twice", () => {
    expect(fillQueryTag("a{{table}}b{{batch_id}}", {})).toBe("ab");
    expect(fillQueryTag("{{table}}", { table: "{{schema}}", schema: "S" })).toBe("{{schema}}");
  });

  it("are cut where Snowflake would refuse them", () => {
    expect([...fillQueryTag("🙂".repeat(3000), {})]).toHaveLength(2000);
  });

  it("stay JSON and one text, whatever a stream is called", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 50 }), (stream) => {
        const tag = fillQueryTag('{"s": "{{stream}}"}', { stream });
        expect(JSON.parse(tag)).toEqual({ s: stream });
        expect(piecesOf(setQueryTag(tag).sql).at(-1)).toEqual({ kind: "text", value: tag });
      }),
    );
  });
});

describe("stages, schemas and grants", () => {
  it("are written with quoted names", () => {
    expect(createStage(stage)?.sql).toBe(
      `CREATE STAGE IF NOT EXISTS "RAW"."SHOP"."FILES" ENCRYPTION = (TYPE = 'SNOWFLAKE_SSE')`,
    );
    expect(describeStage(stage)?.sql).toBe('DESCRIBE STAGE "RAW"."SHOP"."FILES"');
    expect(useSchema(table).sql).toBe('USE SCHEMA "RAW"."SHOP"');
    expect(grantReading(table, ["REPORTING", 'a"b'])).toEqual([
      { sql: 'GRANT USAGE ON SCHEMA "RAW"."SHOP" TO ROLE "REPORTING"' },
      { sql: 'GRANT SELECT ON TABLE "RAW"."SHOP"."USERS" TO ROLE "REPORTING"' },
      { sql: 'GRANT USAGE ON SCHEMA "RAW"."SHOP" TO ROLE "a""b"' },
      { sql: 'GRANT SELECT ON TABLE "RAW"."SHOP"."USERS" TO ROLE "a""b"' },
    ]);
    expect(grantReading(table, [])).toEqual([]);
  });

  it("leave the user's own stage alone", () => {
    expect(createStage("~")).toBeUndefined();
    expect(describeStage("~")).toBeUndefined();
  });
});

describe("proofs of privileges", () => {
  const options = {
    warehouse: "LOADING",
    role: "LOADER",
    database: "RAW",
    schema: "SHOP",
    stage,
    id: "r-1",
  };
  const existing = { table, column: { name: "ID", sqlType: "NUMBER(38,0)" }, evolves: true };
  const allProbes = [...privilegeProbes(options), ...existingProbes(existing, options)];
  const sqlOf = ({ prove, undo, instead }: PrivilegeProbe): readonly string[] =>
    [...prove, ...undo, ...(instead?.prove ?? []), ...(instead?.undo ?? [])].map(({ sql }) => sql);

  it("try everything that a load does", () => {
    expect(allProbes.map((probe) => [probe.what, sqlOf(probe), probe.grants])).toEqual([
      [
        "use the warehouse LOADING",
        ['USE WAREHOUSE "LOADING"'],
        ['GRANT USAGE ON WAREHOUSE "LOADING" TO ROLE "LOADER"'],
      ],
      ["use the database RAW", ['USE DATABASE "RAW"'], ['GRANT USAGE ON DATABASE "RAW" TO ROLE "LOADER"']],
      [
        "use the schema RAW.SHOP, or make it",
        [
          'USE SCHEMA "RAW"."SHOP"',
          'CREATE SCHEMA "RAW"."_CHORALE_CHECK_R1"',
          'DROP SCHEMA IF EXISTS "RAW"."_CHORALE_CHECK_R1"',
        ],
        [
          'GRANT USAGE ON SCHEMA "RAW"."SHOP" TO ROLE "LOADER"',
          'GRANT CREATE SCHEMA ON DATABASE "RAW" TO ROLE "LOADER"',
        ],
      ],
      [
        "make tables in RAW.SHOP",
        [
          'CREATE TABLE "RAW"."SHOP"."_CHORALE_CHECK_R1_TABLE" ("A" NUMBER(38,0))',
          'DROP TABLE IF EXISTS "RAW"."SHOP"."_CHORALE_CHECK_R1_TABLE"',
        ],
        ['GRANT CREATE TABLE ON SCHEMA "RAW"."SHOP" TO ROLE "LOADER"'],
      ],
      [
        "make temporary tables in RAW.SHOP",
        [
          'CREATE TEMPORARY TABLE "RAW"."SHOP"."_CHORALE_CHECK_R1_TEMPORARY_TABLE" ("A" NUMBER(38,0))',
          'DROP TABLE IF EXISTS "RAW"."SHOP"."_CHORALE_CHECK_R1_TEMPORARY_TABLE"',
        ],
        ['GRANT USAGE ON SCHEMA "RAW"."SHOP" TO ROLE "LOADER"'],
      ],
      [
        "use the stage SHOP.FILES, or make it",
        [
          'DESCRIBE STAGE "RAW"."SHOP"."FILES"',
          `CREATE STAGE IF NOT EXISTS "RAW"."SHOP"."_CHORALE_CHECK_R1" ENCRYPTION = (TYPE = 'SNOWFLAKE_SSE')`,
          'DROP STAGE IF EXISTS "RAW"."SHOP"."_CHORALE_CHECK_R1"',
        ],
        [
          'GRANT READ, WRITE ON STAGE "RAW"."SHOP"."FILES" TO ROLE "LOADER"',
          'GRANT CREATE STAGE ON SCHEMA "RAW"."SHOP" TO ROLE "LOADER"',
        ],
      ],
      [
        "read the stage SHOP.FILES",
        ['LIST @"RAW"."SHOP"."FILES"/_chorale_check/r-1/'],
        ['GRANT READ ON STAGE "RAW"."SHOP"."FILES" TO ROLE "LOADER"'],
      ],
      [
        "write to the stage SHOP.FILES",
        ['REMOVE @"RAW"."SHOP"."FILES"/_chorale_check/r-1/'],
        ['GRANT READ, WRITE ON STAGE "RAW"."SHOP"."FILES" TO ROLE "LOADER"'],
      ],
      [
        "load into SHOP.USERS",
        [
          'INSERT INTO "RAW"."SHOP"."USERS" ("ID") SELECT "ID" FROM "RAW"."SHOP"."USERS" WHERE FALSE',
          'UPDATE "RAW"."SHOP"."USERS" SET "ID" = "ID" WHERE FALSE',
          'DELETE FROM "RAW"."SHOP"."USERS" WHERE FALSE',
        ],
        ['GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE "RAW"."SHOP"."USERS" TO ROLE "LOADER"'],
      ],
      [
        "change the columns of SHOP.USERS, which only its owner may",
        ['ALTER TABLE "RAW"."SHOP"."USERS" ADD COLUMN IF NOT EXISTS "ID" NUMBER(38,0)'],
        ['GRANT OWNERSHIP ON TABLE "RAW"."SHOP"."USERS" TO ROLE "LOADER" COPY CURRENT GRANTS'],
      ],
    ]);
  });

  it("undo what they make, and nothing else", () => {
    for (const { prove, undo, instead } of allProbes) {
      const ways = [{ prove, undo }, ...(instead === undefined ? [] : [instead])];
      for (const way of ways) {
        const made = way.prove.flatMap(
          ({ sql }) =>
            /^CREATE (?:TEMPORARY )?(TABLE|SCHEMA|STAGE)(?: IF NOT EXISTS)? ("[^ ]+")/.exec(sql)?.slice(1) ??
            [],
        );
        const dropped = way.undo.flatMap(
          ({ sql }) => /^DROP (TABLE|SCHEMA|STAGE) IF EXISTS ("[^ ]+")/.exec(sql)?.slice(1) ?? [],
        );
        expect(dropped).toEqual(made);
        expect(made.every((name) => !name.startsWith('"') || name.includes('"_CHORALE_CHECK_R1'))).toBe(true);
      }
    }
  });

  it("leave out what there is not", () => {
    const { warehouse: _, role: __, ...rest } = options;
    const probes = privilegeProbes({ ...rest, stage: "~" });
    expect(probes.map(({ what }) => what)).toEqual([
      "use the database RAW",
      "use the schema RAW.SHOP, or make it",
      "make tables in RAW.SHOP",
      "make temporary tables in RAW.SHOP",
    ]);
    expect(probes[0]?.grants).toEqual(['GRANT USAGE ON DATABASE "RAW" TO ROLE <the role that loads>']);
  });
});

describe("the script for a new account", () => {
  const options = {
    role: "LOADER",
    warehouse: "LOADING",
    database: "RAW",
    schemas: ["SHOP", "crm"],
    stage,
    user: "CHORALE",
    readers: ["REPORTING"],
  };

  it("makes all that a load needs, once", () => {
    expect(
      initializeScript(options),
    ).toBe(`-- Run this as a user that may use the roles USERADMIN, SECURITYADMIN and SYSADMIN. It may be run again.

USE ROLE USERADMIN;
CREATE ROLE IF NOT EXISTS "LOADER";
CREATE USER IF NOT EXISTS "CHORALE" TYPE = SERVICE DEFAULT_ROLE = "LOADER" DEFAULT_WAREHOUSE = "LOADING" COMMENT = 'Loads data with target-snowflake';
-- The user logs in by a key pair. Make one, keep the private key, and give Snowflake the public one:
--   openssl genrsa 2048 | openssl pkcs8 -topk8 -v2 aes-256-cbc -out snowflake_key.p8
--   openssl rsa -in snowflake_key.p8 -pubout -out snowflake_key.pub
-- The text of snowflake_key.pub without its first and last line goes between these quotes:
-- ALTER USER "CHORALE" SET RSA_PUBLIC_KEY = '';
GRANT ROLE "LOADER" TO USER "CHORALE";
GRANT ROLE "LOADER" TO ROLE SYSADMIN;

USE ROLE SYSADMIN;
CREATE WAREHOUSE IF NOT EXISTS "LOADING" WAREHOUSE_SIZE = 'XSMALL' AUTO_SUSPEND = 60 AUTO_RESUME = TRUE INITIALLY_SUSPENDED = TRUE;
CREATE DATABASE IF NOT EXISTS "RAW";
CREATE SCHEMA IF NOT EXISTS "RAW"."SHOP";
CREATE SCHEMA IF NOT EXISTS "RAW"."crm";
CREATE STAGE IF NOT EXISTS "RAW"."SHOP"."FILES" ENCRYPTION = (TYPE = 'SNOWFLAKE_SSE');

USE ROLE SECURITYADMIN;
GRANT USAGE ON WAREHOUSE "LOADING" TO ROLE "LOADER";
GRANT USAGE, CREATE SCHEMA ON DATABASE "RAW" TO ROLE "LOADER";
GRANT USAGE, CREATE TABLE, CREATE STAGE ON SCHEMA "RAW"."SHOP" TO ROLE "LOADER";
GRANT USAGE, CREATE TABLE, CREATE STAGE ON SCHEMA "RAW"."crm" TO ROLE "LOADER";
GRANT READ, WRITE ON STAGE "RAW"."SHOP"."FILES" TO ROLE "LOADER";
GRANT USAGE ON DATABASE "RAW" TO ROLE "REPORTING";
GRANT USAGE ON SCHEMA "RAW"."SHOP" TO ROLE "REPORTING";
GRANT SELECT ON FUTURE TABLES IN SCHEMA "RAW"."SHOP" TO ROLE "REPORTING";
GRANT USAGE ON SCHEMA "RAW"."crm" TO ROLE "REPORTING";
GRANT SELECT ON FUTURE TABLES IN SCHEMA "RAW"."crm" TO ROLE "REPORTING";
`);
  });

  it("makes no stage where the user's own is used, and holds no secret", () => {
    const script = initializeScript({ ...options, stage: "~", readers: [] });
    expect(script).not.toContain("STAGE IF NOT EXISTS");
    expect(script).not.toContain("ON STAGE");
    expect(script).not.toContain("FUTURE");
    expect(script).toContain("RSA_PUBLIC_KEY = ''");
  });

  it("has no statement that a name could begin, not even behind a comment", () => {
    const evil = 'x"\n; DROP DATABASE "RAW"; --';
    const script = initializeScript({ ...options, user: evil, role: evil });
    const comments = /^--.*$/gm;
    const code = piecesOf(script.replaceAll(comments, ""));
    const words = code.filter(({ kind }) => kind === "word").map(({ value }) => value);
    expect(words).not.toContain("DROP");
    expect(code.filter(({ kind, value }) => kind === "name" && value === evil).length).toBeGreaterThan(5);
  });
});
