import { randomUUID } from "node:crypto";
import { copyFileSync, linkSync, readdirSync, renameSync, rmSync } from "node:fs";
import { open, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { WriteGuard } from "./state-backend.ts";

/**
 * Replaces a file so that a crash, of the process or of the machine, leaves the old one or the new one. The old
 * one stays as `<name>.prev`. It is replaced only while the guard lets it through.
 */
export async function replaceFile(options: { path: string; text: string; guard: WriteGuard }): Promise<void> {
  const { path, text, guard } = options;
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeDurably(temporary, { text, mode: await modeOf(path) });
    await guard.exclusively(() => {
      keepPrevious(path);
      renameSync(temporary, path);
      removeLeftovers(path);
    });
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Removes a file for good, while the guard lets it through. */
export async function removeFile({ path, guard }: { path: string; guard: WriteGuard }): Promise<void> {
  await guard.exclusively(() => rmSync(path, { force: true }));
  await syncFolder(dirname(path));
}

/** Whoever could read the file before can read it afterwards. */
async function modeOf(path: string): Promise<number> {
  return await stat(path).then(
    ({ mode }) => mode & 0o777,
    () => 0o600,
  );
}

async function writeDurably(path: string, { text, mode }: { text: string; mode: number }): Promise<void> {
  const file = await open(path, "wx", mode);
  try {
    await file.chmod(mode);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The file itself never goes away meanwhile: a crash must not leave none. */
function keepPrevious(path: string): void {
  const temporary = `${path}.prev.tmp`;
  rmSync(temporary, { force: true });
  try {
    linkSync(path, temporary);
  } catch {
    if (!copied(path, temporary)) return;
  }
  renameSync(temporary, `${path}.prev`);
}

/** For file systems without hard links. */
function copied(from: string, to: string): boolean {
  try {
    copyFileSync(from, to);
    return true;
  } catch {
    // There is none yet; if there is, the new one matters more than the one before.
    rmSync(to, { force: true });
    return false;
  }
}

/** What writers left behind that were killed. Whoever else writes now has no right to. */
function removeLeftovers(path: string): void {
  const prefix = `${basename(path)}.`;
  for (const name of readdirSync(dirname(path))) {
    if (name.startsWith(prefix) && name.endsWith(".tmp")) rmSync(join(dirname(path), name), { force: true });
  }
}

/** Without this a crash of the machine may bring the file before the last back. */
async function syncFolder(path: string): Promise<void> {
  // Windows cannot open a folder.
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
