import type { Message } from "@chorale/singer";

/**
 * Takes a message. Answers undefined when the next may come at once, else a promise that resolves when there
 * is room again, and rejects when nobody takes messages any more.
 */
export type Emit = (message: Message) => Promise<void> | undefined;
