import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Logger } from "@chorale/singer";
import { spoolError } from "./spool-folder.ts";

/** A record that was set aside, and why. */
export interface QuarantinedRecord {
  readonly stream: string;
  readonly lineNumber: number | undefined;
  readonly reason: string;
  readonly line: Buffer;
}

/**
 * Files of records that did not fit their schema: `<temp_dir>/chorale-quarantine-<start>-<pid>/<stream>.jsonl`, which only this
 * user can read and which stay after the run. Each line holds `stream`, `line_number`, `reason` and
 * `line`, the message as text. A record is in its file before a state that comes after it can be printed.
 */
export class Quarantine {
  readonly #folder: string;
  readonly #log: Logger;
  readonly #files = new Map<string, number>();

  constructor(options: { parent: string; startedAt: Date; log: Logger }) {
    const start = options.startedAt.toISOString().replaceAll(/[-:]|\.[0-9]+/g, "");
    this.#folder = join(options.parent, `chorale-quarantine-${start}-${process.pid}`);
    this.#log = options.log;
  }

  /** Writes a record before it returns. Throws a `ConnectorError` (74) when the disk is full. */
  put({ stream, lineNumber, reason, line }: QuarantinedRecord): void {
    const entry = { stream, line_number: lineNumber, reason, line: line.toString() };
    try {
      writeWhole(this.#fileOf(stream), Buffer.from(`${JSON.stringify(entry)}\n`));
    } catch (cause) {
      throw spoolError(cause, this.#folder);
    }
  }

  close(): void {
    for (const file of this.#files.values()) closeSync(file);
    this.#files.clear();
  }

  #fileOf(stream: string): number {
    const known = this.#files.get(stream);
    if (known !== undefined) return known;
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const path = join(this.#folder, `${fileNameOf(stream)}.jsonl`);
    const file = openSync(path, "a", 0o600);
    this.#files.set(stream, file);
    this.#log.warn(`${stream}: records that do not fit their schema go to ${path}`, { stream, path });
    return file;
  }
}

/** A stream's name may hold anything; a file's name may not. */
function fileNameOf(stream: string): string {
  const name = encodeURIComponent(stream.toWellFormed()).replaceAll("*", "%2A");
  return name.startsWith(".") ? `%2E${name.slice(1, 200)}` : name.slice(0, 200);
}

/** A disk that fills up takes a part first and refuses the rest. */
function writeWhole(file: number, bytes: Buffer): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(file, bytes, written);
}
