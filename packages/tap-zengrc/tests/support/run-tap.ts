import { type CollectedRun, type CollectOptions, collectRun, succeeded } from "@chorale/tap-sdk/testing";
import { tapZengrc } from "../../src/index.ts";

/** The moment at which runs happen, and which stand-ins show. */
export const now = Date.UTC(2026, 0, 15, 12);
/** What stand-ins accept. */
export const credential = { username: "sandbox-key-id", password: "sandbox-key-secret" };

export interface RunOptions extends Omit<CollectOptions, "config"> {
  /** Where the API is. */
  readonly url: string;
  /** Settings beside the address and the credential, or in place of them. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Runs the tap, at {@link now} unless another moment is given. */
export async function runTap({ url, config, ...options }: RunOptions): Promise<CollectedRun> {
  return await collectRun(tapZengrc, {
    at: now,
    ...options,
    config: { base_url: url, ...credential, ...config },
  });
}

/** Runs the tap and throws what it threw. */
export async function runWell(options: RunOptions): Promise<CollectedRun> {
  return succeeded(await runTap(options));
}
