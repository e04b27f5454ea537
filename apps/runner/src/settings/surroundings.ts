import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isObject, parseDotenv } from "@chorale/singer";
import { runError } from "../exit-codes.ts";
import type { Surroundings } from "./resolved.ts";

/** `${name}`, or `${name:-default}`. A dollar without a brace is a dollar. */
const reference = /\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g;

/**
 * Reads what stands around a project: the process's variables and those of a `.env` file, by default the one
 * beside the project file where there is one. As with Meltano a value there may name variables above it, and those
 * of the process, as `${NAME}`. Throws with exit code 2 for a named file that is not there, and for
 * one that cannot be read.
 */
export async function readSurroundings({
  env,
  envFile,
  root,
}: {
  readonly env: Surroundings["env"];
  readonly envFile: string | undefined;
  readonly root: string;
}): Promise<Surroundings> {
  const file = envFile ?? ".env";
  const written = await writtenIn(envFile ?? join(root, ".env"), { file, mayLack: envFile === undefined });
  return { env, dotenv: filledIn(written, { env, file }) };
}

async function writtenIn(
  path: string,
  { file, mayLack }: { file: string; mayLack: boolean },
): Promise<ReadonlyMap<string, string>> {
  try {
    return parseDotenv(await readFile(path, "utf8"));
  } catch (error) {
    if (mayLack && isObject(error) && error["code"] === "ENOENT") return new Map();
    const reason = error instanceof Error ? error.message : String(error);
    throw runError("usage", `${file}: cannot be read: ${reason} Name another with --env-file.`, {
      cause: error,
    });
  }
}

function filledIn(
  written: ReadonlyMap<string, string>,
  { env, file }: { env: Surroundings["env"]; file: string },
): ReadonlyMap<string, string> {
  const filled = new Map<string, string>();
  for (const [name, text] of written) {
    const value = text.replaceAll(reference, (_, other: string, fallback: string | undefined) => {
      const found = filled.get(other) ?? env[other] ?? fallback;
      if (found !== undefined) return found;
      const advice = `Set it in a line above, or write \${${other}:-} where it may be empty.`;
      throw runError("usage", `${file}: ${name}: the variable ${other} is not set. ${advice}`);
    });
    filled.set(name, value);
  }
  return filled;
}
