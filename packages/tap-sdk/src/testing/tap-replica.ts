/** What the next requests are answered instead of what the API would. */
export interface ReplicaFault {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** How many requests; `Infinity` for all. */
  readonly times: number;
}

/** An API that a tap is tested against: a stand-in on this machine, with the same records each time. */
export interface TapReplica {
  /** A configuration that works with it. */
  readonly config: unknown;
  /** The requests so far, as `/path?query`. Without it nothing can be said of requests that must not be made. */
  readonly requests?: () => readonly string[];
  /** Makes requests fail. Without it answers that are errors are not tested. */
  readonly fail?: (fault: ReplicaFault) => void;
  readonly close?: () => Promise<void>;
}

/** What is known to be different for some streams. It is checked too: a limit that is not there fails. */
export interface TapLimits {
  /** Streams that the replica has no records of. */
  readonly empty?: readonly string[];
  /** Streams whose API hands out a record more than once in a run. */
  readonly repeats?: readonly string[];
  /** Streams that on purpose read again what lies before their bookmark. */
  readonly rereads?: readonly string[];
}

/** What a tap is tested with. */
export interface TapTestOptions {
  /** Makes an API for each run, with the same records each time. */
  readonly replica: () => Promise<TapReplica>;
  /** The names of all streams, in order. @default not looked at */
  readonly expectedStreams?: readonly string[];
  /** @default none */
  readonly limits?: TapLimits;
  /** After how many of its states, evenly spread, a run is stopped and resumed. @default 10 */
  readonly resumePoints?: number;
}
