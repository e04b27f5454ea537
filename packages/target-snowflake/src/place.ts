import { ConfigError } from "@chorale/singer";
import type { SnowflakeConfig } from "./config.ts";
import type { SnowflakeConnection } from "./connection.ts";

/**
 * Makes sure that the session has a warehouse and a database: a login that names one which is not there, or may not be
 * used, succeeds without it. Throws `ConfigError` with the grant that is missing.
 */
export async function checkPlace(connection: SnowflakeConnection, config: SnowflakeConfig): Promise<void> {
  const { warehouse, database } = config;
  const sql = "SELECT CURRENT_WAREHOUSE(), CURRENT_DATABASE(), CURRENT_ROLE()";
  const { rows } = await connection.execute({ sql });
  const [ownWarehouse = null, ownDatabase = null, role = null] = rows[0] ?? [];
  const whose = role ?? config.role ?? "<the role that loads>";
  if (ownDatabase === null) throw missing("database", { name: database, whose });
  if (ownWarehouse !== null) return;
  if (warehouse === undefined) {
    throw new ConfigError("warehouse is not set, and the user has no default one. Set it.");
  }
  throw missing("warehouse", { name: warehouse, whose });
}

function missing(
  setting: "database" | "warehouse",
  { name, whose }: { name: string; whose: string },
): ConfigError {
  return new ConfigError(
    `${setting} ${name} is not there, or role ${whose} may not use it. Correct the setting, or run: GRANT USAGE ON ${setting.toUpperCase()} ${name} TO ROLE ${whose}.`,
  );
}
