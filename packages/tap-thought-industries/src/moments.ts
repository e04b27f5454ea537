import { parseInstant } from "@chorale/singer";

/**
 * Reads a moment in milliseconds since 1970, digits behind the third left out; text without a zone is UTC.
 * NaN for what is no moment.
 */
export function millisecondsOf(value: unknown): number {
  const instant = typeof value === "string" ? parseInstant(value) : undefined;
  if (instant === undefined) return Number.NaN;
  return instant.seconds * 1000 + Number(instant.fraction.slice(0, 3).padEnd(3, "0"));
}
