import { open, readFile, rm, stat } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { storeFailure, systemCode } from "./store-failure.ts";

/** How long a lock of Meltano's holds. */
const lockSeconds = 10;
const retryMs = 100;

/**
 * Calls `task` while Meltano keeps off a state: its lock, a file with the time in seconds, is waited for, then
 * held. It protects one reading and writing, and not a run. A lock without an owner expires in ten seconds.
 */
export async function withMeltanoLock<T>(path: string, task: () => Promise<T>): Promise<T> {
  const mark = await take(path);
  try {
    return await task();
  } finally {
    // Whoever thought that it had expired has a lock of its own there now.
    if ((await contentOf(path)) === mark) await rm(path, { force: true });
  }
}

/** Tells whether somebody writes a state in this moment. */
export async function isLocked(path: string): Promise<boolean> {
  const content = await contentOf(path);
  return content !== undefined && !(await isExpired(path, content));
}

async function take(path: string): Promise<string> {
  for (;;) {
    const mark = String(Date.now() / 1000);
    if (await created(path, mark)) return mark;
    const content = await contentOf(path);
    if (content !== undefined && (await isExpired(path, content))) await rm(path, { force: true });
    else await setTimeout(retryMs);
  }
}

async function created(path: string, mark: string): Promise<boolean> {
  try {
    const file = await open(path, "wx");
    try {
      await file.writeFile(mark);
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw storeFailure(path, error);
  }
}

async function contentOf(path: string): Promise<string | undefined> {
  return await readFile(path, "utf8").catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return undefined;
    throw storeFailure(path, error);
  });
}

/** A lock of the future is none: it would hold for as long as the clocks differ. */
async function isExpired(path: string, content: string): Promise<boolean> {
  const written = Number.parseFloat(content);
  // It is empty for a moment between its making and its writing.
  const since = Number.isNaN(written) ? await madeAt(path) : written;
  return Math.abs(Date.now() / 1000 - since) >= lockSeconds;
}

async function madeAt(path: string): Promise<number> {
  return await stat(path).then(
    ({ mtimeMs }) => mtimeMs / 1000,
    () => 0,
  );
}
