import { AuthenticationError, ConfigError, ConnectorError, LoadError } from "@chorale/singer";
import { failureOf, type SnowflakeFailure } from "./snowflake-errors.ts";

/** What was being done when Snowflake refused. */
export interface FailedWork {
  /** In words: "load 10 rows into RAW.PUBLIC.USERS". */
  readonly what: string;
  readonly stream?: string;
  readonly table?: string;
  readonly rows?: number;
  /** The role and the warehouse of the settings, for the grant that is missing. */
  readonly role?: string | undefined;
  readonly warehouse?: string | undefined;
}

interface Advice {
  /** What to do, in one sentence. */
  readonly text: (failure: SnowflakeFailure, work: FailedWork) => string;
  /** @default by the failure's action */
  readonly kind?: "config" | "auth" | "load";
}

const adviceByCode: Readonly<Record<string, Advice>> = {
  "000606": { text: (_, { role }) => `Set warehouse, and let ${roleName(role)} use it.` },
  "000630": { text: () => "Raise statement_timeout_seconds, or use a larger warehouse." },
  "000625": { text: () => "Something else holds the table: run again later, or raise lock_timeout_seconds." },
  "000604": { text: () => "It was canceled: run again." },
  "002003": { text: missingAdvice },
  "002043": { text: missingAdvice },
  "003001": { text: grantAdvice },
  "001003": {
    text: () =>
      "Check names in the settings, such as session_parameters and stage; if they are right, report it.",
  },
  "090073": { text: () => "Raise the quota of its resource monitor, or set another warehouse." },
  "100069": { text: sizeAdvice },
  "100082": { text: sizeAdvice },
  "100090": { text: () => "This is a fault of the target: report it." },
};

const adviceByAction: Readonly<Record<SnowflakeFailure["action"], string>> = {
  reconnect: "Check the network, and run again.",
  retry: "Run again.",
  data: "Nothing of it was committed.",
  config: "Check the settings and what the role may use.",
  auth: "Check the credentials.",
  fault: "Nothing of it was committed.",
};

/** Makes the error that a person reads of one that Snowflake or its driver reported. */
export function snowflakeError(error: unknown, work: FailedWork): ConnectorError {
  if (ConnectorError.isInstance(error)) return error;
  const failure = failureOf(error);
  const code = failure.code ?? "";
  const advice = Object.hasOwn(adviceByCode, code) ? adviceByCode[code] : undefined;
  const text = advice?.text(failure, work) ?? adviceByAction[failure.action];
  const message = `cannot ${work.what}: ${reasonOf(failure)}. ${text}`;
  if (failure.action === "auth") return new AuthenticationError(message, { cause: failure });
  if (failure.action === "config") return new ConfigError(message, { cause: failure });
  return new LoadError(message, {
    cause: failure,
    retryable: failure.action === "reconnect" || failure.action === "retry",
    ...(work.stream === undefined ? {} : { stream: work.stream }),
    ...(work.table === undefined ? {} : { table: work.table }),
    ...(work.rows === undefined ? {} : { rowCount: work.rows }),
  });
}

/** What the server said, but for values of rows, and where it can be found again. */
export function reasonOf({ message: said, code, queryId, action }: SnowflakeFailure): string {
  const message = action === "data" ? withoutValues(said) : said;
  const details = [code, queryId === undefined ? undefined : `query ${queryId}`].filter(
    (detail) => detail !== undefined,
  );
  return details.length === 0 ? message : `${message} (${details.join(", ")})`;
}

/** Snowflake quotes a value that it cannot store, and the line that it cannot read. */
function withoutValues(message: string): string {
  const [line = ""] = message.split("\n");
  return line.replace(/'.*'/, "'…'").replace(/:.*$/, "").trim();
}

/** COPY reads a whole record as one value, so that many values may be too long together. */
function sizeAdvice({ message, action }: SnowflakeFailure): string {
  if (!/LOB size/i.test(message)) return adviceByAction[action];
  return "A record is longer than Snowflake takes: lower max_string_bytes or max_json_bytes with on_oversize, or set max_line_bytes, which names the line.";
}

/** What a role needs to load, by the kind of object that it may not use. */
const usualPrivileges: Readonly<Record<string, string>> = {
  account: "CREATE DATABASE",
  database: "USAGE, CREATE SCHEMA",
  schema: "USAGE, CREATE TABLE, CREATE STAGE",
  stage: "READ, WRITE",
  table: "OWNERSHIP",
  warehouse: "USAGE",
};

const refusedObject = /insufficient privileges to operate on ([a-z][a-z ]*?) '([^']+)'/i;

function grantAdvice({ message }: SnowflakeFailure, { role }: FailedWork): string {
  const [, kind = "", name = ""] = refusedObject.exec(message) ?? [];
  if (name === "") return `Grant ${roleName(role)} the privilege that is missing.`;
  const usual = Object.hasOwn(usualPrivileges, kind.toLowerCase())
    ? usualPrivileges[kind.toLowerCase()]
    : undefined;
  const wanted = usual ?? "ALL PRIVILEGES";
  return `Run: GRANT ${wanted} ON ${kind.toUpperCase()} ${name} TO ROLE ${role ?? "<the role that loads>"}.`;
}

const missingObject = /\b(database|schema|table|stage|view|warehouse|role|object) '([^']+)' does not exist/i;

function missingAdvice({ message }: SnowflakeFailure, { role }: FailedWork): string {
  const [, kind = "", name = ""] = missingObject.exec(message) ?? [];
  if (name === "" || kind.toLowerCase() === "object") {
    return `Make it, or grant ${roleName(role)} the right to use it.`;
  }
  const privilege = kind.toLowerCase() === "stage" ? "READ, WRITE" : "USAGE";
  return `Make it, or run: GRANT ${privilege} ON ${kind.toUpperCase()} ${name} TO ROLE ${role ?? "<the role that loads>"}.`;
}

function roleName(role: string | undefined): string {
  return role === undefined ? "the role that loads" : `role ${role}`;
}
