import { startZengrc, type ZengrcOptions, type ZengrcSandbox } from "@chorale/sandbox";
import { now } from "./run-tap.ts";

/** Runs a test against a stand-in of its own: each object has 12 rows, and a page 5. */
export async function withAccount(
  options: ZengrcOptions,
  test: (account: ZengrcSandbox) => Promise<void>,
): Promise<void> {
  const account = await startZengrc({ seed: 7, records: 12, pageRows: 5, clock: () => now, ...options });
  try {
    await test(account);
  } finally {
    await account.close();
  }
}

/** The requests so far, as the names of the objects that they are about. */
export function askedFor({ requests }: ZengrcSandbox): readonly string[] {
  return requests.map(({ path }) => path.replace("/api/v2/", ""));
}
