import type { Message } from "@chorale/singer";

/** Messages that wait for the reader before those who write must wait. */
const capacity = 64;

/**
 * Hands messages from whoever emits them to one reader. It holds a few dozen at most, and one more for
 * each writer that waits.
 */
export class MessageQueue {
  #messages: Message[] = [];
  #taken = 0;
  #writers: (() => void)[] = [];
  #wakeReader: (() => void) | undefined;
  #end: { readonly error: unknown } | "ended" | undefined;
  #closed: Error | undefined;

  /** Takes a message; answers a promise while the queue is full. */
  readonly put = (message: Message): Promise<void> | undefined => {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    this.#messages.push(message);
    this.#wake();
    if (this.#messages.length - this.#taken < capacity) return undefined;
    return new Promise((resolve) => this.#writers.push(resolve));
  };

  /** Says that no more messages come. */
  end(): void {
    this.#end ??= "ended";
    this.#wake();
  }

  /** Says that no more messages come, because of an error that the reader gets after those that came. */
  fail(error: unknown): void {
    this.#end ??= { error };
    this.#wake();
  }

  /** Says that the reader has left: those who write are told with `reason`. */
  close(reason: Error): void {
    this.#closed ??= reason;
    this.#messages = [];
    this.#taken = 0;
    this.#release();
  }

  /** The messages in order, until the end; throws what {@link fail} was told. */
  async *read(): AsyncGenerator<Message, void, void> {
    for (;;) {
      // Nothing may be awaited between a look at the queue and the wait: a message that came then would be missed.
      const message = this.#take();
      if (message !== undefined) yield message;
      else if (this.#end === "ended") return;
      else if (this.#end !== undefined) throw this.#end.error;
      else {
        await new Promise<void>((resolve) => {
          this.#wakeReader = resolve;
        });
      }
    }
  }

  #take(): Message | undefined {
    const message = this.#messages[this.#taken];
    this.#taken += 1;
    if (this.#taken >= this.#messages.length) {
      this.#messages = [];
      this.#taken = 0;
      this.#release();
    }
    return message;
  }

  #release(): void {
    for (const resume of this.#writers.splice(0)) resume();
  }

  #wake(): void {
    this.#wakeReader?.();
    this.#wakeReader = undefined;
  }
}
