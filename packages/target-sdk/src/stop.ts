import { ConnectorError, InterruptedError } from "@chorale/singer";

/** Why a run ends early, and what wakes everyone who waits when it does. */
export class Stop {
  readonly #wakers = new Set<() => void>();
  #error: unknown;
  #isStopped = false;

  /** Whether the run ends early. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** The first error, which is the run's. */
  get error(): unknown {
    return this.#error;
  }

  /** Ends the run; only the first error counts. Answers whether this was it. */
  fail(error: unknown): boolean {
    if (this.#isStopped) return false;
    this.#isStopped = true;
    this.#error = error;
    for (const wake of this.#wakers) wake();
    this.#wakers.clear();
    return true;
  }

  /** Ends the run when `signal` is aborted. Answers how to let go of the signal. */
  follow(signal: AbortSignal | undefined): () => void {
    if (signal === undefined) return () => undefined;
    const onAbort = () => this.fail(interruptionOf(signal.reason));
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    return () => signal.removeEventListener("abort", onAbort);
  }

  throwIfStopped(): void {
    if (this.#isStopped) throw this.#error;
  }

  /**
   * Waits for a promise, or rejects with the run's error as soon as there is one. Unlike `Promise.race`
   * it leaves nothing behind, so it may be called for every chunk of a long input.
   */
  race<T>(promise: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const wake = () => reject(this.#error);
      if (this.#isStopped) wake();
      else this.#wakers.add(wake);
      void promise.then(resolve, reject).finally(() => this.#wakers.delete(wake));
    });
  }
}

function interruptionOf(reason: unknown): ConnectorError {
  if (ConnectorError.isInstance(reason)) return reason;
  return new InterruptedError(reason === "SIGINT" ? "SIGINT" : "SIGTERM");
}
