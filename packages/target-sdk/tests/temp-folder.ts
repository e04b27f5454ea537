import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect } from "vitest";

/** Gives each test a folder of its own, and expects that nothing is left in it but what `remains` names. */
export function useTempFolder(): { path: string; remains: (names: readonly RegExp[]) => void } {
  const folder: { path: string; allowed: readonly RegExp[] } = { path: "", allowed: [] };
  beforeEach(async () => {
    folder.path = await mkdtemp(join(tmpdir(), "chorale-test-"));
    folder.allowed = [];
  });
  afterEach(async () => {
    const left = await readdir(folder.path);
    await rm(folder.path, { recursive: true, force: true });
    expect(left.filter((name) => !folder.allowed.some((pattern) => pattern.test(name)))).toEqual([]);
  });
  return {
    get path() {
      return folder.path;
    },
    remains: (names) => {
      folder.allowed = names;
    },
  };
}
