/**
 * Works on lists, a bounded number of items at a time over all lists together.
 *
 * Whoever brings a list works on it too, and free hands help: so work that brings lists of its own, to any
 * depth, cannot wait for itself, and no more than `size` items are in hand.
 */
export class Crew {
  #free: number;

  /** @param size how many items are worked on at a time, at least 1 */
  constructor(size: number) {
    this.#free = Math.max(1, Math.floor(size)) - 1;
  }

  /**
   * Resolves when every item was worked on. After the first failure no further item is begun; it rejects
   * with that failure when all that was begun has ended. Items are taken from the list as hands get free.
   */
  async each<Item>(items: Iterable<Item>, work: (item: Item) => Promise<void>): Promise<void> {
    const iterator = items[Symbol.iterator]();
    const helpers: Promise<void>[] = [];
    const failures: unknown[] = [];
    const help = (): void => {
      if (this.#free === 0) return;
      this.#free -= 1;
      helpers.push(
        take().finally(() => {
          this.#free += 1;
        }),
      );
    };
    const take = async (): Promise<void> => {
      for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
        const done = work(next.value).catch((error: unknown) => failures.push(error));
        help();
        await done;
        if (failures.length > 0) return;
      }
    };
    await take();
    // Helpers may call helpers while they are waited for; none is added after the last has ended.
    for (const helper of helpers) await helper;
    if (failures.length > 0) throw failures[0];
  }
}
