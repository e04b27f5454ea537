import { createReadStream } from "node:fs";
import { ConfigError } from "@chorale/singer";
import { type CliIo, processIo } from "@chorale/singer/cli";

/** What a target's command gets from outside. */
export interface TargetCliIo extends CliIo {
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Opens the file that stands for stdin. */
  readonly openInput: (path: string) => AsyncIterable<Uint8Array>;
}

/** The process as a target's command sees it. */
export function targetIo(): TargetCliIo {
  return {
    ...processIo(),
    // Opened when it is read: a command that reads nothing must not wait for it.
    stdin: { [Symbol.asyncIterator]: () => process.stdin[Symbol.asyncIterator](), ...destroyStdin },
    openInput,
  };
}

/** Ends the reading of stdin also while it is silent. */
const destroyStdin = { destroy: () => process.stdin.destroy() };

async function* openInput(path: string): AsyncGenerator<Uint8Array, void, void> {
  try {
    const chunks: AsyncIterable<Uint8Array> = createReadStream(path, { highWaterMark: 256 * 1024 });
    yield* chunks;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(`--input: ${path} cannot be read: ${reason}. Give the path of a file.`, { cause });
  }
}
