/** Records that are not committed yet: no state that comes after the first of them may be printed. */
export interface Hold {
  /** The sequence number of the first of the records. */
  readonly sequence: number;
}

interface PendingState {
  readonly sequence: number;
  readonly text: string;
}

/**
 * Answers which state is due: the newest that was received before the oldest record that is not committed.
 *
 * Every message has one sequence number, counted over the whole input; holds and states come in that
 * order, and holds are released in any. Of the states between two holds only the newest is kept, so
 * memory is bounded by the number of holds and not by that of states.
 *
 * @example
 * ```ts
 * const receipts = new Receipts();
 * const hold = receipts.hold(1);
 * receipts.receive({ sequence: 2, text: '{"a":1}' });
 * receipts.take(); // undefined: record 1 is not committed
 * receipts.release(hold);
 * receipts.take(); // '{"a":1}'
 * ```
 */
export class Receipts {
  /** In the order of their sequence numbers, because a set keeps the order of insertion. */
  readonly #holds = new Set<Hold>();
  #states: readonly PendingState[] = [];
  #taken: string | undefined;

  /** Holds back the states that come after `sequence`. */
  hold(sequence: number): Hold {
    const hold = { sequence };
    this.#holds.add(hold);
    return hold;
  }

  /** Says that the records of a hold are committed. */
  release(hold: Hold): void {
    this.#holds.delete(hold);
    if (this.#states.length > 1) this.#forgetSurpassed();
  }

  /** Takes a state that was received. */
  receive(state: { readonly sequence: number; readonly text: string }): void {
    this.#states = [...this.#states, state];
    if (this.#states.length > 1) this.#forgetSurpassed();
  }

  /** Answers the newest state that is due, once; undefined when none is, or when its text was the last answer. */
  take(): string | undefined {
    const oldest = this.#oldestHold();
    const due = this.#states.findLast(({ sequence }) => sequence < oldest);
    if (due === undefined) return undefined;
    this.#states = this.#states.filter(({ sequence }) => sequence > due.sequence);
    if (due.text === this.#taken) return undefined;
    this.#taken = due.text;
    return due.text;
  }

  /** How many states wait. */
  get waiting(): number {
    return this.#states.length;
  }

  #oldestHold(): number {
    for (const { sequence } of this.#holds) return sequence;
    return Number.POSITIVE_INFINITY;
  }

  /** A state is surpassed when no hold lies between it and the next one. */
  #forgetSurpassed(): void {
    const needed: PendingState[] = [];
    const holds = this.#holds.values();
    let hold = holds.next();
    for (const [index, state] of this.#states.entries()) {
      const next = this.#states[index + 1];
      while (hold.done !== true && hold.value.sequence < state.sequence) hold = holds.next();
      if (next === undefined || (hold.done !== true && hold.value.sequence < next.sequence))
        needed.push(state);
    }
    this.#states = needed;
  }
}
