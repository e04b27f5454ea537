import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A private folder for the files of one attempt: configurations with their secrets, state, catalog. */
export interface RunFolder {
  /** Writes a file that only its owner may read, and answers its path. */
  write(name: string, text: string): Promise<string>;
  remove(): Promise<void>;
}

/** Makes the folder, with mode 0700, below the system's folder for temporary files. */
export async function createRunFolder(): Promise<RunFolder> {
  const folder = await mkdtemp(join(tmpdir(), "chorale-run-"));
  return {
    async write(name, text) {
      const path = join(folder, name);
      await writeFile(path, text, { mode: 0o600 });
      return path;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
