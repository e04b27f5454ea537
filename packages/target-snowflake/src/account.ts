import { ConfigError } from "@chorale/singer";
import type { SnowflakeConfig } from "./config.ts";

/** How an account is known, and where it is. */
export interface AccountPlace {
  /** The account as it logs in: `ORG-ACCOUNT`, or `locator.region`. */
  readonly account: string;
  /** Its address, as `https://org-account.snowflakecomputing.com`. */
  readonly accessUrl: string;
}

const ownDomain = /\.snowflakecomputing\.(com|cn)$/i;
const wellFormed = /^\w+(?:[.-]\w+)*$/;
const localHosts = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * Reads the account from any of the ways to write it: `org-account`, `locator.region.cloud`, its host name, its
 * address, or that of its web interface. Underscores stay in the account and are hyphens in the host name, as
 * certificates want it. `access_url` replaces the address; http is taken for this machine only. Throws `ConfigError`.
 */
export function accountPlace({ account: given, access_url: url }: AccountSettings): AccountPlace {
  const account = accountName(given);
  if (url !== undefined) return { account, accessUrl: checkedUrl(url) };
  const isChinese = /\.cn-/i.test(account) || ownDomain.exec(hostOf(given))?.[1]?.toLowerCase() === "cn";
  const host = account.replaceAll("_", "-").toLowerCase();
  return { account, accessUrl: `https://${host}.snowflakecomputing.${isChinese ? "cn" : "com"}` };
}

type AccountSettings = Pick<SnowflakeConfig, "account" | "access_url">;

function accountName(given: string): string {
  const address = withoutScheme(given);
  const host = hostOf(given);
  const isAddress = address !== given.trim() || ownDomain.test(host);
  const [, organization, account] = /^app\.snowflake\.com\/([^/]+)\/([^/]+)/i.exec(address) ?? [];
  const own = isAddress ? host.replace(ownDomain, "") : address;
  const name = organization !== undefined && account !== undefined ? `${organization}-${account}` : own;
  if (wellFormed.test(name)) return name;
  throw new ConfigError(
    `account ${JSON.stringify(given)} is none. Write it as org-account or locator.region, as Snowflake's account details show it.`,
  );
}

function withoutScheme(given: string): string {
  return given.trim().replace(/^[a-z]+:\/\//i, "");
}

function hostOf(given: string): string {
  return withoutScheme(given).replace(/[/:?#].*$/, "");
}

function checkedUrl(url: string): string {
  const parsed = URL.parse(url);
  const isHere = localHosts.has(parsed?.hostname ?? "");
  if (parsed !== null && (parsed.protocol === "https:" || (parsed.protocol === "http:" && isHere))) {
    return parsed.origin;
  }
  throw new ConfigError("access_url is no https address. Correct it, or leave it out.");
}
