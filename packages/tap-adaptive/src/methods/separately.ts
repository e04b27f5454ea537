import { ConnectorError, type Logger } from "@chorale/singer";
import { Checkpoint } from "@chorale/tap-sdk";
import { endsRun } from "../wire/failures.ts";

/** Things that are read one after another, each for itself. */
export interface Separate<Item, Out> {
  readonly stream: string;
  readonly items: readonly Item[];
  /** What an item is called in messages: `version "FY26"`. */
  readonly nameOf: (item: Item) => string;
  readonly read: (item: Item) => AsyncIterable<Out>;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/**
 * Reads each item. One that fails is told in the log, and the others go on; in the end a `ConnectorError` says which
 * failed. Refused credentials, settings that cannot work, and the signal end it at once.
 */
export async function* separately<Item, Out>(options: Separate<Item, Out>): AsyncGenerator<Out, void, void> {
  const { stream, items, nameOf, read, log, signal } = options;
  const failures: { name: string; error: unknown }[] = [];
  for (const item of items) {
    signal.throwIfAborted();
    try {
      yield* read(item);
    } catch (error) {
      if (endsRun(error, signal)) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      log.error(`${stream}: ${nameOf(item)} failed; the others go on: ${reason}`, { stream });
      failures.push({ name: nameOf(item), error });
    }
  }
  const [first] = failures;
  if (first === undefined) return;
  const isTransient = failures.every(
    ({ error }) => ConnectorError.isInstance(error) && error.kind === "transient",
  );
  const names = failures.map(({ name }) => name).join(", ");
  throw new ConnectorError(
    `${stream}: ${failures.length} of ${items.length} failed: ${names}. The log says why; run again to read what is missing.`,
    { cause: first.error, kind: isTransient ? "transient" : "system" },
  );
}

/** Yields records, and then a checkpoint: what is read before a failure of something else goes out. */
export async function* complete<Item>(
  records: AsyncIterable<Item>,
): AsyncGenerator<Item | Checkpoint, void, void> {
  yield* records;
  yield new Checkpoint();
}
