import { ConfigError } from "@chorale/singer";
import { quoteName, quoteTable, type Statement, type TableName } from "@chorale/target-sdk/sql";
import type { SnowflakeConfig } from "./config.ts";
import { snowflakeText } from "./literals.ts";
import type { StageName } from "./names.ts";

/** The settings of a session. */
export type SessionSettings = Pick<
  SnowflakeConfig,
  "statement_timeout_seconds" | "lock_timeout_seconds" | "session_parameters"
>;

type ParameterValue = string | number | boolean;

/** What the statements of this target rely on: no setting may change it. */
const fixedParameters: Readonly<Record<string, ParameterValue>> = {
  TIMEZONE: "UTC",
  TIMESTAMP_INPUT_FORMAT: "AUTO",
  DATE_INPUT_FORMAT: "AUTO",
  TIME_INPUT_FORMAT: "AUTO",
  TIMESTAMP_DAY_IS_ALWAYS_24H: false,
  QUOTED_IDENTIFIERS_IGNORE_CASE: false,
  ERROR_ON_NONDETERMINISTIC_MERGE: true,
  AUTOCOMMIT: true,
  ABORT_DETACHED_QUERY: true,
  STRICT_JSON_OUTPUT: true,
};

/** Parameters that other settings are for. */
const settingOf: ReadonlyMap<string, string> = new Map([
  ["STATEMENT_TIMEOUT_IN_SECONDS", "statement_timeout_seconds"],
  ["LOCK_TIMEOUT", "lock_timeout_seconds"],
  ["QUERY_TAG", "query_tag"],
]);

/** Snowflake takes no longer tag. */
const maxTagLength = 2000;

/**
 * Sets the parameters of a new session: UTC, exact names, timeouts, and those of `session_parameters`. Throws
 * `ConfigError` for a parameter that the target relies on or has a setting for, and for what is no parameter.
 *
 * @example
 * ```ts
 * setSession(config).sql; // ALTER SESSION SET TIMEZONE = 'UTC' …
 * ```
 */
export function setSession(settings: SessionSettings): Statement {
  const parameters = {
    ...fixedParameters,
    STATEMENT_TIMEOUT_IN_SECONDS: settings.statement_timeout_seconds,
    LOCK_TIMEOUT: settings.lock_timeout_seconds,
    ...ownParameters(settings.session_parameters ?? {}),
  };
  const written = Object.entries(parameters).map(([name, value]) => `${name} = ${parameterText(value)}`);
  return { sql: `ALTER SESSION SET ${written.join(" ")}` };
}

/** What a query tag may speak of; what does not apply is left empty. */
export interface TagPlace {
  readonly database?: string;
  readonly schema?: string;
  readonly table?: string;
  readonly stream?: string;
  readonly batchId?: string;
}

/**
 * Fills a query tag: `{{database}}`, `{{schema}}`, `{{table}}`, `{{stream}}` and `{{batch_id}}`, also in single braces, as
 * older PipelineWise has them. Values are written as within a JSON text, so that a tag that is JSON stays JSON. A tag
 * of more than 2,000 characters is cut.
 *
 * @example
 * ```ts
 * fillQueryTag('{"table": "{{table}}"}', { table: "USERS" }); // '{"table": "USERS"}'
 * ```
 */
export function fillQueryTag(template: string, place: TagPlace): string {
  const { batchId, ...names } = place;
  const values = new Map(Object.entries({ ...names, batch_id: batchId }));
  const form =
    /\{\{ *(database|schema|table|stream|batch_id) *\}\}|\{(database|schema|table|stream|batch_id)\}/g;
  const filled = template.replaceAll(form, (_all, name: string | undefined, single: string | undefined) =>
    JSON.stringify(values.get(name ?? single ?? "") ?? "").slice(1, -1),
  );
  return [...filled].slice(0, maxTagLength).join("");
}

/**
 * Sets the tag that the session's statements have in the query history.
 *
 * @example
 * ```ts
 * setQueryTag("nightly").sql; // ALTER SESSION SET QUERY_TAG = 'nightly'
 * ```
 */
export function setQueryTag(tag: string): Statement {
  return { sql: `ALTER SESSION SET QUERY_TAG = ${snowflakeText(tag)}` };
}

/**
 * Makes a schema the session's own, which fails with 002043 when it is not there: the quickest way to ask for it. CREATE
 * SCHEMA IF NOT EXISTS needs the privilege to make one also where it is there, so this comes first.
 *
 * @example
 * ```ts
 * useSchema({ catalog: "RAW", schema: "SHOP" }).sql; // USE SCHEMA "RAW"."SHOP"
 * ```
 */
