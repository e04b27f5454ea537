import { writeSync } from "node:fs";
import type { Writable } from "node:stream";
import { ConnectorError } from "../errors.ts";

/**
 * Makes what writes texts to stdout and resolves when each has left. It throws `ConnectorError` (74) when
 * nobody takes them.
 *
 * @example
 * ```ts
 * const print = createPrinter(process.stdout);
 * await print("one line\n");
 * ```
 */
export function createPrinter(output: Writable): (text: string) => Promise<void> {
  let failure: Error | undefined;
  // An output that failed says so at any time, also when nobody writes.
  output.on("error", (error) => {
    failure ??= error;
  });
  return async (text) => {
    try {
      if (failure !== undefined) throw failure;
      await write(output, text);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new ConnectorError(`stdout cannot be written: ${reason}. Look at where it goes.`, {
        cause,
        exitCode: 74,
      });
    }
  };
}

async function write(output: Writable, text: string): Promise<void> {
  const fd: unknown = Reflect.get(output, "fd");
  // Where stdout is a file Node takes a short write, as on a disk that fills up, for a whole one.
  if (output.constructor.name === "SyncWriteStream" && typeof fd === "number") {
    const bytes = Buffer.from(text);
    let written = 0;
    while (written < bytes.length) written += writeSync(fd, bytes, written);
    return;
  }
  await new Promise<void>((resolve, reject) => {
    output.write(text, (error) => (error === undefined || error === null ? resolve() : reject(error)));
  });
}
