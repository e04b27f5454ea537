import { ConfigError } from "@chorale/singer";
import { defineRestClient } from "@chorale/tap-sdk";
import { grantOf } from "./auth/grants.ts";
import { rateLeft } from "./rate-headers.ts";
import { type Settings, settings } from "./settings.ts";

/** Zendesk's API, with the credentials and the limits that all streams share. */
export const zendesk = defineRestClient({
  config: settings,
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
  headers: (config) => ({ ...marketplaceHeaders(config), ...fixedCredentials(config) }),
  authorizes: (config) => grantOf(config) !== undefined,
  authorize: async (context) => {
    // Whoever has a token that stays loads nothing of what fetches them.
    const { authorize } = await import("./auth/authorize.ts");
    return await authorize(context);
  },
  // An export refuses a start_time of the last minute. It has nothing new then, so its stream has ended.
  classify: ({ status, text }) =>
    status === 422 && text.includes("Too recent start_time") ? "skip" : undefined,
  rateLeft: (headers, { rate_limit_budget_pct }) => rateLeft(headers, rate_limit_budget_pct),
  concurrency: ({ concurrency }) => concurrency,
  requestTimeoutSeconds: ({ request_timeout }) => (request_timeout > 0 ? request_timeout : 300),
});

/** Credentials that are the same for the whole run; none when they are fetched. */
function fixedCredentials(config: Settings): Readonly<Record<string, string>> {
  const { access_token = "", email = "", api_token = "" } = config;
  if (grantOf(config) !== undefined) return {};
  if (access_token !== "") return { authorization: `Bearer ${access_token}` };
  if (email !== "" && api_token !== "") {
    const credentials = Buffer.from(`${email}/token:${api_token}`).toString("base64");
    return { authorization: `Basic ${credentials}` };
  }
  throw new ConfigError(
    'config: there are no credentials. Set "client_id" and "client_secret", with "refresh_token" or without, or "access_token", or "email" together with "api_token".',
  );
}

/** An app of the marketplace names itself by all three, or not at all. */
function marketplaceHeaders(config: Settings): Readonly<Record<string, string>> {
  const {
    marketplace_name: name = "",
    marketplace_organization_id: organization = "",
    marketplace_app_id: app = "",
  } = config;
  if ([name, organization, app].includes("")) return {};
  return {
    "x-zendesk-marketplace-name": name,
    "x-zendesk-marketplace-organization-id": organization,
    "x-zendesk-marketplace-app-id": app,
  };
}
