import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Writable } from "node:stream";
import { ConfigError, type StopSignal, writeStderr } from "@chorale/singer";

/** What a target's command gets from outside. */
export interface TargetCliIo {
  /** The arguments after the command's name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: Writable;
  /** Takes lines with their line breaks. */
  readonly writeError: (text: string) => void;
  readonly readFile: (path: string) => Promise<string>;
  /** Opens the file that stands for stdin. */
  readonly openInput: (path: string) => AsyncIterable<Uint8Array>;
  /**
   * Calls `stop` at the first SIGINT or SIGTERM; the second one ends the process at once. Answers what
   * takes the handlers away.
   */
  readonly onSignal: (stop: (signal: StopSignal) => void) => () => void;
}

const signals = ["SIGINT", "SIGTERM"] as const;
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/** The process as a command sees it. */
export function processIo(): TargetCliIo {
  return {
    argv: process.argv.slice(2),
    env: process.env,
    // Opened when it is read: a command that reads nothing must not wait for it.
    stdin: { [Symbol.asyncIterator]: () => process.stdin[Symbol.asyncIterator](), ...destroyStdin },
    stdout: process.stdout,
    writeError: writeStderr,
    readFile: (path) => readFile(path, "utf8"),
    openInput,
    onSignal,
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

function onSignal(stop: (signal: StopSignal) => void): () => void {
  let isStopping = false;
  const handlers = signals.map((signal) => ({
    signal,
    handle: () => {
      if (isStopping) process.exit(exitCodes[signal]);
      isStopping = true;
      stop(signal);
    },
  }));
  for (const { signal, handle } of handlers) process.on(signal, handle);
  return () => {
    for (const { signal, handle } of handlers) process.off(signal, handle);
  };
}
