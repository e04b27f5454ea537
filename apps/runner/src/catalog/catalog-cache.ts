import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseExact } from "@chorale/singer";
import type { UnitPlugin } from "../run/unit.ts";
import { cacheKey } from "./cache-key.ts";
import { isRawCatalog, type RawCatalog } from "./raw-catalog.ts";

/** A catalog that was discovered some time ago. */
export interface KeptCatalog {
  readonly catalog: RawCatalog;
  readonly ageSeconds: number;
}

/** Keeps what a tap answered when it was asked for its catalog, as the tap wrote it. */
export interface CatalogCache {
  /** The catalog that was discovered with the same configuration and program. */
  find(): Promise<KeptCatalog | undefined>;
  /** Replaces the file whole or not at all, and removes the oldest of the tap's files. */
  put(text: string): Promise<void>;
}

/** So many configurations of a tap have their catalogs kept. */
const keptFiles = 8;
/** The clocks of a file server and of this machine may differ so much. */
const skewMs = 60_000;

/**
 * Opens the catalogs that are kept of a tap, below `.chorale/catalogs` of the project's folder. A file that is
 * broken, or that comes from the future, counts as none.
 */
export async function openCatalogCache({
  root,
  tap,
  now = Date.now,
}: {
  readonly root: string;
  readonly tap: UnitPlugin;
  /** @default Date.now */
  readonly now?: () => number;
}): Promise<CatalogCache> {
  const key = await cacheKey(join(root, ...place), tap);
  const folder = folderOf(root, tap.name);
  return {
    find: () => readKept(join(folder, `${key}.json`), now()),
    async put(text) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await replace({ folder, name: `${key}.json`, text, at: now() });
      const surplus = (await newestFirst(folder)).slice(keptFiles);
      for (const { name } of surplus) await rm(join(folder, name), { force: true });
    },
  };
}

/** Answers the catalog of a tap that was discovered last, with whatever configuration and program. */
export async function latestCatalog({
  root,
  plugin,
  now = Date.now,
}: {
  readonly root: string;
  readonly plugin: string;
  /** @default Date.now */
  readonly now?: () => number;
}): Promise<KeptCatalog | undefined> {
  const folder = folderOf(root, plugin);
  for (const { name } of await newestFirst(folder)) {
    const kept = await readKept(join(folder, name), now());
    if (kept !== undefined) return kept;
  }
  return undefined;
}

const place = [".chorale", "catalogs"];

/** A plugin may be called anything. */
function folderOf(root: string, plugin: string): string {
  const name = encodeURIComponent(plugin.toWellFormed()).replaceAll(/[*~!'()]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  });
  return join(root, ...place, `tap.${name}`);
}

async function replace(file: { folder: string; name: string; text: string; at: number }): Promise<void> {
  const { folder, name, text, at } = file;
  const temporary = join(folder, `${name}.${randomUUID()}.tmp`);
  try {
    await writeFile(temporary, text, { mode: 0o600, flag: "wx" });
    await utimes(temporary, at / 1000, at / 1000);
    await rename(temporary, join(folder, name));
  } finally {
    await rm(temporary, { force: true });
  }
}

async function readKept(path: string, now: number): Promise<KeptCatalog | undefined> {
  try {
    const { mtimeMs } = await stat(path);
    const catalog = parseExact(await readFile(path, "utf8"));
    if (!isRawCatalog(catalog) || mtimeMs > now + skewMs) return undefined;
    return { catalog, ageSeconds: Math.max(0, (now - mtimeMs) / 1000) };
  } catch {
    // None, or one that cannot be read: the tap is asked again, which tells more than the file's error.
    return undefined;
  }
}

async function newestFirst(folder: string): Promise<readonly { name: string; mtimeMs: number }[]> {
  const names = await readdir(folder).catch((): string[] => []);
  const files = await Promise.all(
    names
      .filter((name) => name.endsWith(".json"))
      .map(async (name) => ({ name, mtimeMs: await modifiedAt(join(folder, name)) })),
  );
  return files.sort((left, right) => right.mtimeMs - left.mtimeMs);
}

/** Another run may remove the file meanwhile. */
async function modifiedAt(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found?.mtimeMs ?? 0;
}
