import type { Writable } from "node:stream";
import { ConnectorError } from "@chorale/singer";

/** Writes a text and resolves when it has left. Throws `ConnectorError` (74) when nobody takes it. */
export async function print(output: Writable, text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const fail = (cause: Error): void => {
      reject(
        new ConnectorError(`stdout cannot be written: ${cause.message}. Look at where it goes.`, {
          cause,
          exitCode: 74,
        }),
      );
    };
    // The listener stays: an output that failed says so again after the write was answered.
    output.on("error", fail);
    output.write(text, (error) => (error === undefined || error === null ? resolve() : fail(error)));
  });
}
