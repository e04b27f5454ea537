import { quoteName, quoteTable } from "@chorale/target-sdk/sql";
import { snowflakeText } from "./literals.ts";
import type { StageName } from "./names.ts";
import { createStage, schemaOf } from "./set-up-statements.ts";

/** What a script sets up. Names as they are stored. */
export interface InitializeOptions {
  readonly role: string;
  readonly warehouse: string;
  readonly database: string;
  /** Schemas that are loaded into. */
  readonly schemas: readonly string[];
  readonly stage: StageName;
  readonly user: string;
  /** Roles that may read what is loaded. */
  readonly readers?: readonly string[];
}

/**
 * Writes the SQL that an administrator runs once before the first load: a role, a user for it that logs in by key pair,
 * a warehouse, a database with its schemas, a stage, and the privileges that a load needs. It may be run again: nothing
 * that is there is replaced.
 *
 * @example
 * ```ts
 * process.stdout.write(initializeScript({ role: "LOADER", warehouse: "LOADING", database: "RAW", schemas: ["SHOP"], stage: "~", user: "CHORALE" }));
 * ```
 */
export function initializeScript(options: InitializeOptions): string {
  return [
    "-- Run this as a user that may use the roles USERADMIN, SECURITYADMIN and SYSADMIN. It may be run again.",
    "",
    ...userLines(options),
    "",
    ...objectLines(options),
    "",
    ...grantLines(options),
    "",
  ].join("\n");
}

function userLines({ role, user, warehouse }: InitializeOptions): readonly string[] {
  return [
    "USE ROLE USERADMIN;",
    `CREATE ROLE IF NOT EXISTS ${quoteName(role)};`,
    `CREATE USER IF NOT EXISTS ${quoteName(user)} TYPE = SERVICE DEFAULT_ROLE = ${quoteName(role)} DEFAULT_WAREHOUSE = ${quoteName(warehouse)} COMMENT = ${snowflakeText("Loads data with target-snowflake")};`,
    "-- The user logs in by a key pair. Make one, keep the private key, and give Snowflake the public one:",
    "--   openssl genrsa 2048 | openssl pkcs8 -topk8 -v2 aes-256-cbc -out snowflake_key.p8",
    "--   openssl rsa -in snowflake_key.p8 -pubout -out snowflake_key.pub",
    "-- The text of snowflake_key.pub without its first and last line goes between these quotes:",
    `-- ALTER USER ${commented(quoteName(user))} SET RSA_PUBLIC_KEY = '';`,
    `GRANT ROLE ${quoteName(role)} TO USER ${quoteName(user)};`,
    `GRANT ROLE ${quoteName(role)} TO ROLE SYSADMIN;`,
  ];
}

function objectLines({ warehouse, database, schemas, stage }: InitializeOptions): readonly string[] {
  const create = createStage(stage);
  return [
    "USE ROLE SYSADMIN;",
    `CREATE WAREHOUSE IF NOT EXISTS ${quoteName(warehouse)} WAREHOUSE_SIZE = 'XSMALL' AUTO_SUSPEND = 60 AUTO_RESUME = TRUE INITIALLY_SUSPENDED = TRUE;`,
    `CREATE DATABASE IF NOT EXISTS ${quoteName(database)};`,
    ...schemas.map((schema) => `CREATE SCHEMA IF NOT EXISTS ${schemaOf({ catalog: database, schema })};`),
    ...(create === undefined ? [] : [`${create.sql};`]),
  ];
}

function grantLines(options: InitializeOptions): readonly string[] {
  const { role, warehouse, database, schemas, stage, readers = [] } = options;
  const toRole = `TO ROLE ${quoteName(role)};`;
  return [
    "USE ROLE SECURITYADMIN;",
    `GRANT USAGE ON WAREHOUSE ${quoteName(warehouse)} ${toRole}`,
    `GRANT USAGE, CREATE SCHEMA ON DATABASE ${quoteName(database)} ${toRole}`,
    ...schemas.map(
      (schema) =>
        `GRANT USAGE, CREATE TABLE, CREATE STAGE ON SCHEMA ${schemaOf({ catalog: database, schema })} ${toRole}`,
    ),
    ...(stage === "~" ? [] : [`GRANT READ, WRITE ON STAGE ${quoteTable(stage)} ${toRole}`]),
    ...readers.flatMap((reader) => readerLines(reader, { database, schemas })),
  ];
}

function readerLines(
  reader: string,
  { database, schemas }: Pick<InitializeOptions, "database" | "schemas">,
): readonly string[] {
  const toReader = `TO ROLE ${quoteName(reader)};`;
  return [
    `GRANT USAGE ON DATABASE ${quoteName(database)} ${toReader}`,
    ...schemas.flatMap((schema) => {
      const name = schemaOf({ catalog: database, schema });
      return [
        `GRANT USAGE ON SCHEMA ${name} ${toReader}`,
        `GRANT SELECT ON FUTURE TABLES IN SCHEMA ${name} ${toReader}`,
      ];
    }),
  ];
}

/** A line break in a name would end the comment that it stands in. */
function commented(text: string): string {
  return text.replaceAll(/[\r\n\u2028\u2029\u0085\v\f]/g, " ");
}
