import { readFile } from "node:fs/promises";
import type { Writable } from "node:stream";
import { type StopSignal, writeStderr } from "@chorale/singer";

/** What a tap's command gets from outside. */
export interface TapCliIo {
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

/** The process as a command sees it. */
export function processIo(): TapCliIo {
  return {
    argv: process.argv.slice(2),
    env: process.env,
    stdout: process.stdout,
    writeError: writeStderr,
    readFile: (path) => readFile(path, "utf8"),
    onSignal: (stop) => {
      const remove = (): void => {
        for (const signal of signals) process.off(signal, handle);
      };
      // Without a handler the next signal does what signals do.
      const handle = (signal: NodeJS.Signals): void => {
        remove();
        stop(signal === "SIGINT" ? "SIGINT" : "SIGTERM");
      };
      for (const signal of signals) process.on(signal, handle);
      return remove;
    },
  };
}
