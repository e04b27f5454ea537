import { ConnectorError } from "@chorale/singer";
import type { RestClientOptions } from "../rest-client.ts";
import type { HttpClock } from "./clock.ts";

/** Answers the address that is sent in place of the given one. */
export type SignAddress = (url: URL) => URL;

/**
 * Makes the signer of a client; undefined when its addresses are not signed. It throws `ConnectorError` when a
 * signature changes more than the query, so that credentials go nowhere else.
 */
export function createSigner<Config>(
  { sign }: Pick<RestClientOptions<Config>, "sign">,
  { config, clock }: { config: Config; clock: HttpClock },
): SignAddress | undefined {
  if (sign === undefined) return undefined;
  return (url) => {
    const signed = sign(new URL(url), { config, now: new Date(clock.wall()) });
    if (placeOf(signed) === placeOf(url)) return signed;
    throw new ConnectorError(
      `sign: ${url.origin}${url.pathname} became another address. Let the client's sign change the query only.`,
    );
  };
}

function placeOf({ origin, username, password, pathname }: URL): string {
  return JSON.stringify([origin, username, password, pathname]);
}
