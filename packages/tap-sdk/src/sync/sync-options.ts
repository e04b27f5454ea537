import type { Catalog, Logger, Metrics, State } from "@chorale/singer";
import type { SaveSettings } from "../rest-client.ts";

/** What a run of a tap is told. */
export interface SyncOptions {
  /** The configuration; it is checked against the tap's schema, and defaults are filled in. */
  readonly config: unknown;
  /** What to read. @default the streams that are selected by default */
  readonly catalog?: Catalog | undefined;
  /** Where to go on from: the newest state that a target confirmed. @default the beginning */
  readonly state?: State | undefined;
  /** Rules such as `users.*` and `!users.email` on top of the catalog. @default none */
  readonly select?: readonly string[] | undefined;
  /** @default says nothing */
  readonly log?: Logger | undefined;
  /** Takes counters and timers. @default none are kept */
  readonly metrics?: Metrics | undefined;
  /** Stops the run: what waits and what is requested ends with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** @default the system's clock */
  readonly clock?: (() => Date) | undefined;
  /** Writes settings to where `config` came from, for tokens that change. @default there is no such place */
  readonly saveSettings?: SaveSettings | undefined;
  /** Variables that say how to reach the network, such as `HTTPS_PROXY`. @default none */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Ends each list of a stream after so many records. For a look whether streams work, not for loading. */
  readonly recordLimit?: number | undefined;
}
