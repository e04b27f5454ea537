/** The session parameters that the stand-in knows, with Snowflake's defaults. */
export const sessionParameters = {
  ABORT_DETACHED_QUERY: { default: false },
  AUTOCOMMIT: { default: true },
  BINARY_INPUT_FORMAT: { default: "HEX", oneOf: ["HEX", "BASE64", "UTF8", "UTF-8"] },
  BINARY_OUTPUT_FORMAT: { default: "HEX", oneOf: ["HEX", "BASE64"] },
  CLIENT_PREFETCH_THREADS: { default: 4, least: 1, most: 10 },
  CLIENT_RESULT_CHUNK_SIZE: { default: 160, least: 48, most: 160 },
  CLIENT_SESSION_KEEP_ALIVE: { default: false },
  CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY: { default: 3600, least: 900, most: 3600 },
  CLIENT_STAGE_ARRAY_BINDING_THRESHOLD: { default: 65_280, least: 0, most: 1_000_000_000 },
  DATE_INPUT_FORMAT: { default: "AUTO" },
  DATE_OUTPUT_FORMAT: { default: "YYYY-MM-DD" },
  ERROR_ON_NONDETERMINISTIC_MERGE: { default: true },
  ERROR_ON_NONDETERMINISTIC_UPDATE: { default: false },
  GEOGRAPHY_OUTPUT_FORMAT: { default: "GeoJSON" },
  JSON_INDENT: { default: 2, least: 0, most: 16 },
  LOCK_TIMEOUT: { default: 43_200, least: 0, most: 2_147_483 },
  MULTI_STATEMENT_COUNT: { default: 1, least: 0, most: 1_000_000 },
  PYTHON_CONNECTOR_QUERY_RESULT_FORMAT: { default: "ARROW" },
  QUERY_TAG: { default: "" },
  QUOTED_IDENTIFIERS_IGNORE_CASE: { default: false },
  ROWS_PER_RESULTSET: { default: 0, least: 0, most: 2_147_483_647 },
  STATEMENT_QUEUED_TIMEOUT_IN_SECONDS: { default: 0, least: 0, most: 2_147_483 },
  STATEMENT_TIMEOUT_IN_SECONDS: { default: 172_800, least: 0, most: 604_800 },
  STRICT_JSON_OUTPUT: { default: false },
  TIMESTAMP_DAY_IS_ALWAYS_24H: { default: false },
  TIMESTAMP_INPUT_FORMAT: { default: "AUTO" },
  TIMESTAMP_LTZ_OUTPUT_FORMAT: { default: "" },
  TIMESTAMP_NTZ_OUTPUT_FORMAT: { default: "YYYY-MM-DD HH24:MI:SS.FF3" },
  TIMESTAMP_OUTPUT_FORMAT: { default: "YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM" },
  TIMESTAMP_TYPE_MAPPING: {
    default: "TIMESTAMP_NTZ",
    oneOf: ["TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ"],
  },
  TIMESTAMP_TZ_OUTPUT_FORMAT: { default: "" },
  TIMEZONE: { default: "America/Los_Angeles" },
  TIME_INPUT_FORMAT: { default: "AUTO" },
  TIME_OUTPUT_FORMAT: { default: "HH24:MI:SS" },
  TRANSACTION_ABORT_ON_ERROR: { default: false },
  TRANSACTION_DEFAULT_ISOLATION_LEVEL: { default: "READ COMMITTED", oneOf: ["READ COMMITTED"] },
  TWO_DIGIT_CENTURY_START: { default: 1970, least: 1900, most: 2100 },
  UNSUPPORTED_DDL_ACTION: { default: "ignore", oneOf: ["IGNORE", "FAIL"] },
  USE_CACHED_RESULT: { default: true },
  WEEK_OF_YEAR_POLICY: { default: 0, least: 0, most: 1 },
  WEEK_START: { default: 0, least: 0, most: 7 },
} as const satisfies Readonly<Record<string, ParameterRule>>;

/** A parameter's value. */
export type ParameterValue = string | number | boolean;

/** What values a parameter takes. */
interface ParameterRule {
  readonly default: ParameterValue;
  readonly least?: number;
  readonly most?: number;
  readonly oneOf?: readonly string[];
}

const rules = new Map<string, ParameterRule>(Object.entries(sessionParameters));

/** Answers what values a parameter takes, or undefined for a name that is none. */
export function parameterRule(name: string): ParameterRule | undefined {
  return rules.get(name);
}

/** All names of parameters. */
export function parameterNames(): readonly string[] {
  return [...rules.keys()];
}

/** Reads a parameter's value as it was written. Answers undefined for one that it does not take. */
export function parameterValue(rule: ParameterRule, written: string): ParameterValue | undefined {
  if (typeof rule.default === "boolean") return booleans.get(written.toUpperCase());
  if (typeof rule.default === "number") {
    const value = /^\d{1,12}$/u.test(written) ? Number(written) : Number.NaN;
    return value >= (rule.least ?? 0) && value <= (rule.most ?? value) ? value : undefined;
  }
  return rule.oneOf === undefined || rule.oneOf.includes(written.toUpperCase()) ? written : undefined;
}

const booleans = new Map([
  ["TRUE", true],
  ["FALSE", false],
]);
