import { ConnectorError, isObject } from "@chorale/singer";
import { runError } from "../exit-codes.ts";

/** Makes the error of a state that could not be kept or read; an error that already says so stays as it is. */
export function storeFailure(place: string, error: unknown): Error {
  if (ConnectorError.isInstance(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return runError(
    "stateStoreFailed",
    `${place}: the state store cannot be used: ${reason}. ${adviceOn(error)}`,
    {
      cause: error,
    },
  );
}

/** The code that the system gives an error, such as `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

function adviceOn(error: unknown): string {
  const code = systemCode(error);
  if (code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG") return "Make room on the disk.";
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") return "Let the runner write there.";
  if (isObject(error) && error["errcode"] === sqliteFull) return "Make room on the disk.";
  return "Look at the file and its folder.";
}

const sqliteFull = 13;
