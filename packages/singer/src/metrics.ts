/** The metrics of Singer: what orchestrators read from stderr. */
export interface Metrics {
  /** What was counted since the last line of the same metric and tags, such as `record_count`. */
  counter(metric: string, value: number, tags?: Readonly<Record<string, string>>): void;
  /** How long something took, such as `http_request_duration`. */
  timer(metric: string, seconds: number, tags?: Readonly<Record<string, string>>): void;
}

/**
 * Makes the metrics of a process. Each goes to `write` as one whole line with its line break, in the
 * spelling that Singer tools look for: `INFO METRIC: {"type":"counter",…}`. A value that is no finite
 * number is not written.
 *
 * @example
 * ```ts
 * const metrics = createMetrics((line) => process.stderr.write(line));
 * metrics.counter("record_count", 10, { stream: "users" });
 * ```
 */
export function createMetrics(write: (line: string) => void): Metrics {
  const put = (type: string, { metric, value, tags }: Point): void => {
    if (Number.isFinite(value)) write(`INFO METRIC: ${JSON.stringify({ type, metric, value, tags })}\n`);
  };
  return {
    counter: (metric, value, tags = {}) => put("counter", { metric, value, tags }),
    timer: (metric, seconds, tags = {}) => put("timer", { metric, value: seconds, tags }),
  };
}

interface Point {
  readonly metric: string;
  readonly value: number;
  readonly tags: Readonly<Record<string, string>>;
}
