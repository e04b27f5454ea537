import {
  ConfigError,
  dateTime,
  describe,
  fromJsonSchema,
  type Infer,
  isObject,
  type JsonSchema,
  number,
  object,
  oneOf,
  optional,
  SchemaError,
  secret,
  string,
  withDefault,
} from "@chorale/singer";
import { type AuthContext, defineRestClient } from "@chorale/tap-sdk";
import { withAdvice } from "./advice.ts";
import { tokenSeconds } from "./token-life.ts";

const name: JsonSchema = { type: "string", pattern: "^[A-Za-z][A-Za-z0-9_]*$" };
const keyLists = fromJsonSchema<Readonly<Record<string, readonly string[]>>>({
  type: "object",
  propertyNames: name,
  additionalProperties: { type: "array", items: name },
});
const positive = fromJsonSchema<number>({ type: "number", exclusiveMinimum: 0 });
const notNegative = fromJsonSchema<number>({ type: "number", minimum: 0 });
const wholeAbove0 = fromJsonSchema<number>({ type: "integer", minimum: 1 });
const pageRows = fromJsonSchema<number>({ type: "integer", minimum: 1, maximum: 20_000 });

const config = object({
  base_url: describe(
    string(),
    "The address with the whole prefix: `https://<tenant>.revprooncloud.com/api/integration`, or with OneID `https://one.zuora.com/revenue/api/integration`.",
  ),
  auth_mode: describe(
    withDefault(oneOf("legacy", "oneid"), "legacy"),
    "`legacy`: a user and a password. `oneid`: an OAuth client of OneID.",
  ),
  username: describe(optional(string()), "The user, for `auth_mode: legacy`."),
  password: describe(optional(secret(string())), "The user's password."),
  role: describe(withDefault(string(), "API Role"), "The user's role, for `auth_mode: legacy`."),
  client_name: describe(withDefault(string(), "Default"), "The client's name, for `auth_mode: legacy`."),
  oauth_client_id: describe(optional(string()), "The OAuth client's id, for `auth_mode: oneid`."),
  oauth_client_secret: describe(optional(secret(string())), "The OAuth client's secret."),
  token_url: describe(
    withDefault(string(), "https://one.zuora.com/oauth2/token"),
    "Where `auth_mode: oneid` gets its tokens.",
  ),
  client_id: describe(withDefault(wholeAbove0, 1), "The `clientId` of every request."),
  mode: describe(
    withDefault(oneOf("full", "incremental"), "full"),
    "`full`: everything in each run. `incremental`: what `INCR_UPDT_DT` says is new since the last run; Zuora does not always set it, so read all from time to time.",
  ),
  types: describe(
    withDefault(oneOf("described", "text"), "described"),
    "`described`: types as Zuora describes the columns. `text`: every column as the text that Zuora wrote.",
  ),
  start_date: describe(
    optional(dateTime()),
    "The earliest `INCR_UPDT_DT` to read. Without it 2016-07-26, Zuora's own day 0.",
  ),
  lookback_days: describe(
    withDefault(notNegative, 7),
    "How far before the beginning of the last run `mode: incremental` reads again.",
  ),
  window_days: describe(
    optional(positive),
    "Cuts each view into queries of so many days of `INCR_UPDT_DT`. Without it one query reads it all, if it is not too large.",
  ),
  max_rows_per_query: describe(
    withDefault(wholeAbove0, 5_000_000),
    "A window with more rows is cut in two until none has more.",
  ),
  extra_views: describe(
    withDefault(fromJsonSchema<readonly string[]>({ type: "array", items: name }), []),
    "Further views of your tenant, by name. Name their keys in `key_overrides`.",
  ),
  key_overrides: describe(
    withDefault(keyLists, {}),
    'Keys by view, in place of the usual ones. With more than one book: `{"BI3_RC_HEAD": ["ID", "BOOK_ID"]}`.',
  ),
  output_type: describe(withDefault(oneOf("gzip", "csv"), "gzip"), "How pages are asked for."),
  page_size: describe(
    optional(pageRows),
    "Rows per page. Without it as many as Zuora allows: 20000 with `gzip`, 10000 with `csv`.",
  ),
  verify_counts: describe(
    withDefault(oneOf("fail", "warn", "off"), "fail"),
    "What happens when fewer rows came than Zuora counts. `off` asks for no count, which is a full scan there.",
  ),
  poll_interval_seconds: describe(
    withDefault(positive, 5),
    "The first wait for a page that is not there yet.",
  ),
  max_wait_seconds: describe(
    withDefault(positive, 3600),
    "How long to wait for one page, and for a free place for a query.",
  ),
  user_agent: describe(optional(string()), "Replaces the User-Agent header."),
  request_timeout: describe(
    withDefault(number(), 300),
    "Seconds until an answer begins, and between two pieces of it. 0 means 300.",
  ),
});

/** The settings of the tap, as its functions see them. */
export type ZuoraRevenueConfig = Infer<typeof config>;

/** Zuora Revenue's API, with the token that all streams share. */
export const zuoraRevenue = defineRestClient({
  config,
  baseUrl: ({ base_url }) => base_url.trim(),
  authorize: (context) => (context.config.auth_mode === "oneid" ? oneIdToken(context) : ownToken(context)),
  classify: ({ status, text }) => (status !== 401 && saysRateLimit(text) ? "rate-limited" : undefined),
  requestTimeoutSeconds: ({ request_timeout }) => (request_timeout > 0 ? request_timeout : 300),
});

/** The status of this alert is not documented; its words are. */
export function saysRateLimit(text: string): boolean {
  return /rate limit/i.test(text);
}

async function ownToken({ config: settings, http, validFor }: AuthContext<ZuoraRevenueConfig>) {
  const { username, password, role, client_name: clientname } = settings;
  if (username === undefined || password === undefined) {
    throw new ConfigError(
      'config: "auth_mode" is legacy, and "username" or "password" is missing. Set both.',
    );
  }
  const basic = Buffer.from(`${username}:${password}`).toString("base64");
  const headers = { authorization: `Basic ${basic}`, role, clientname };
  const answer = await withAdvice(() => http.request("POST", "v1/authenticate", { headers }));
  const token = answer.headers["revpro-token"];
  if (token === undefined || token === "") throw withoutToken("base_url");
  validFor(tokenSeconds(token));
  return { token };
}

async function oneIdToken({ config: settings, http, validFor }: AuthContext<ZuoraRevenueConfig>) {
  const { oauth_client_id: id, oauth_client_secret: clientSecret, token_url: url } = settings;
  if (id === undefined || clientSecret === undefined) {
    throw new ConfigError(
      'config: "auth_mode" is oneid, and "oauth_client_id" or "oauth_client_secret" is missing. Set both.',
    );
  }
  const form = { client_id: id, client_secret: clientSecret, grant_type: "client_credentials" };
  const { body } = await http.request("POST", url, { form });
  const token = isObject(body) ? body["access_token"] : undefined;
  if (typeof token !== "string" || token === "") throw withoutToken("token_url");
  const seconds = isObject(body) ? Number(body["expires_in"] ?? Number.NaN) : Number.NaN;
  validFor(seconds > 0 ? Math.max(seconds / 2, seconds - 300) : tokenSeconds(token));
  return { authorization: `Bearer ${token}` };
}

function withoutToken(setting: string): SchemaError {
  return new SchemaError(`Zuora Revenue accepted the credentials and gave no token. Check "${setting}".`, {
    stream: "",
  });
}
