import { startXactly, type XactlyOptions, type XactlySandbox } from "@chorale/sandbox";
import { now } from "./run-tap.ts";

/** Runs a test against a stand-in of its own: each table has 12 rows. */
export async function withTenant(
  options: XactlyOptions,
  test: (tenant: XactlySandbox) => Promise<void>,
): Promise<void> {
  const tenant = await startXactly({ seed: 7, rows: 12, clock: () => now, ...options });
  try {
    await test(tenant);
  } finally {
    await tenant.close();
  }
}

/** The tables that statements asked for, each once. */
export function tablesAsked({ statements }: XactlySandbox): readonly string[] {
  return [...new Set(statements.map((sql) => /FROM xactly\.(\w+)/.exec(sql)?.[1] ?? sql))];
}
