import { mkdtempSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** A folder that a file of tests has to itself. */
export interface PrivateFolder {
  readonly path: string;
  /** Writes a value as JSON into a file of its own, and answers its path. */
  fileOf(value: unknown): Promise<string>;
}

/**
 * Makes an empty folder in the system's place for such, called after `name`. It is removed after the last test, so call it
 * at the top of a file of tests or in a `describe`; elsewhere vitest throws.
 *
 * @example
 * ```ts
 * const { fileOf } = privateFolder("tap-shop");
 * const run = await spawnTap({ args: ["--config", await fileOf({ api_token: "test-token" })] });
 * ```
 */
export function privateFolder(name: string): PrivateFolder {
  const path = mkdtempSync(join(tmpdir(), `${name}-`));
  let files = 0;
  afterAll(() => rm(path, { recursive: true }));
  return {
    path,
    async fileOf(value) {
      files += 1;
      const file = join(path, `${files}.json`);
      await writeFile(file, JSON.stringify(value));
      return file;
    },
  };
}
