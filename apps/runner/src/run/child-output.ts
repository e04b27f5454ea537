import type { Child, ChildEnd } from "./child.ts";
import { stopSignalOf } from "./stops.ts";

/** What a program that was run to its end wrote to stdout, and how it ended. */
export interface ChildOutput {
  readonly output: Buffer;
  readonly end: ChildEnd;
}

/** How long a program that was told to end may take. */
const graceSeconds = 10;

/**
 * Reads what a program writes until it ends; it is ended when the signal is aborted. It gets no input. What is
 * beyond `maxBytes` is read and left out.
 */
export async function outputOf(
  child: Child,
  { signal, maxBytes = Number.POSITIVE_INFINITY }: { signal: AbortSignal; maxBytes?: number },
): Promise<ChildOutput> {
  const stop = () => child.stopWithin(graceSeconds, stopSignalOf(signal));
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    child.stdin.end();
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of child.stdout) {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
    }
    return { output: Buffer.concat(chunks), end: await child.ended };
  } finally {
    signal.removeEventListener("abort", stop);
    child.stop("SIGKILL");
  }
}

/** The last line that a program wrote to stderr, for a message about its failure. */
export function lastLineOf({ lastLines }: ChildEnd): string {
  return lastLines.at(-1) ?? "it wrote nothing to stderr.";
}
