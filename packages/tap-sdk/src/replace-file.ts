import { ConfigError } from "@chorale/singer";

const ownerOnly = 0o600;

/**
 * Writes a file whole or not at all: beside it first, onto the disk, then in its place. A link is followed, and the
 * file keeps its mode; a new one is for its owner only. Throws `ConfigError` when it cannot be written; what was there
 * stays.
 *
 * @example
 * ```ts
 * await replaceFile("/var/lib/etl/tokens.json", JSON.stringify(tokens));
 * ```
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  // Loaded by the first file: whoever only asks what a tap is does not wait for it.
  const { realpath, rename, rm, stat } = await import("node:fs/promises");
  const { randomUUID } = await import("node:crypto");
  const target = await realpath(path).catch(() => path);
  const beside = `${target}.${randomUUID()}.tmp`;
  try {
    const mode = await stat(target).then(
      (found) => found.mode & 0o777,
      () => ownerOnly,
    );
    await writeDurably(beside, { text, mode });
    await rename(beside, target);
  } catch (cause) {
    await rm(beside, { force: true }).catch(() => undefined);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(`cannot write ${path}: ${reason}. Let the file and its folder be writable.`, {
      cause,
    });
  }
}

async function writeDurably(path: string, { text, mode }: { text: string; mode: number }): Promise<void> {
  const { open } = await import("node:fs/promises");
  const file = await open(path, "wx", mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
