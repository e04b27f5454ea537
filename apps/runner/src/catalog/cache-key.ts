import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { link, mkdir, readFile, realpath, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isObject } from "@chorale/singer";
import type { UnitPlugin } from "../run/unit.ts";

/**
 * Answers what a tap's discovered catalog is kept under: it changes with the configuration and with the
 * program. It tells nothing of the configuration's secrets to whoever lacks the project's own key, which lies
 * in the folder with mode 0600 and is made when it is missing.
 */
export async function cacheKey(folder: string, tap: UnitPlugin): Promise<string> {
  const { mtimeMs, size } = await stat(tap.program);
  const text = JSON.stringify([
    sorted(tap.config),
    tap.program,
    mtimeMs,
    size,
    await manifestOf(tap.program),
  ]);
  return createHmac("sha256", await projectKey(folder))
    .update(text)
    .digest("hex")
    .slice(0, 32);
}

/**
 * A package of npm: the files of each of its versions may have the same times and its program the same size, so
 * that only the manifest tells them apart.
 */
async function manifestOf(program: string): Promise<string> {
  let folder = dirname(await realpath(program));
  for (let above = dirname(folder); above !== folder; above = dirname(folder)) {
    const manifest = await readIfThere(join(folder, "package.json"));
    if (manifest !== undefined) return manifest.toString();
    folder = above;
  }
  return "";
}

/** The key comes into being whole: of those who make it at once one wins, and all read what that one made. */
async function projectKey(folder: string): Promise<Buffer> {
  const path = join(folder, "key");
  const existing = await readIfThere(path);
  if (existing !== undefined) return existing;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = join(folder, `key.${randomUUID()}.tmp`);
  try {
    await writeFile(temporary, randomBytes(32), { mode: 0o600, flag: "wx" });
    await link(temporary, path).catch((error: unknown) => {
      if (!isObject(error) || error["code"] !== "EEXIST") throw error;
    });
    return await readFile(path);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isObject(error) && error["code"] === "ENOENT") return undefined;
    throw error;
  }
}

/** Where a setting stands in the file does not matter. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return entries.map(([key, each]) => [key, sorted(each)]);
}
