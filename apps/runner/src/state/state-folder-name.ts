import { runError } from "../exit-codes.ts";

/** How the folder of a state id is found in a system's files. */
export type FolderNaming = "posix" | "windows";

/** What a folder's name begins with when the state id cannot be its name. */
const encodedPrefix = "~id~";
/** What file systems allow a name to have, in bytes. */
const longestName = 255;

/**
 * Answers the name of a state id's folder: the id itself, and on Windows its base64, as Meltano has it. An id that
 * would lead elsewhere, such as one with a slash, is encoded. Throws with exit code 2 for an id that is too long.
 */
export function folderNameOf(stateId: string, naming: FolderNaming): string {
  const name = naming === "windows" ? Buffer.from(stateId).toString("base64") : stateId;
  const safe = isSafe(name) ? name : encodedPrefix + Buffer.from(stateId).toString("base64url");
  if (Buffer.byteLength(safe) <= longestName) return safe;
  throw runError(
    "usage",
    `state id ${stateId.slice(0, 40)}…: it is too long for the name of a folder. Give it fewer than 180 characters.`,
  );
}

/** Answers the state id of a folder; undefined for a folder that is nobody's. */
export function stateIdOf(folderName: string, naming: FolderNaming): string | undefined {
  if (folderName.startsWith(encodedPrefix)) {
    return Buffer.from(folderName.slice(encodedPrefix.length), "base64url").toString();
  }
  if (naming === "posix") return folderName;
  const stateId = Buffer.from(folderName, "base64").toString();
  return Buffer.from(stateId).toString("base64") === folderName ? stateId : undefined;
}

function isSafe(name: string): boolean {
  if (name === "" || name === "." || name === ".." || name.startsWith(encodedPrefix)) return false;
  return !/[/\\\0]/.test(name) && name.isWellFormed();
}
