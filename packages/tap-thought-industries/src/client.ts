import { ConfigError } from "@chorale/singer";
import { defineRestClient } from "@chorale/tap-sdk";
import { apiAddress } from "./api-address.ts";
import { rateLeft } from "./rate-headers.ts";
import { checkSettings, settings } from "./settings.ts";
import { signed } from "./signature.ts";

/** Tries of a request: one, and seven more, as those who read this API every day have found to be needed. */
const attempts = 8;

/** Thought Industries' API, with the key and the limits that all streams share. */
export const thoughtIndustries = defineRestClient({
  config: settings,
  baseUrl: (config) => {
    checkSettings(config);
    return apiAddress(config.base_url);
  },
  headers: ({ api_key }) => {
    if (api_key !== "") return { authorization: `Bearer ${api_key}` };
    throw new ConfigError('config: "api_key" is empty. Make a key in the portal under Settings > Security.');
  },
  sign: (url, { config: { signing_key: key = "" }, now }) => (key === "" ? url : signed(url, { key, now })),
  rateLeft,
  attempts,
  requestTimeoutSeconds: ({ request_timeout_seconds }) => request_timeout_seconds,
});
