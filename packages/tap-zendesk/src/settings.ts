import {
  boolean,
  dateTime,
  describe,
  fromJsonSchema,
  type Infer,
  number,
  object,
  oneOf,
  optional,
  secret,
  string,
  withDefault,
} from "@chorale/singer";

function between(minimum: number, maximum: number) {
  return fromJsonSchema<number>({ type: "integer", minimum, maximum });
}

const credentials = {
  email: describe(optional(string()), "The e-mail address of the user whose API token is used."),
  api_token: describe(
    secret(optional(string())),
    "An API token. Zendesk switches all of them off on 2027-04-30.",
  ),
  access_token: describe(
    secret(optional(string())),
    "An OAuth access token with the scope `read`. Wins over `api_token`.",
  ),
  client_id: describe(
    optional(string()),
    "The OAuth client. With `client_secret` alone tokens are fetched by client credentials.",
  ),
  client_secret: describe(secret(optional(string())), "The OAuth client's secret."),
  refresh_token: describe(
    secret(optional(string())),
    "An OAuth refresh token. Each refresh replaces it; the new pair goes to `token_store`, else into the config file.",
  ),
  token_store: describe(
    optional(string()),
    "The path of a file that keeps the newest pair of tokens. Wins over the tokens in the config.",
  ),
  marketplace_name: describe(
    optional(string()),
    "For apps of Zendesk's marketplace, with the next two: sent along with each request.",
  ),
  marketplace_organization_id: describe(optional(string()), "The organization of the marketplace."),
  marketplace_app_id: describe(optional(string()), "The app of the marketplace."),
};

const reading = {
  start_date: describe(dateTime(), "The earliest change to read, where there is no state."),
  end_date: describe(
    optional(dateTime()),
    "Leaves out what changed at this moment or later, in streams that are read by their changes.",
  ),
  export_mode: describe(
    withDefault(oneOf("auto", "incremental", "standard"), "auto"),
    "`incremental` reads Zendesk's incremental exports, `standard` its lists; `auto` the exports, and the lists where the account refuses those.",
  ),
  per_page: describe(
    withDefault(between(1, 1000), 1000),
    "Rows of a page of an export. A page that times out is asked for in smaller ones.",
  ),
  ticket_comments_source: describe(
    withDefault(oneOf("comments", "audits", "events"), "comments"),
    "Where comments are read: from each changed ticket, from its audits, or from the export of ticket events.",
  ),
  ticket_audits_source: describe(
    withDefault(oneOf("audits", "events"), "audits"),
    "Where audits are read: from each changed ticket, or from the export of ticket events.",
  ),
  custom_fields_mode: describe(
    withDefault(oneOf("array", "pivot_id", "pivot_key"), "array"),
    "`pivot_id` and `pivot_key` add a column for each custom field of tickets, users and organizations, named by its id or its key.",
  ),
  include_deleted: describe(
    withDefault(boolean(), true),
    "Whether deleted tickets, users, organizations and groups come too.",
  ),
  lookback_seconds: describe(
    withDefault(between(0, 31_536_000), 86_400),
    "How long before the bookmark metric events, satisfaction ratings and ticket skips are read again.",
  ),
};

const network = {
  concurrency: describe(
    withDefault(between(1, 40), 4),
    "How many tickets, or other parents, are read at a time.",
  ),
  rate_limit_budget_pct: describe(
    withDefault(between(1, 100), 100),
    "The share of the account's requests a minute that the tap may use; agents and other integrations share them.",
  ),
  user_agent: describe(optional(string()), "Replaces the User-Agent header."),
  request_timeout: describe(
    withDefault(number(), 300),
    "Seconds until an answer begins, and between two pieces of it. 0 means 300.",
  ),
  base_url: describe(
    optional(string()),
    "Replaces `https://{subdomain}.zendesk.com`, for tests and for gateways.",
  ),
};

/** The settings of the tap. */
export const settings = object({
  subdomain: describe(
    optional(string()),
    "The account's subdomain: `acme` of https://acme.zendesk.com. A whole host or address is taken too.",
  ),
  ...credentials,
  ...reading,
  ...network,
});

/** The settings as the streams see them. */
export type Settings = Infer<typeof settings>;
