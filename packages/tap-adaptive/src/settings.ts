import {
  array,
  boolean,
  dateTime,
  describe,
  fromJsonSchema,
  type Infer,
  integer,
  number,
  object,
  oneOf,
  optional,
  secret,
  string,
  withDefault,
} from "@chorale/singer";

const texts = () => withDefault(array(string()), []);
const no = () => withDefault(boolean(), false);
const yes = () => withDefault(boolean(), true);

const level = object({
  name: optional(string()),
  code: optional(string()),
  is_rollup: no(),
  include_descendants: no(),
});

const dimensionFilter = object({
  dimension: string(),
  code: optional(string()),
  id: optional(integer()),
  direct_children: no(),
  uncategorized: no(),
});

const timeSpan = object({ start: string(), end: string(), stratum: optional(string()) });

const rules = object({
  include_zero_rows: no(),
  include_rollup_accounts: yes(),
  include_rollup_levels: yes(),
  mark_invalid_values: no(),
  mark_blanks: no(),
  time_rollups: withDefault(oneOf("false", "true", "single"), "false"),
});

const defaultRules = {
  include_zero_rows: false,
  include_rollup_accounts: true,
  include_rollup_levels: true,
  mark_invalid_values: false,
  mark_blanks: false,
  time_rollups: "false",
} as const;

/** The settings of the tap. */
export const settings = object({
  username: describe(optional(string()), "The login of a user for integrations, with `password`."),
  password: describe(optional(secret(string())), "The user's password."),
  token: describe(
    optional(secret(string())),
    "An access token of Workday's OAuth, in place of `username` and `password`.",
  ),
  instance_code: describe(optional(string()), "The instance to read, where the user may enter several."),
  base_url: describe(
    withDefault(string(), "https://api.adaptiveinsights.com/api/"),
    "The API's address, without its version.",
  ),
  api_version: describe(
    withDefault(fromJsonSchema<string>({ type: "string", pattern: "^v?[1-9][0-9]{0,2}$" }), "v40"),
    "The version of the API. Before `v32` requests have the older form, and answers no codes of levels.",
  ),
  caller_name: describe(withDefault(string(), "chorale"), "The name of the caller in the vendor's log."),
  version_folder: describe(
    withDefault(string(), "Shared with Data"),
    "The folder whose versions `data` exports, with all folders and versions below it.",
  ),
  versions: describe(texts(), "Names of versions to export in place of those of `version_folder`."),
  reprocess_versions: describe(
    texts(),
    "Names of versions to export again although the state says that they were; `*` for all.",
  ),
  account_codes: describe(texts(), "The codes of the accounts that `data` exports."),
  assumption_codes: describe(texts(), "The codes of assumptions that `data` exports."),
  include_descendant_accounts: describe(no(), "Exports what is below `account_codes` too."),
  all_accounts: describe(
    no(),
    "Exports all accounts where no codes are given. Without it `data` refuses to.",
  ),
  levels: describe(
    withDefault(array(level), []),
    "The levels that `data` exports: objects with `name` or `code`, `is_rollup` and `include_descendants`. Empty: all.",
  ),
  dimensions: describe(
    texts(),
    "Names of dimensions whose codes and names become columns, and keys, of `data`.",
  ),
  dimension_filters: describe(
    withDefault(array(dimensionFilter), []),
    "Values of dimensions to export: objects with `dimension`, `code` or `id`, `direct_children` and `uncategorized`.",
  ),
  time_span: describe(
    optional(timeSpan),
    "The periods to export: `start` and `end` as `01/2026`, and the code of a `stratum`. Absent: all.",
  ),
  currency: describe(
    optional(string()),
    "The currency of amounts: `corporate`, `local`, or a code. Absent: the API's default.",
  ),
  rules: describe(
    withDefault(rules, defaultRules),
    "What `data` holds: `include_zero_rows`, `include_rollup_accounts`, `include_rollup_levels`, `mark_invalid_values`, `mark_blanks`, `time_rollups` (`false`, `true`, `single`).",
  ),
  model_sheets: describe(
    texts(),
    "Names of the modeled sheets that `configurable_model_data` reads. Empty: all.",
  ),
  start_date: describe(
    optional(dateTime()),
    "The earliest event of `security_audit`, where there is no state. The vendor keeps 30 days.",
  ),
  user_agent: describe(optional(string()), "Replaces the User-Agent header."),
  request_timeout: describe(
    withDefault(number(), 1800),
    "Seconds until an answer begins, and between two pieces of it. 0 means 1800.",
  ),
});

/** The settings of the tap, as its functions see them. */
export type AdaptiveConfig = Infer<typeof settings>;

/** Answers the number of the API's version. */
export function apiVersionOf({ api_version }: AdaptiveConfig): number {
  return Number(api_version.replace("v", ""));
}

const firstModern = 32;

/** Whether requests may say which names and codes they want, and that the answer streams. */
export function isModern(config: AdaptiveConfig): boolean {
  return apiVersionOf(config) >= firstModern;
}
