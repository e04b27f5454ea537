import { ConfigError } from "@chorale/singer";
import { defineRestClient } from "@chorale/tap-sdk";
import { type AdaptiveConfig, settings } from "./settings.ts";

/** Adaptive's API. Credentials are part of each request's body, so no header holds any. */
export const adaptive = defineRestClient({
  config: settings,
  baseUrl: (config) => {
    checkCredentials(config);
    return config.base_url;
  },
  // A proxy before the API may answer so; the API itself answers 200.
  classify: ({ status }) => (status === 403 ? "unauthorized" : undefined),
  // Nothing is known of limits, so requests go out one after another.
  concurrency: () => 1,
  requestTimeoutSeconds: ({ request_timeout }) => (request_timeout > 0 ? request_timeout : 1800),
});

function checkCredentials({ username = "", password = "", token = "" }: AdaptiveConfig): void {
  const hasPassword = username !== "" && password !== "";
  if (hasPassword !== (token !== "")) return;
  throw new ConfigError(
    hasPassword
      ? 'config: "token" and "password" are both set. Set one of them.'
      : 'config: "username" and "password" are missing. Set them, or "token".',
  );
}
