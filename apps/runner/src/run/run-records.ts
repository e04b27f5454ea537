import { type FileHandle, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { jsonLine } from "../view/json-line.ts";
import type { StampedEvent } from "./run-event.ts";
import { removeLeftFolder } from "./run-folder.ts";

/** What is kept of a run beside its row in the history: its events, as lines of JSON. */
export interface RunRecords {
  /** A file for the place of the run's private folder. */
  readonly noteFile: string;
  /** Never throws: an event that cannot be kept is lost, the run is not. */
  add(event: StampedEvent): void;
  /** Resolves when everything is in the file. */
  close(): Promise<void>;
}

const maxFileBytes = 8 * 1024 * 1024;
/** What waits for a disk that is slower than the plugins are talkative. */
const maxWaitingCharacters = 4 * 1024 * 1024;
const keptRuns = 100;
const noteName = "private-folder";

/**
 * Opens the records of a run in `.chorale/runs/<run id>/`: `events.ndjson`, which is renamed to `events.1.ndjson` when
 * it has 8 MiB, so that the newest 8 to 16 MiB are kept. Of older runs the last hundred are kept.
 */
export async function openRunRecords(root: string, runId: string): Promise<RunRecords> {
  const runs = join(root, ".chorale", "runs");
  const folder = join(runs, runId);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await removeOldRecords(runs);
  } catch {
    // Whatever is wrong with the folder: the store says it of its own files, in one line.
  }
  return new EventFile(folder);
}

/** Removes what the runs left that were killed: their private folders. */
export async function removeLeftovers(root: string, runIds: readonly string[]): Promise<void> {
  for (const runId of runIds) await removeLeftFolder(join(root, ".chorale", "runs", runId, noteName));
}

/** The ids of runs sort by their time. */
async function removeOldRecords(runs: string): Promise<void> {
  const names = (await readdir(runs)).sort();
  for (const name of names.slice(0, Math.max(0, names.length - keptRuns))) {
    await removeLeftFolder(join(runs, name, noteName));
    await rm(join(runs, name), { recursive: true, force: true });
  }
}

class EventFile implements RunRecords {
  readonly noteFile: string;
  readonly #path: string;
  readonly #older: string;
  #file: FileHandle | undefined;
  #bytes = 0;
  #waiting: string[] = [];
  #waitingCharacters = 0;
  #writing: Promise<void> | undefined;
  #isBroken = false;

  constructor(folder: string) {
    this.noteFile = join(folder, noteName);
    this.#path = join(folder, "events.ndjson");
    this.#older = join(folder, "events.1.ndjson");
  }

  add(event: StampedEvent): void {
    if (this.#isBroken || this.#waitingCharacters > maxWaitingCharacters) return;
    const line = jsonLine(event);
    this.#waiting.push(line);
    this.#waitingCharacters += line.length;
    this.#writing ??= this.#writeAll();
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file?.close().catch(() => undefined);
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const text = this.#waiting.join("");
        this.#waiting = [];
        this.#waitingCharacters = 0;
        await this.#write(text);
      }
    } catch {
      this.#isBroken = true;
    }
    this.#writing = undefined;
  }

  async #write(text: string): Promise<void> {
    this.#file ??= await open(this.#path, "a", 0o600);
    await this.#file.appendFile(text);
    this.#bytes += text.length;
    if (this.#bytes < maxFileBytes) return;
    await this.#file.close();
    this.#file = undefined;
    this.#bytes = 0;
    await rename(this.#path, this.#older);
  }
}
