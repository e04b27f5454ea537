import type { Logger } from "@chorale/singer";
import type { RateLeft } from "../rest-client.ts";
import type { HttpClock } from "./clock.ts";
import type { Credentials } from "./credentials.ts";
import type { Farewells } from "./farewells.ts";
import type { Classify } from "./http-client.ts";
import type { RateBuckets } from "./rate-buckets.ts";
import type { RequestMetric } from "./request-metric.ts";
import type { SignAddress } from "./signing.ts";
import type { Transport } from "./transport.ts";

/** What the requests of one client share. */
export interface ClientParts {
  readonly base: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent to the base address's origin only; undefined for a client that sends none. */
  readonly credentials: Credentials | undefined;
  /** Signs addresses of the base address's origin; undefined where none are signed. */
  readonly sign: SignAddress | undefined;
  readonly transport: Transport;
  /** Makes a further transport, whose requests end with another signal. */
  readonly openTransport: (signal: AbortSignal) => Transport;
  /** Undefined for a client whose requests are not counted. */
  readonly buckets: RateBuckets | undefined;
  readonly rateLeft: ((headers: Readonly<Record<string, string>>) => readonly RateLeft[]) | undefined;
  readonly classify: Classify | undefined;
  /** Ends every wait and every request but the farewells. */
  readonly signal: AbortSignal;
  readonly farewells: Farewells;
  readonly clock: HttpClock;
  readonly random: () => number;
  readonly log: Logger;
  readonly redact: (text: string) => string;
  readonly onRequest: (metric: RequestMetric) => void;
  readonly attempts: number;
  readonly maxWaitMs: number;
  readonly maxBufferedBytes: number;
  readonly maxResponseBytes: number;
}
