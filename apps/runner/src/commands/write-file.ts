import { randomUUID } from "node:crypto";
import { readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";

/** Answers a file's text; undefined when there is none. */
export async function textOfFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Replaces a file of the user's whole or not at all; a link stays one, and its file keeps its rights. */
export async function replaceText(path: string, text: string): Promise<void> {
  const real = await realpath(path);
  const { mode } = await stat(real);
  const temporary = `${real}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, text, { flag: "wx", mode });
    await rename(temporary, real);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Adds the lines that a file lacks at its end, and makes it where there is none. Answers whether it changed. */
export async function addLines(path: string, lines: readonly string[]): Promise<boolean> {
  const text = (await textOfFile(path)) ?? "";
  const present = new Set(text.split(/\r?\n/).map((line) => line.trim()));
  const missing = lines.filter((line) => line === "" || !present.has(line.trim()));
  if (missing.every((line) => line === "")) return false;
  const front = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  await writeFile(path, `${front}${missing.join("\n")}\n`);
  return true;
}
