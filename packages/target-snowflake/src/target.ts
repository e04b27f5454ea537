import { defineTarget, type Target } from "@chorale/target-sdk";
import { config, type SnowflakeConfig } from "./config.ts";
import { snowflake } from "./warehouse.ts";

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
export const targetSnowflake: Target<SnowflakeConfig> = defineTarget({
  name: "target-snowflake",
  package: new URL("../package.json", import.meta.url),
  description: "Loads Singer streams into Snowflake",
  config,
  warehouse: snowflake,
  commands: {
    check: async (settings, context) => (await import("./commands.ts")).check(settings, context),
    initialize: async (settings) => (await import("./commands.ts")).initialize(settings),
    dryRun: true,
  },
});
