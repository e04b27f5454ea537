import {
  array,
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
import { defineRestClient } from "@chorale/tap-sdk";

/** The name is part of an address, so nothing but what ZenGRC's own names are made of. */
const objectName = fromJsonSchema<string>({ type: "string", pattern: "^[a-z][a-z0-9_]*$" });

const config = object({
  base_url: describe(
    string(),
    "The account's API: `https://acme.api.zengrc.com`, with or without `/api/v2` at its end.",
  ),
  username: describe(string(), "The id of an API key."),
  password: describe(secret(string()), "The secret of the API key."),
  start_date: describe(
    optional(dateTime()),
    "The earliest `updated_at` to emit with `replication: incremental`, where there is no state.",
  ),
  replication: describe(
    withDefault(oneOf("full", "incremental"), "full"),
    "`full`: every record in every run. `incremental`: every page is read, and records are emitted whose `updated_at` is not before the bookmark.",
  ),
  extra_objects: describe(
    withDefault(array(objectName), []),
    "Further objects to read, by the name in their address: `standards`, `policies`, `org_groups`. Those that the account does not have are left out.",
  ),
  discover_columns: describe(
    withDefault(boolean(), false),
    "Looks for properties that the tap does not know on one page of each stream, and adds them as columns of any type. `people`, `systems` and `extra_objects` are always looked at.",
  ),
  stringify_custom_attributes: describe(
    withDefault(boolean(), false),
    "Writes `custom_attributes` as a text of JSON, in place of an object.",
  ),
  user_agent: describe(optional(string()), "Replaces the User-Agent header."),
  request_timeout: describe(
    withDefault(number(), 300),
    "Seconds until an answer begins, and between two pieces of it. 0 means 300.",
  ),
});

/** The settings of the tap, as its functions see them. */
export type ZengrcConfig = Infer<typeof config>;

/** ZenGRC's API, with the credentials that all streams share. */
export const zengrc = defineRestClient({
  config,
  // The address of the account's own documentation ends in `#/`, and is what people copy.
  baseUrl: ({ base_url }) => `${base_url.trim().replace(/\/*(?:api\/v2)?\/*(?:#.*)?$/, "")}/api/v2/`,
  headers: ({ username, password }) => ({
    authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`,
  }),
  requestTimeoutSeconds: ({ request_timeout }) => (request_timeout > 0 ? request_timeout : 300),
});
