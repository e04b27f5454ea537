import {
  boolean,
  dateTime,
  describe,
  fromJsonSchema,
  type Infer,
  integer,
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

/** Names of tables and columns stand in statements, so nothing but what such names are made of. */
const identifier = "[A-Za-z_][A-Za-z0-9_]*";
const name: JsonSchema = { type: "string", pattern: `^${identifier}$` };
const names: JsonSchema = { type: "array", items: name };
const column: JsonSchema = {
  type: "string",
  pattern: `^${identifier}(?::(?:integer|number|string|date-time))?$`,
};
const columnList: JsonSchema = { type: "array", items: column };

/** A table that is described in the settings. */
export interface ExtraTable {
  readonly columns: readonly string[];
  readonly key_properties?: readonly string[];
  readonly replication_key?: string;
}

function byTable<T>(items: JsonSchema) {
  return fromJsonSchema<Readonly<Record<string, T>>>({
    type: "object",
    propertyNames: name,
    additionalProperties: items,
  });
}

const atLeast = (minimum: number) => fromJsonSchema<number>({ ...integer().json, minimum });

const config = object({
  user: describe(string(), "A user with the Connect role."),
  password: describe(secret(string()), "The user's password."),
  client_id: describe(secret(string()), "The client id that Xactly gave out for Connect."),
  consumer: describe(string(), "The consumer that belongs to the client id."),
  api_url: describe(withDefault(string(), "https://api.xactlycorp.com/api"), "The gateway's address."),
  start_date: describe(
    optional(dateTime()),
    "The earliest `MODIFIED_DATE` to read where there is no state. Without it everything is read.",
  ),
  lookback_seconds: describe(
    withDefault(atLeast(0), 300),
    "How far before its bookmark a run begins to read, for rows that were committed late.",
  ),
  extra_columns: describe(
    withDefault(byTable<readonly string[]>(columnList), {}),
    'Columns that your tenant added, by table: `{"xc_participant": ["SEGMENT", "QUOTA__PCT:number"]}`. Types are `string` (the usual one), `integer`, `number`, `date-time`.',
  ),
  exclude_columns: describe(
    withDefault(byTable<readonly string[]>(names), {}),
    "Columns that your tenant does not have, by table.",
  ),
  extra_tables: describe(
    withDefault(
      byTable<ExtraTable>({
        type: "object",
        required: ["columns"],
        additionalProperties: false,
        properties: {
          columns: { ...columnList, minItems: 1 },
          key_properties: names,
          replication_key: name,
        },
      }),
      {},
    ),
    'Further tables, or other descriptions of known ones: `{"xc_payment": {"columns": ["PAYMENT_ID:integer", "MODIFIED_DATE"], "key_properties": ["PAYMENT_ID"], "replication_key": "MODIFIED_DATE"}}`.',
  ),
  discover_columns: describe(
    withDefault(boolean(), false),
    "Asks for the columns of each table that is read: new ones are added, with values of any type, and missing ones left out. Works where the gateway's answers name their columns.",
  ),
  id_type: describe(
    withDefault(oneOf("integer", "string"), "integer"),
    "The type of columns with numeric ids.",
  ),
  paging: describe(
    withDefault(oneOf("keyset", "window"), "keyset"),
    "`keyset`: many small statements, each after the last row of the one before. `window`: one statement per table, up to the beginning of the run; for gateways that do not compare moments exactly.",
  ),
  query_rows: describe(
    withDefault(atLeast(1), 10_000),
    "How many rows a statement of `paging: keyset` asks for.",
  ),
  page_size: describe(
    withDefault(atLeast(1), 1000),
    "How many rows of a result are fetched at a time. 100 is taken instead where the gateway refuses it.",
  ),
  user_agent: describe(optional(string()), "Replaces the User-Agent header."),
  request_timeout: describe(
    withDefault(number(), 300),
    "Seconds until an answer begins, and between two pieces of it. 0 means 300.",
  ),
});

/** The settings of the tap, as its functions see them. */
export type XactlyConfig = Infer<typeof config>;

/** Xactly Connect's gateway, with the token that all streams share. */
export const xactly = defineRestClient({
  config,
  baseUrl: ({ api_url }) => api_url.trim(),
  authorize: fetchToken,
  requestTimeoutSeconds: ({ request_timeout }) => (request_timeout > 0 ? request_timeout : 300),
});

/** The client is named in the query, the user in a body of JSON; it is no OAuth grant. */
async function fetchToken({ config: settings, http, validFor }: AuthContext<XactlyConfig>) {
  const { user, password, client_id, consumer } = settings;
  const { body } = await http.request("POST", "oauth2/token", {
    searchParams: { client_id, consumer, api: "connect" },
    json: { username: user, password },
  });
  const token = isObject(body) ? body["access_token"] : undefined;
  if (typeof token !== "string" || token === "") {
    throw new SchemaError("Connect's token endpoint answered without an access_token. Check api_url.", {
      stream: "",
    });
  }
  // Whether it says so is not documented; a token that is refused is replaced in any case.
  const seconds = isObject(body) ? Number(body["expires_in"] ?? Number.NaN) : Number.NaN;
  if (seconds > 0) validFor(Math.max(seconds / 2, seconds - 60));
  return { authorization: `Bearer ${token}` };
}
