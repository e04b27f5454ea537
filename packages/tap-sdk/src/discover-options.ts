import type { Logger } from "@chorale/singer";
import type { SaveSettings } from "./rest-client.ts";

/** What a discovery is told. Without `config` nothing else matters. */
export interface DiscoverOptions {
  /** The configuration; it is checked against the tap's schema, and defaults are filled in. @default none */
  readonly config?: unknown;
  /** Is told which streams the account does not have, and why. @default says nothing */
  readonly log?: Logger | undefined;
  /** Stops the discovery: requests end with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Writes settings to where `config` came from, for tokens that change. @default there is no such place */
  readonly saveSettings?: SaveSettings | undefined;
  /** Variables that say how to reach the network, such as `HTTPS_PROXY`. @default none */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}
