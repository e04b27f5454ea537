import type { Readable } from "node:stream";
import { ConnectorError, LineReader } from "@chorale/singer";
import { stateIn } from "./canonical-text.ts";

/**
 * Reads what a target prints: states, as JSON text, and other lines. Resolves at the end of the output; a line that
 * is longer than any state is left out with the rest of the output, which is still read.
 */
export async function readTargetOutput(
  output: Readable,
  handlers: {
    onState: (state: string) => void;
    onOther: (line: Buffer) => void;
    onError: (error: Error) => void;
  },
): Promise<void> {
  const reader = new LineReader();
  const { onState, onOther, onError } = handlers;
  const take = (line: Buffer) => {
    const state = stateIn(line.toString());
    if (state === undefined) onOther(line);
    else onState(state);
  };
  let readable = true;
  const guarded = (read: () => void) => {
    if (!readable) return;
    try {
      read();
    } catch (error) {
      if (!ConnectorError.isInstance(error)) throw error;
      readable = false;
      onError(error);
    }
  };
  const { promise, resolve } = Promise.withResolvers<void>();
  output.on("data", (chunk: Buffer) => guarded(() => reader.push(chunk, take)));
  output.once("end", resolve).once("close", resolve).once("error", resolve);
  await promise;
  guarded(() => reader.end(take));
}
