/** One try of a request, as it is told to whoever measures. */
export interface RequestMetric {
  readonly method: string;
  /** The path with identifiers left out. */
  readonly endpoint: string;
  /** The answer's status; undefined when none came. */
  readonly status: number | undefined;
  /** From sending until the body was taken, or until its streaming began. */
  readonly seconds: number;
  /** How many tries came before. */
  readonly retries: number;
}
