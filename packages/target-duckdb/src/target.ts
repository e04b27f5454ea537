import { defineTarget, type Target } from "@chorale/target-sdk";
import { config, type DuckdbConfig } from "./config.ts";
import { duckdb } from "./warehouse.ts";

/**
 * The target that loads Singer streams into a DuckDB file.
 *
 * @example
 * ```ts
 * await targetDuckdb.run(messages, { config: { path: "shop.duckdb" } });
 * ```
 */
export const targetDuckdb: Target<DuckdbConfig> = defineTarget({
  name: "target-duckdb",
  package: new URL("../package.json", import.meta.url),
  description: "Loads Singer streams into a DuckDB file",
  config,
  warehouse: duckdb,
});
