import { randomUUID } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

/** A private folder for the files of one attempt: configurations with their secrets, state, catalog. */
export interface RunFolder {
  readonly path: string;
  /** Writes a file that only its owner may read, and answers its path. */
  write(name: string, text: string): Promise<string>;
  remove(): Promise<void>;
}

const prefix = "chorale-run-";

/**
 * Makes the folder, with mode 0700, below the system's folder for temporary files. With a `noteFile` its place
 * is noted there, so that {@link removeLeftFolder} finds it when the runner was killed.
 */
export async function createRunFolder(options: { noteFile?: string } = {}): Promise<RunFolder> {
  const path = join(tmpdir(), `${prefix}${randomUUID()}`);
  const { noteFile } = options;
  // Noted first: a runner may be killed between the two.
  if (noteFile !== undefined) await writeFile(noteFile, path, { mode: 0o600 });
  await mkdir(path, { mode: 0o700 });
  return {
    path,
    async write(name, text) {
      const file = join(path, name);
      await writeFile(file, text, { mode: 0o600 });
      return file;
    },
    async remove() {
      await rm(path, { recursive: true, force: true });
      if (noteFile !== undefined) await rm(noteFile, { force: true });
    },
  };
}

/** Removes the folder that a killed runner left behind, where a note says so. Nothing else is ever removed. */
export async function removeLeftFolder(noteFile: string): Promise<void> {
  const path = await readFile(noteFile, "utf8").catch(() => "");
  if (basename(path).startsWith(prefix) && dirname(path) === tmpdir()) {
    await rm(path, { recursive: true, force: true });
  }
  await rm(noteFile, { force: true });
}
