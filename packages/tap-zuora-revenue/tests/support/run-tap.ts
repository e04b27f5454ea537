import { startZuoraRevenue, type ZuoraRevenueOptions, type ZuoraRevenueSandbox } from "@chorale/sandbox";
import type { Message } from "@chorale/singer";
import { type CollectedRun, type CollectOptions, collectRun, succeeded } from "@chorale/tap-sdk/testing";
import { tapZuoraRevenue } from "../../src/index.ts";

export type { CollectedRun as Run } from "@chorale/tap-sdk/testing";

/** The moment at which runs happen, and which stand-ins show. */
export const now = Date.UTC(2026, 0, 15, 12);

export interface RunOptions extends Omit<CollectOptions, "config"> {
  readonly tenant: ZuoraRevenueSandbox;
  /** Settings beside the address and the token, or in place of them. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Settings that fit a stand-in. */
export function configOf(
  { url }: Pick<ZuoraRevenueSandbox, "url">,
  settings: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return {
    base_url: `${url}/api/integration`,
    username: "sandbox-user",
    password: "sandbox-password",
    poll_interval_seconds: 0.01,
    max_wait_seconds: 20,
    page_size: 4,
    ...settings,
  };
}

/** Runs the tap, at {@link now} unless another moment is given. */
export async function runTap({ tenant, config, ...options }: RunOptions): Promise<CollectedRun> {
  return await collectRun(tapZuoraRevenue, { at: now, ...options, config: configOf(tenant, config) });
}

/** Runs the tap and throws what it threw. */
export async function runWell(options: RunOptions): Promise<CollectedRun> {
  return succeeded(await runTap(options));
}

/** Runs a test against a stand-in of its own. */
export async function withTenant(
  options: ZuoraRevenueOptions,
  test: (tenant: ZuoraRevenueSandbox) => Promise<void>,
): Promise<void> {
  const tenant = await startZuoraRevenue({ seed: 7, clock: () => now, ...options });
  try {
    await test(tenant);
  } finally {
    await tenant.close();
  }
}

/** The requests so far, as methods and paths below the prefix. */
export function asked({ requests }: ZuoraRevenueSandbox): readonly string[] {
  return requests.map(({ method, path }) => `${method} ${path.replace(/^.*\/api\/integration\//u, "")}`);
}

/** Runs the tap, and waits for `pause` after each record before the next message is taken. */
export async function* runTapSlowly(
  { tenant, select, config, at = now }: RunOptions,
  pause: () => Promise<void>,
): AsyncGenerator<Message, void, void> {
  const clock = (): Date => new Date(at);
  for await (const message of tapZuoraRevenue.sync({ config: configOf(tenant, config), select, clock })) {
    yield message;
    if (message.type === "RECORD") await pause();
  }
}
