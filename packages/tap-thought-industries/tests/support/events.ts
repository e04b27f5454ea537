import type { JsonObject } from "@chorale/sandbox";

export const hour = 3_600_000;
export const day = 24 * hour;

/** An event that differs from others by its user. */
export function eventAt(moment: number, user: string, fields: JsonObject = {}): JsonObject {
  return { timestamp: new Date(moment).toISOString(), companyId: "c", user, ...fields };
}

/** The spelling of a moment in settings and states. */
export function iso(moment: number): string {
  return new Date(moment).toISOString();
}
