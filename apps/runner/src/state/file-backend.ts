import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { isObject } from "@chorale/singer";
import { runError } from "../exit-codes.ts";
import { isLocked, withMeltanoLock } from "./meltano-lock.ts";
import { removeFile, replaceFile } from "./replace-file.ts";
import type { StateBackend, WriteGuard } from "./state-backend.ts";
import { type FolderNaming, folderNameOf, stateIdOf } from "./state-folder-name.ts";
import { type JsonRecord, parseAsWritten } from "./state-json.ts";
import { storeFailure, systemCode } from "./store-failure.ts";
import { fileContent, stateInHalf } from "./stored-state.ts";

const fileName = "state.json";

/**
 * Makes a backend of Meltano's layout: `<folder>/<state_id>/state.json` with
 * `{"completed": {"singer_state": …}, "partial": {}}`. The folder is made when it is first written to. A file is
 * replaced whole or not at all; the one before stays beside it as `state.json.prev`.
 */
export function createFileBackend(options: {
  folder: string;
  description?: string;
  naming?: FolderNaming;
}): StateBackend {
  const {
    folder,
    description = folder,
    naming = process.platform === "win32" ? "windows" : "posix",
  } = options;
  const folderOf = (stateId: string) => join(folder, folderNameOf(stateId, naming));
  return {
    description,
    async read(stateId) {
      const content = await contentIn(folderOf(stateId));
      if (content === undefined) return undefined;
      return { completed: stateInHalf(content["completed"]), partial: stateInHalf(content["partial"]) };
    },
    async write(stateId, state, guard) {
      const own = folderOf(stateId);
      await guarded(own, async () => {
        const path = join(own, fileName);
        await mkdir(own, { recursive: true });
        const text = fileContent(state, await contentToKeep(own));
        await replaceFile({ path, text, guard: besideMeltano(own, guard) });
      });
    },
    async remove(stateId, guard) {
      const own = folderOf(stateId);
      await guarded(own, async () => {
        if ((await textOf(join(own, fileName))) === undefined) return;
        await removeFile({ path: join(own, fileName), guard: besideMeltano(own, guard) });
        // The state before the last goes, too: what was cleared must not be found.
        await rm(join(own, `${fileName}.prev`), { force: true });
      });
    },
    list: () => guarded(folder, () => stateIdsIn(folder, naming)),
    close: () => Promise.resolve(),
  };
}

/** Meltano reads a state and writes it back under its lock: what came between the two would be gone. */
function besideMeltano(folder: string, guard: WriteGuard): WriteGuard {
  return {
    exclusively: (write) => withMeltanoLock(join(folder, "lock"), () => guard.exclusively(write)),
  };
}

/** Whoever writes has read before, or wants to write over what cannot be read. */
async function contentToKeep(folder: string): Promise<JsonRecord> {
  return (await contentIn(folder).catch(() => undefined)) ?? {};
}

/** Reads a state file; one that is being written is waited for, because Meltano does not replace it whole. */
async function contentIn(folder: string): Promise<JsonRecord | undefined> {
  return await guarded(folder, async () => {
    for (;;) {
      const locked = await isLocked(join(folder, "lock"));
      try {
        return await readContent(join(folder, fileName));
      } catch (error) {
        if (!locked) throw error;
        await setTimeout(50);
      }
    }
  });
}

async function readContent(path: string): Promise<JsonRecord | undefined> {
  const text = await textOf(path);
  if (text === undefined) return undefined;
  let content: unknown;
  try {
    content = parseAsWritten(text);
  } catch (error) {
    throw damaged(path, error);
  }
  if (!isObject(content)) throw damaged(path);
  return content;
}

function damaged(path: string, cause?: unknown): Error {
  return runError(
    "stateStoreFailed",
    `${path}: it is no state file: it holds no JSON object. Bring a state back with \`chorale state rollback\`, or forget it with \`chorale state clear\`.`,
    { cause },
  );
}

async function textOf(path: string): Promise<string | undefined> {
  return await readFile(path, "utf8").catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  });
}

async function stateIdsIn(folder: string, naming: FolderNaming): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  });
  const found: string[] = [];
  for (const entry of entries) {
    const stateId = entry.isDirectory() ? stateIdOf(entry.name, naming) : undefined;
    if (stateId === undefined) continue;
    if ((await textOf(join(folder, entry.name, fileName))) !== undefined) found.push(stateId);
  }
  return found.sort();
}

async function guarded<T>(place: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    throw storeFailure(place, error);
  }
}
