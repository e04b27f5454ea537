import type { ObjectSchema } from "@chorale/singer";
import type { AnyRecord, Stream } from "./definitions.ts";
import type { ExportOrder, ExportStreamOptions } from "./export/export-definitions.ts";
import type { Classify, HttpClient } from "./http/http-client.ts";
import type { CustomStreamOptions, PagedStreamOptions, StreamOptions } from "./stream-options.ts";

/** How many requests a rate bucket holds, and how long it takes to fill again. */
export interface RateLimit {
  readonly requests: number;
  readonly perSeconds: number;
}

/** What an answer's headers say of a rate bucket. */
export interface RateLeft {
  /** The bucket's name. @default the one that the request spent from */
  readonly bucket?: string;
  /**
   * Requests left in the window. At 0, or when requests that are under way will use them up, the next one waits for
   * the window's end.
   */
  readonly remaining: number;
  /** Seconds until the window ends, or the moment of its end in seconds since 1970. */
  readonly resetSeconds: number;
}

/** What an authorizer is told. */
export interface AuthContext<Config> {
  readonly config: Config;
  readonly signal: AbortSignal;
  /** Sends a request without credentials, as a token endpoint wants it. */
  readonly http: HttpClient;
  /** True when the credentials of the call before were refused. */
  readonly refused: boolean;
  /** What earlier calls of this client wanted to remember, such as a newer refresh token; empty at first. */
  readonly kept: Map<string, string>;
  /** Says for how long the answer is good. After it the next request calls again. @default until a 401 */
  validFor(seconds: number): void;
  /**
   * Writes settings to where the configuration came from, whole or not at all; `{}` tries whether that works. Throws
   * `ConfigError` when it does not. Undefined where there is nothing to write to, such as the environment.
   */
  readonly saveSettings: SaveSettings | undefined;
}

/** Writes settings to where a configuration came from. */
export type SaveSettings = (changes: Readonly<Record<string, string>>) => Promise<void>;

/** What a signer of addresses is told. */
export interface SignContext<Config> {
  readonly config: Config;
  /** When the request leaves. */
  readonly now: Date;
}

/** What an API's client is described by. */
export interface RestClientOptions<Config> {
  readonly config: ObjectSchema<Config>;
  /** The base address; a missing slash at its end is added. */
  readonly baseUrl: (config: Config) => string;
  /** Headers of every request to the base address's origin, credentials that never change included. */
  readonly headers?: (config: Config) => Readonly<Record<string, string>>;
  /** Headers with credentials that may expire. Called before the first request and once for each 401. */
  readonly authorize?: (context: AuthContext<Config>) => Promise<Readonly<Record<string, string>>>;
  /** Whether a configuration needs `authorize`. Where it does not, a 401 ends the run at once. @default yes */
  readonly authorizes?: (config: Config) => boolean;
  /**
   * Signs an address right before each try, for APIs that want a signature of the moment in the query. It may
   * change the query only, and is not asked for other origins; what it adds shows up in no log and no error.
   * @default addresses are sent as they are
   */
  readonly sign?: (url: URL, context: SignContext<Config>) => URL;
  /** @default by status: 2xx success, 401 unauthorized, 408 409 425 5xx retry, 429 rate-limited, else fail */
  readonly classify?: Classify;
  /** Rate buckets by name; the first is the default one. @default no limit but the server's answers */
  readonly rateLimits?: (config: Config) => Readonly<Record<string, RateLimit>>;
  /** Reads what an answer's headers (names in lower case) say of the rate buckets. */
  readonly rateLeft?: (headers: Readonly<Record<string, string>>, config: Config) => readonly RateLeft[];
  /** How many children of a page are read at a time. @default 4 */
  readonly concurrency?: (config: Config) => number;
  /** Time until an answer's headers, and between two pieces of its body. @default 300 */
  readonly requestTimeoutSeconds?: (config: Config) => number;
  /** How often a request is tried. @default 6 */
  readonly attempts?: number;
  /** How long a request may wait for rate limits in all. @default 3600 */
  readonly maxWaitSeconds?: number;
}

/** An API: what its streams have in common. Made by `defineRestClient`. */
export interface RestClient<Config> {
  readonly options: RestClientOptions<Config>;
  readonly config: ObjectSchema<Config>;
  /** Defines a stream of the API. */
  stream<Item, Parent = AnyRecord>(options: StreamOptions<Config, Item, Parent>): Stream<Config, Item>;
  /** Defines a stream that reads as it likes, through `context.http`. */
  customStream<Item, Parent = AnyRecord>(
    options: CustomStreamOptions<Config, Item, Parent>,
  ): Stream<Config, Item>;
  /** Defines a stream of pages that are read as it likes, through `context.http`. */
  pagedStream<Item, Parent = AnyRecord>(
    options: PagedStreamOptions<Config, Item, Parent>,
  ): Stream<Config, Item>;
  /** Defines a stream whose records are exported by jobs. See {@link ExportStreamOptions}. */
  exportStream<Item, Job, Parent = AnyRecord, Order extends ExportOrder = ExportOrder>(
    options: ExportStreamOptions<Config, Item, Parent, Job, Order>,
  ): Stream<Config, Item>;
}
