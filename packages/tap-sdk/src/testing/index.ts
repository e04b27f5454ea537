import { describe, it } from "vitest";
import type { Tap } from "../tap.ts";
import { tapChecks } from "./tap-checks.ts";
import type { TapTestOptions } from "./tap-replica.ts";

export {
  type CollectedRun,
  type CollectOptions,
  collectRun,
  type LogLine,
  logInto,
  succeeded,
} from "./collect-run.ts";
export { type PrivateFolder, privateFolder } from "./private-folder.ts";
export { type SelectionOptions, selectingCatalog } from "./selecting-catalog.ts";
export { type TapCheck, tapChecks } from "./tap-checks.ts";
export { type EndedProgram, messagesIn, type ProgramOptions, tapProgram } from "./tap-program.ts";
export type { ReplicaFault, TapLimits, TapReplica, TapTestOptions } from "./tap-replica.ts";

/**
 * Declares the tests that every tap must pass, for vitest. The tap is run against the replica of its API,
 * as often as needed: all streams, each stream alone, from states, stopped after states, with errors.
 *
 * What is different for a stream is declared as a limit; nothing is skipped. A stream without records fails
 * unless it is declared to be empty, because nothing can be said of it. What can only be seen with
 * `requests` or `fail` of the replica is left out where it has none.
 *
 * @example
 * ```ts
 * tapTestSuite(tapShop, {
 *   replica: async () => {
 *     const server = await startShop();
 *     return { config: { base_url: server.url, api_token: "test-token" }, requests: () => server.requests, close: () => server.close() };
 *   },
 *   expectedStreams: ["orders", "order_lines"],
 * });
 * ```
 */
export function tapTestSuite<Config>(tap: Tap<Config>, options: TapTestOptions): void {
  describe(`${tap.name} as a tap`, () => {
    for (const { name, verify } of tapChecks(tap, options)) it(name, verify);
  });
}
