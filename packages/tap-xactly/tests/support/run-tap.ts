import type { Tap } from "@chorale/tap-sdk";
import { type CollectedRun, type CollectOptions, collectRun, succeeded } from "@chorale/tap-sdk/testing";
import { tapXactly, type XactlyConfig } from "../../src/index.ts";

export type { CollectedRun as Run } from "@chorale/tap-sdk/testing";

/** The moment at which runs happen, and which stand-ins show. */
export const now = Date.UTC(2026, 0, 15, 12);
/** What stand-ins accept. */
export const credential = {
  user: "sandbox-user",
  password: "sandbox-password",
  client_id: "sandbox-client-id",
  consumer: "sandbox-consumer",
};

export interface RunOptions extends Omit<CollectOptions, "config"> {
  /** Where the stand-in is, without `/api`. */
  readonly url: string;
  /** Settings beside the address and the credential, or in place of them. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** @default the tap itself */
  readonly tap?: Tap<XactlyConfig>;
}

/** Runs the tap, at {@link now} unless another moment is given. */
export async function runTap(options: RunOptions): Promise<CollectedRun> {
  const { url, config, tap = tapXactly, ...rest } = options;
  return await collectRun(tap, {
    at: now,
    ...rest,
    config: { api_url: `${url}/api`, ...credential, ...config },
  });
}

/** Runs the tap and throws what it threw. */
export async function runWell(options: RunOptions): Promise<CollectedRun> {
  return succeeded(await runTap(options));
}
