import { ApiError, isRawNumber } from "@chorale/singer";
import { valueAt } from "../http/records-at.ts";

/**
 * Reads the cursor or link at a dotted path: a text, or a number as text. Absent, null, "" and false stand
 * for none; anything else is not understood and throws `ApiError`.
 */
export function nextAt(body: unknown, path: string): string | undefined {
  const value = valueAt(body, path);
  if (value === undefined || value === null || value === "" || value === false) return undefined;
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  if (isRawNumber(value)) return value.rawJSON;
  throw new ApiError(
    `pagination: "${path}" in the answer is neither text nor number. Look at the stream's pagination.`,
    { method: "GET", url: "", retryable: false },
  );
}

/** Reads the flag at a dotted path; undefined when it is absent or no flag. */
export function flagAt(body: unknown, path: string | undefined): boolean | undefined {
  const value = path === undefined ? undefined : valueAt(body, path);
  return typeof value === "boolean" ? value : undefined;
}

/** What an API that promises another page but does not say where deserves: stopping would lose records. */
export function missingNext(path: string, flag: string): ApiError {
  return new ApiError(
    `pagination: the answer says by "${flag}" that there is more, but has nothing at "${path}". Look at the stream's pagination, or ask the API's vendor.`,
    { method: "GET", url: "", retryable: false },
  );
}
