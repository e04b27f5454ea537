import { ConfigError } from "@chorale/singer";

/**
 * Answers the address of a portal's API: of a subdomain, a host, or an address with or without the API's path.
 * Throws `ConfigError` for anything else.
 */
export function apiAddress(baseUrl: string): string {
  const given = baseUrl.trim();
  const host = /^[a-z\d][a-z\d-]*$/i.test(given) ? `${given}.thoughtindustries.com` : given;
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(host) ? host : `https://${host}`);
  if (url === null || given === "" || !/^https?:$/.test(url.protocol) || url.search !== "") {
    throw new ConfigError(
      'config: "base_url" is no address of a portal. Set it to its host, such as https://university.acme.example.',
    );
  }
  const path = url.pathname.replace(/\/*(?:incoming(?:\/v2)?)?\/*$/, "");
  return `${url.origin}${path}/incoming/v2/`;
}
