import { writeSync } from "node:fs";

const stderr = 2;
const waitMs = 10;
const maxWaits = 500;

/**
 * Writes a text to stderr before it returns, so that no line is lost when the process ends. A reader
 * that is gone or that does not read for 5 seconds costs the text and never the process.
 *
 * @example
 * ```ts
 * writeStderr("tap-zendesk: done\n");
 * ```
 */
export function writeStderr(text: string): void {
  let rest = Buffer.from(text);
  let waits = 0;
  while (rest.length > 0) {
    const written = writeSome(rest);
    if (written === undefined || waits > maxWaits) return;
    if (written === 0) {
      waits += 1;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waitMs);
    }
    rest = rest.subarray(written);
  }
}

/** Answers how many bytes went out: none when the pipe is full, undefined when nobody will read them. */
function writeSome(bytes: Buffer): number | undefined {
  try {
    return writeSync(stderr, bytes);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EAGAIN" ? 0 : undefined;
  }
}
