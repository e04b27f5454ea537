import {
  type CollectedRun,
  type CollectOptions,
  collectRun,
  type SelectionOptions,
  selectingCatalog,
  succeeded,
} from "@chorale/tap-sdk/testing";
import { tapThoughtIndustries } from "../../src/index.ts";

export type { CollectedRun as Run } from "@chorale/tap-sdk/testing";

/** The moment at which runs happen, and which stand-ins show. */
export const now = Date.UTC(2026, 0, 15, 12);
export const startDate = "2025-12-01T00:00:00Z";
export const apiKey = "sandbox-api-key";

export interface RunOptions
  extends Omit<CollectOptions, "config" | "catalog">,
    Pick<SelectionOptions, "fullTable"> {
  /** Where the API is. */
  readonly url: string;
  /** The selected streams. @default all */
  readonly streams?: readonly string[];
  /** Settings beside the address, the access token and the start date, or in place of them. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Runs the tap, at {@link now} unless another moment is given. Events without an id are known by their key. */
export async function runTap(options: RunOptions): Promise<CollectedRun> {
  const { url, streams, fullTable, config, ...rest } = options;
  const names = streams ?? tapThoughtIndustries.streams.map(({ name }) => name);
  const run = await collectRun(tapThoughtIndustries, {
    at: now,
    ...rest,
    config: { base_url: url, api_key: apiKey, start_date: startDate, ...config },
    catalog: await selectingCatalog(tapThoughtIndustries, names, { fullTable }),
  });
  const ids = (stream: string) => run.records(stream).map(({ id, _event_key: key }) => id ?? key);
  return { ...run, ids };
}

/** Runs the tap and throws what it threw. */
export async function runWell(options: RunOptions): Promise<CollectedRun> {
  return succeeded(await runTap(options));
}
