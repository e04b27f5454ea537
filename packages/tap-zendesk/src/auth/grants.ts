import type { Settings } from "../settings.ts";

/** How a configuration gets access tokens that expire. */
export type Grant = "refresh_token" | "client_credentials";

/** Answers how access tokens are got; undefined for credentials that stay as they are. */
export function grantOf({
  client_id = "",
  client_secret = "",
  refresh_token = "",
}: Pick<Settings, "client_id" | "client_secret" | "refresh_token">): Grant | undefined {
  if (client_id === "") return undefined;
  if (refresh_token !== "") return "refresh_token";
  return client_secret === "" ? undefined : "client_credentials";
}
