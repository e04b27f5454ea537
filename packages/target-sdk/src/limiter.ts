/**
 * Runs at most so many tasks at a time, in the order in which they were given. A task that fails makes room for the next
 * one, too.
 *
 * @example
 * ```ts
 * const limiter = new Limiter(2);
 * await Promise.all(files.map((file) => limiter.run(() => upload(file))));
 * ```
 */
export class Limiter {
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Runs a task when it is its turn; answers and rejects as the task does. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#limit) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
