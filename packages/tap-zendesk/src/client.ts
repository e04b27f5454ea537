import {
  ConfigError,
  dateTime,
  describe,
  number,
  object,
  optional,
  secret,
  string,
  withDefault,
} from "@chorale/singer";
import { defineRestClient } from "@chorale/tap-sdk";
import { rateLeft } from "./rate-headers.ts";

const config = object({
  subdomain: describe(
    optional(string()),
    "The account's subdomain: `acme` of https://acme.zendesk.com. A whole host or address is taken too.",
  ),
  email: describe(optional(string()), "The e-mail address of the user whose API token is used."),
  api_token: describe(
    secret(optional(string())),
    "An API token. Zendesk switches all of them off on 2027-04-30.",
  ),
  access_token: describe(
    secret(optional(string())),
    "An OAuth access token with the scope `read`. Wins over `api_token`.",
  ),
  start_date: describe(dateTime(), "The earliest change to read, where there is no state."),
  user_agent: describe(optional(string()), "Replaces the User-Agent header."),
  request_timeout: describe(
    withDefault(number(), 300),
    "Seconds until an answer begins, and between two pieces of it. 0 means 300.",
  ),
  base_url: describe(
    optional(string()),
    "Replaces `https://{subdomain}.zendesk.com`, for tests and for gateways.",
  ),
});

/** Zendesk's API, with the credentials and the limits that all streams share. */
export const zendesk = defineRestClient({
  config,
  baseUrl: ({ base_url = "", subdomain = "" }) => {
    // A gateway may have a path of its own; the API's is added where it is missing.
    if (base_url !== "") return `${base_url.replace(/\/*(?:api\/v2\/*)?$/, "")}/api/v2/`;
    const name = /^(?:https?:\/\/)?([a-z\d][a-z\d-]{2,62})(?:\.zendesk\.com(?:[:/].*)?)?$/i.exec(
      subdomain,
    )?.[1];
    if (name !== undefined) return `https://${name}.zendesk.com/api/v2/`;
    throw new ConfigError(
      'config: "subdomain" is missing or no Zendesk subdomain. Set it to `acme` for https://acme.zendesk.com.',
    );
  },
  headers: ({ access_token = "", email = "", api_token = "" }) => {
    if (access_token !== "") return { authorization: `Bearer ${access_token}` };
    if (email !== "" && api_token !== "") {
      const credentials = Buffer.from(`${email}/token:${api_token}`).toString("base64");
      return { authorization: `Basic ${credentials}` };
    }
    throw new ConfigError(
      'config: there are no credentials. Set "access_token", or "email" together with "api_token".',
    );
  },
  // An export refuses a start_time of the last minute. It has nothing new then, so its stream has ended.
  classify: ({ status, text }) =>
    status === 422 && text.includes("Too recent start_time") ? "skip" : undefined,
  rateLeft,
  requestTimeoutSeconds: ({ request_timeout }) => (request_timeout > 0 ? request_timeout : 300),
});
