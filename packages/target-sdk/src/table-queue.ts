/** A task, and what it has to itself while it runs. */
export interface QueuedTask {
  /** Tasks that share one of these run one after the other, in the order in which they were given. */
  readonly holds: ReadonlySet<string | symbol>;
  /** Whether it is one of those of which only so many run at a time. */
  readonly isCommit: boolean;
  readonly run: () => Promise<void>;
}

/** What a queue is made with. */
export interface TableQueueOptions {
  /** How many commits run at a time; one at least. */
  readonly parallelCommits: number;
  readonly onError: (error: unknown) => void;
}

/**
 * Runs tasks of one table in the order in which they were given, and those of different tables at the same time.
 * Of the tasks that may begin, the one that was given first does.
 */
export class TableQueue {
  readonly #options: TableQueueOptions;
  readonly #running = new Map<QueuedTask, Promise<void>>();
  #waiting: readonly QueuedTask[] = [];

  constructor(options: TableQueueOptions) {
    this.#options = options;
  }

  /** Runs a task when its turn comes, and never before this call has returned. */
  add(task: QueuedTask): void {
    this.#waiting = [...this.#waiting, task];
    this.#startNext();
  }

  /** Resolves when nothing runs and nothing waits. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  #startNext(): void {
    const running = [...this.#running.keys()];
    const taken = new Set(running.flatMap(({ holds }) => [...holds]));
    let free = Math.max(this.#options.parallelCommits, 1) - running.filter(({ isCommit }) => isCommit).length;
    this.#waiting = this.#waiting.filter((task) => {
      const mayStart = (free > 0 || !task.isCommit) && taken.isDisjointFrom(task.holds);
      // What waits comes before everything behind it that shares something with it.
      for (const held of task.holds) taken.add(held);
      if (!mayStart) return true;
      if (task.isCommit) free -= 1;
      this.#start(task);
      return false;
    });
  }

  #start(task: QueuedTask): void {
    const done = Promise.resolve()
      .then(task.run)
      .catch(this.#options.onError)
      .finally(() => {
        this.#running.delete(task);
        this.#startNext();
      });
    this.#running.set(task, done);
  }
}
