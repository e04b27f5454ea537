import { defineTarget, type Target } from "@chorale/target-sdk";
import { config, type SnowflakeConfig } from "./config.ts";
import { snowflakeWarehouse } from "./warehouse.ts";
import type { WorkerThreads } from "./worker-threads.ts";

/**
 * The target that loads Singer streams into Snowflake.
 *
 * @example
 * ```ts
 * await targetSnowflake.run(messages, {
 *   config: { account: "acme-prod", user: "LOADER", private_key_path: "key.p8", database: "RAW", default_target_schema: "SHOP" },
 * });
 * ```
 */
export const targetSnowflake: Target<SnowflakeConfig> = snowflakeTarget();

/** Makes the target. Its files are put there in `threads`, which are fresh for each run by default. */
export function snowflakeTarget(threads?: WorkerThreads): Target<SnowflakeConfig> {
  return defineTarget({
    name: "target-snowflake",
    package: new URL("../package.json", import.meta.url),
    description: "Loads Singer streams into Snowflake",
    config,
    warehouse: snowflakeWarehouse(threads),
    commands: {
      check: async (settings, context) => (await import("./commands.ts")).check(settings, context),
      initialize: async (settings) => (await import("./commands.ts")).initialize(settings),
      dryRun: true,
    },
  });
}
