/** More would look like a program that hangs. */
const longestSeconds = 10;

/** Requests that go on after the run was stopped, each for a few seconds at most. */
export class Farewells {
  readonly #open = new Set<Promise<unknown>>();

  /** Does the work with a signal of its own, which is aborted with `late()` after so many seconds. */
  async send<T>(
    seconds: number,
    { work, late }: { work: (signal: AbortSignal) => Promise<T>; late: (seconds: number) => Error },
  ): Promise<T> {
    const bound = Math.min(seconds, longestSeconds);
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(late(bound)), bound * 1000);
    const sent = work(stop.signal);
    this.#open.add(sent);
    try {
      return await sent;
    } finally {
      clearTimeout(timer);
      this.#open.delete(sent);
    }
  }

  /** Resolves when none is under way. */
  async end(): Promise<void> {
    while (this.#open.size > 0) await Promise.allSettled(this.#open);
  }
}
