import {
  startThoughtIndustries,
  type ThoughtIndustriesOptions,
  type ThoughtIndustriesSandbox,
} from "@chorale/sandbox";
import { now } from "./run-tap.ts";

/** Limits that no test reaches by accident. */
export const unlimited = { account: 1e9, events: 1e9 };

/** Runs a test against a stand-in of its own. */
export async function withPortal(
  options: Partial<ThoughtIndustriesOptions>,
  test: (portal: ThoughtIndustriesSandbox) => Promise<void>,
): Promise<void> {
  const portal = await startThoughtIndustries({
    data: { seed: 7 },
    clock: () => now,
    rateLimits: unlimited,
    ...options,
  });
  try {
    await test(portal);
  } finally {
    await portal.close();
  }
}

/** The requests so far as `path?query`, without what all paths begin with. */
export function targetsOf({ requests }: ThoughtIndustriesSandbox): readonly string[] {
  return requests.map(({ target }) => target.replace("/incoming/v2/", ""));
}
