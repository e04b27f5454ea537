/** Lets one task run at a time, in the order in which they came. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Runs `task` after all that came before it, also when those failed. Rejects at once when `signal` aborts while it waits. */
  async run<Result>(task: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const before = this.#last;
    const done = Promise.withResolvers<void>();
    this.#last = done.promise;
    try {
      await waitFor(before, signal);
    } catch (error) {
      void before.then(() => done.resolve());
      throw error;
    }
    try {
      return await task();
    } finally {
      done.resolve();
    }
  }
}

/** Waits for `promise`, or rejects with the signal's reason. */
export async function waitFor(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) {
    return promise;
  }
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
