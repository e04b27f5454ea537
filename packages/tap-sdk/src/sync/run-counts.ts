import type { Logger, Metrics } from "@chorale/singer";

/** Counters are written out this often. */
const intervalMs = 60_000;

/** What a run counts: records and skipped answers by stream, requests, durations. */
export class RunCounts {
  readonly #metrics: Metrics | undefined;
  readonly #clock: () => Date;
  readonly #records = new Map<string, number>();
  readonly #skipped = new Map<string, number>();
  #writtenAt: number;

  constructor({ metrics, clock }: { metrics: Metrics | undefined; clock: () => Date }) {
    this.#metrics = metrics;
    this.#clock = clock;
    this.#writtenAt = clock().getTime();
  }

  /** Counts records of a stream that were emitted, and writes the counters when it is time. */
  emitted(stream: string, count: number): void {
    this.#records.set(stream, (this.#records.get(stream) ?? 0) + count);
    if (this.#clock().getTime() - this.#writtenAt >= intervalMs) this.write();
  }

  /** Counts an answer that was skipped. */
  skipped(stream: string): void {
    this.#skipped.set(stream, (this.#skipped.get(stream) ?? 0) + 1);
  }

  /** Notes how long a request took. */
  requested(request: { endpoint: string; status: number | undefined; seconds: number }): void {
    const { endpoint, status, seconds } = request;
    const tags = { endpoint, ...(status === undefined ? {} : { http_status_code: String(status) }) };
    this.#metrics?.timer("http_request_duration", seconds, tags);
  }

  /** Notes how long a stream and its children, or the whole run, took. */
  ended(
    metric: "sync_duration" | "job_duration",
    span: { since: Date; failed: boolean; stream?: string },
  ): void {
    const seconds = (this.#clock().getTime() - span.since.getTime()) / 1000;
    const kind = span.stream === undefined ? { job_type: "sync" } : { stream: span.stream };
    this.#metrics?.timer(metric, seconds, { ...kind, status: span.failed ? "failed" : "succeeded" });
  }

  /** Writes what was counted since the last time. */
  write(): void {
    this.#writtenAt = this.#clock().getTime();
    for (const [stream, count] of this.#records) {
      this.#metrics?.counter("record_count", count, { stream });
    }
    this.#records.clear();
  }

  /** Says once, at the end, how many answers were skipped. */
  report(log: Logger): void {
    if (this.#skipped.size === 0) return;
    log.warn("answers were skipped", { skipped: Object.fromEntries(this.#skipped) });
  }
}