export function useSchema({ catalog, schema }: Omit<TableName, "table">): Statement {
  return { sql: `USE SCHEMA ${schemaOf({ catalog, schema })}` };
}

/**
 * Asks for a stage; the statement fails with 002003 when there is none. The user's own is always there: undefined.
 *
 * @example
 * ```ts
 * describeStage({ schema: "SHOP", table: "FILES" })?.sql; // DESCRIBE STAGE "SHOP"."FILES"
 * ```
 */
export function describeStage(stage: StageName): Statement | undefined {
  return stage === "~" ? undefined : { sql: `DESCRIBE STAGE ${quoteTable(stage)}` };
}

/**
 * Makes a stage unless it is there. Snowflake encrypts its files, so that they are not encrypted once more before they
 * are sent. Undefined for the user's own, which is always there.
 *
 * @example
 * ```ts
 * createStage({ schema: "SHOP", table: "FILES" })?.sql;
 * ```
 */
export function createStage(stage: StageName): Statement | undefined {
  if (stage === "~") return undefined;
  return {
    sql: `CREATE STAGE IF NOT EXISTS ${quoteTable(stage)} ENCRYPTION = (TYPE = 'SNOWFLAKE_SSE')`,
  };
}

/**
 * Lets roles read a table. Each statement fails by itself where this role may not grant it. None for no roles.
 *
 * @example
 * ```ts
 * grantReading({ schema: "SHOP", table: "USERS" }, ["REPORTING"]);
 * ```
 */
export function grantReading(table: TableName, roles: readonly string[]): readonly Statement[] {
  return roles.flatMap((role) => [
    { sql: `GRANT USAGE ON SCHEMA ${schemaOf(table)} TO ROLE ${quoteName(role)}` },
    { sql: `GRANT SELECT ON TABLE ${quoteTable(table)} TO ROLE ${quoteName(role)}` },
  ]);
}

/**
 * Grants on a table what roles were granted on another one, from what SHOW GRANTS answered of it: `rows` under `columns`.
 * Its ownership stays with the role that made it.
 *
 * @example
 * ```ts
 * grantsLike(table, await connection.execute({ sql: 'SHOW GRANTS ON TABLE "SHOP"."USERS"' }));
 * ```
 */
export function grantsLike(
  table: TableName,
  shown: {
    readonly rows: readonly (readonly (string | null)[])[];
    readonly columns: readonly string[];
  },
): readonly Statement[] {
  const at = new Map(shown.columns.map((name, index) => [name.toLowerCase(), index]));
  return shown.rows.flatMap((row) => {
    const field = (name: string): string => row[at.get(name) ?? -1] ?? "";
    const [privilege, grantee] = [field("privilege"), field("grantee_name")];
    if (field("granted_to") !== "ROLE" || privilege === "OWNERSHIP") return [];
    const option = field("grant_option") === "true" ? " WITH GRANT OPTION" : "";
    return [
      { sql: `GRANT ${privilege} ON TABLE ${quoteTable(table)} TO ROLE ${quoteName(grantee)}${option}` },
    ];
  });
}

/** Writes a schema's whole name, quoted. */
export function schemaOf({
  catalog,
  schema,
}: {
  readonly catalog?: string | undefined;
  readonly schema: string;
}): string {
  return [...(catalog === undefined ? [] : [catalog]), schema].map(quoteName).join(".");
}

function ownParameters(
  parameters: Readonly<Record<string, ParameterValue>>,
): Readonly<Record<string, ParameterValue>> {
  const entries = Object.entries(parameters).map(([name, value]): [string, ParameterValue] => {
    const known = name.toUpperCase();
    if (!/^[A-Z_][A-Z0-9_]*$/.test(known)) {
      throw new ConfigError(
        `session_parameters: ${JSON.stringify(name)} is no parameter's name. Correct it.`,
      );
    }
    const setting = settingOf.get(known);
    if (setting !== undefined) {
      throw new ConfigError(`session_parameters: ${known} has a setting of its own. Set ${setting} instead.`);
    }
    if (Object.hasOwn(fixedParameters, known)) {
      throw new ConfigError(
        `session_parameters: ${known} is the target's to set, which relies on it. Leave it out.`,
      );
    }
    return [known, value];
  });
  return Object.fromEntries(entries);
}

function parameterText(value: ParameterValue): string {
  if (typeof value === "string") return snowflakeText(value);
  return typeof value === "boolean" ? String(value).toUpperCase() : String(value);
}
