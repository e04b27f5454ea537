import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isObject, parseExact } from "@chorale/singer";
import { runError } from "./exit-codes.ts";

/**
 * Keeps each pipeline's state in a file of Meltano's layout: `<folder>/<state_id>/state.json` with
 * `{"completed": {"singer_state": …}, "partial": {}}`. A file is replaced whole or not at all.
 */
export interface StateStore {
  /** The state as JSON text; undefined when there is none. Throws with exit code 17. */
  read(stateId: string): Promise<string | undefined>;
  /** Resolves when the state is on disk. Throws with exit code 17. */
  write(stateId: string, state: string): Promise<void>;
}

/** Makes a store in a folder, which is made when it is first written to. */
export function createStateStore(folder: string): StateStore {
  const pathOf = (stateId: string) => join(folder, stateId, "state.json");
  return {
    async read(stateId) {
      const path = pathOf(stateId);
      const text = await readFile(path, "utf8").catch((error: unknown) => {
        if (isObject(error) && error["code"] === "ENOENT") return undefined;
        throw failed(path, error);
      });
      return text === undefined ? undefined : stateIn(text, path);
    },
    async write(stateId, state) {
      const path = pathOf(stateId);
      try {
        await replaceFile(path, `{"completed":{"singer_state":${state}},"partial":{}}\n`);
      } catch (error) {
        throw failed(path, error);
      }
    },
  };
}

function stateIn(text: string, path: string): string | undefined {
  let content: unknown;
  try {
    content = parseExact(text);
  } catch (error) {
    throw failed(path, error);
  }
  const completed = isObject(content) ? content["completed"] : undefined;
  const state = isObject(completed) ? completed["singer_state"] : undefined;
  return state === undefined ? undefined : JSON.stringify(state);
}

async function replaceFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  const file = await open(temporary, "w", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  // Without this a crash of the machine may bring the file before the last back.
  const folder = await open(dirname(path), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function failed(path: string, error: unknown): Error {
  const reason = error instanceof Error ? error.message : String(error);
  return runError(
    "stateStoreFailed",
    `${path}: the state cannot be kept: ${reason}. Look at the file and its folder.`,
    {
      cause: error,
    },
  );
}
