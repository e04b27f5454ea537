import { ApiError } from "@chorale/singer";

/** Remembers where a walk was. */
export interface LoopGuard {
  /** Notes a place that the walk begins at. */
  remember(place: string): void;
  /** Notes the next place. Throws `ApiError` when the walk was there before; `what` names it for people. */
  visit(place: string, what: string): void;
}

/**
 * Makes a guard against an API that hands out the same page for ever. Places are kept as short hashes: a
 * cursor may be long, and a stream may have a million pages.
 *
 * @example
 * ```ts
 * const guard = createLoopGuard();
 * guard.visit(cursor, "the same cursor");
 * ```
 */
export function createLoopGuard(): LoopGuard {
  const seen = new Set<string>();
  // Loaded by the first walk: whoever only asks what a tap is does not wait for it.
  const { hash } = process.getBuiltinModule("node:crypto");
  const keyOf = (place: string): string => hash("sha1", place, "base64");
  return {
    remember(place) {
      seen.add(keyOf(place));
    },
    visit(place, what) {
      const key = keyOf(place);
      if (!seen.has(key)) {
        seen.add(key);
        return;
      }
      throw new ApiError(
        `pagination: the API handed out ${what} a second time, so it would never end. Look at the stream's pagination, or ask the API's vendor.`,
        { method: "GET", url: "", retryable: false },
      );
    },
  };
}
