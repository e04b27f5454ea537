import type { Catalog } from "@chorale/singer";
import {
  type CollectedRun,
  type CollectOptions,
  collectRun,
  type SelectionOptions,
  selectingCatalog,
  succeeded,
} from "@chorale/tap-sdk/testing";
import { tapZendesk } from "../../src/index.ts";

export type { CollectedRun as Run } from "@chorale/tap-sdk/testing";

/** The moment at which runs happen, and which stand-ins show. */
export const now = Date.UTC(2026, 0, 15, 12);
export const accessToken = "sandbox-access-token";

export interface RunOptions extends Omit<CollectOptions, "config" | "catalog">, SelectionOptions {
  /** Where the API is. */
  readonly url: string;
  /** The selected streams. @default all */
  readonly streams?: readonly string[];
  /** Settings beside the address, the access token and the start date, or in place of them. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Runs the tap, at {@link now} unless another moment is given. */
export async function runTap(options: RunOptions): Promise<CollectedRun> {
  const { url, streams = tapZendesk.streams.map(({ name }) => name), config, ...rest } = options;
  const { fullTable, deselected, ...run } = rest;
  return await collectRun(tapZendesk, {
    at: now,
    ...run,
    config: { base_url: url, access_token: accessToken, start_date: "2020-01-01T00:00:00Z", ...config },
    catalog: await catalogOf(streams, { fullTable, deselected }),
  });
}

/** Runs the tap and throws what it threw. */
export async function runWell(options: RunOptions): Promise<CollectedRun> {
  return succeeded(await runTap(options));
}

/** A catalog in which the named streams are selected and all others are not. */
export async function catalogOf(selected: readonly string[], options?: SelectionOptions): Promise<Catalog> {
  return await selectingCatalog(tapZendesk, selected, options);
}
