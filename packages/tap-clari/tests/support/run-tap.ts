import { type ClariOptions, type ClariSandbox, startClari } from "@chorale/sandbox";
import { type CollectedRun, type CollectOptions, collectRun, succeeded } from "@chorale/tap-sdk/testing";
import { tapClari } from "../../src/index.ts";

/** The moment at which runs happen, and which stand-ins show: the fourth quarter of the fiscal year 2026. */
export const now = Date.UTC(2026, 0, 15, 12);
/** What stand-ins accept. */
export const token = "sandbox-api-token";

export interface RunOptions extends Omit<CollectOptions, "config"> {
  readonly clari: ClariSandbox;
  /** Settings beside the address and the token, or in place of them. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Settings that fit a stand-in. */
export function configOf(
  { url }: Pick<ClariSandbox, "url">,
  settings: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return {
    base_url: `${url}/v4/`,
    api_token: token,
    fiscal_year_start_month: 2,
    poll_interval_seconds: 0.01,
    ...settings,
  };
}

/** Runs the tap, at {@link now} unless another moment is given. */
export async function runTap({ clari, config, ...options }: RunOptions): Promise<CollectedRun> {
  return await collectRun(tapClari, { at: now, ...options, config: configOf(clari, config) });
}

/** Runs the tap and throws what it threw. */
export async function runWell(options: RunOptions): Promise<CollectedRun> {
  return succeeded(await runTap(options));
}

/** Runs a test against a stand-in of its own. */
export async function withClari(
  options: ClariOptions,
  test: (clari: ClariSandbox) => Promise<void>,
): Promise<void> {
  const clari = await startClari({ seed: 7, clock: () => now, ...options });
  try {
    await test(clari);
  } finally {
    await clari.close();
  }
}

/** The requests so far, as methods and paths below `/v4/`. */
export function asked({ requests }: ClariSandbox): readonly string[] {
  return requests.map(({ method, path }) => `${method} ${path.replace("/v4/", "")}`);
}
