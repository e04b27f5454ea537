import type { Stop } from "./stop.ts";

/** What the outlet needs. */
export interface StateOutletOptions {
  readonly onState: (state: string) => void | Promise<void>;
  readonly stop: Stop;
}

/** Hands out the states that are due, one after the other; of those that wait only the newest. */
export class StateOutlet {
  readonly #options: StateOutletOptions;
  #next: string | undefined;
  #last: string | undefined;
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: StateOutletOptions) {
    this.#options = options;
  }

  /** The last state that was handed out. */
  get last(): string | undefined {
    return this.#last;
  }

  /** Takes a state that is due; undefined is ignored, for callers that ask a ledger which one is. */
  offer(state: string | undefined): void {
    if (state === undefined || this.#isClosed) return;
    this.#next = state;
    this.#running ??= this.#run();
  }

  /** Resolves when all that was offered is handed out. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      while (this.#next !== undefined) {
        const state = this.#next;
        this.#next = undefined;
        await this.#options.onState(state);
        this.#last = state;
      }
    } catch (error) {
      this.#isClosed = true;
      this.#options.stop.fail(error);
    } finally {
      this.#running = undefined;
    }
  }
}
