import { readFile } from "node:fs/promises";
import type { Writable } from "node:stream";
import type { StopSignal } from "../errors.ts";
import { writeStderr } from "../stderr.ts";

/** What a connector's command gets from outside. */
export interface CliIo {
  /** The arguments after the command's name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Writable;
  /** Takes lines with their line breaks. */
  readonly writeError: (text: string) => void;
  readonly readFile: (path: string) => Promise<string>;
  /**
   * Calls `stop` at the first SIGINT or SIGTERM; the second one ends the process at once. Answers what
   * takes the handlers away.
   */
  readonly onSignal: (stop: (signal: StopSignal) => void) => () => void;
}

const signals = ["SIGINT", "SIGTERM"] as const;
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Answers the process as a command sees it.
 *
 * @example
 * ```ts
 * const { argv, env } = processIo();
 * ```
 */
export function processIo(): CliIo {
  return {
    argv: process.argv.slice(2),
    env: process.env,
    stdout: process.stdout,
    writeError: writeStderr,
    readFile: (path) => readFile(path, "utf8"),
    onSignal,
  };
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
