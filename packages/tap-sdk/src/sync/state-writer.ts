import type { State } from "@chorale/singer";
import type { Emit } from "./emit.ts";

/** Keeps the state of a run and emits it; a state that says the same as the one before is left out. */
export class StateWriter {
  readonly #emit: Emit;
  #emitted: string | undefined;
  state: State;

  constructor(state: State, emit: Emit) {
    this.state = state;
    this.#emit = emit;
  }

  async write(): Promise<void> {
    const text = JSON.stringify(this.state);
    if (text === this.#emitted) return;
    this.#emitted = text;
    await this.#emit({ type: "STATE", value: this.state });
  }
}
