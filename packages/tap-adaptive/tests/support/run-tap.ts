import { type AdaptiveOptions, type AdaptiveSandbox, startAdaptive } from "@chorale/sandbox";
import { type CollectedRun, type CollectOptions, collectRun, succeeded } from "@chorale/tap-sdk/testing";
import { tapAdaptive } from "../../src/index.ts";

export type { CollectedRun as Run } from "@chorale/tap-sdk/testing";

/** The moment at which runs happen, and which stand-ins show. */
export const now = Date.UTC(2026, 2, 20, 12);
/** What stand-ins accept. */
export const credential = { username: "svc.finance@example.test", password: `sandbox & <pass> "word"` };
/** Settings that work with a stand-in: the folder's versions, with two accounts at the top level. */
export const settings = {
  ...credential,
  account_codes: ["Model.Account_0", "Model.Account_1"],
  levels: [{ name: "Master Corporate", is_rollup: true }],
};

/** Runs a test against a stand-in of its own. */
export async function withAccount(
  options: AdaptiveOptions,
  test: (account: AdaptiveSandbox) => Promise<void>,
): Promise<void> {
  const account = await startAdaptive({ seed: 7, clock: () => now, ...options });
  try {
    await test(account);
  } finally {
    await account.close();
  }
}

/** The names of the methods that were called. */
export function called({ calls }: AdaptiveSandbox): readonly string[] {
  return calls.map(({ method }) => method);
}

export interface RunOptions extends Omit<CollectOptions, "config"> {
  /** Where the API is, without `/api`. */
  readonly url: string;
  /** Settings beside those that work. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Runs the tap, at {@link now} unless another moment is given. */
export async function runTap({ url, config, ...options }: RunOptions): Promise<CollectedRun> {
  return await collectRun(tapAdaptive, {
    at: now,
    ...options,
    config: { base_url: `${url}/api/`, ...settings, ...config },
  });
}

/** Runs the tap and throws what it threw. */
export async function runWell(options: RunOptions): Promise<CollectedRun> {
  return succeeded(await runTap(options));
}
