import type { Child } from "../run/child.ts";

/** What a program that was run to its end wrote. */
export interface ProgramOutput {
  /** Null when a signal ended it. */
  readonly code: number | null;
  /** Its stdout, up to a limit that no description reaches. */
  readonly text: string;
  /** The last line of its stderr. */
  readonly lastLine: string;
}

const maxBytes = 16 * 1024 * 1024;
/** How long a program that was told to end may take. */
const graceSeconds = 10;

/** Reads what a program writes until it ends; it is ended when the signal is aborted. It gets no input. */
export async function outputOf(child: Child, signal: AbortSignal): Promise<ProgramOutput> {
  const stop = () => child.stopWithin(graceSeconds, "SIGTERM");
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
    const { code, lastLines } = await child.ended;
    const lastLine = lastLines.at(-1) ?? "it wrote nothing to stderr.";
    return { code, text: Buffer.concat(chunks).toString(), lastLine };
  } finally {
    signal.removeEventListener("abort", stop);
    child.stop("SIGKILL");
  }
}
