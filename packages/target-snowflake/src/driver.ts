import type { Connection, ConnectionOptions } from "snowflake-sdk";

/** What is used of the driver. */
export interface Driver {
  createConnection(options: ConnectionOptions): Connection;
}

/**
 * Variables that the driver reads when it is loaded and when it logs in: without them it asks the addresses of three
 * clouds where it runs, loads a native addon for telemetry, and reports the shape of its options.
 */
const switches: Readonly<Record<string, string>> = {
  SNOWFLAKE_DISABLE_PLATFORM_DETECTION: "true",
  SNOWFLAKE_DISABLE_MINICORE: "1",
  SF_TELEMETRY_DISABLE_CONNECTION_SHAPE: "1",
};

/**
 * Loads Snowflake's driver, which takes a second and 60 MB, and so only when it is to be connected. Its logger, which
 * writes to stdout and to a file, is turned off. Certificates are checked as it does by default.
 *
 * The driver knows no other way to be told than the environment of its process, so variables that are not set there are
 * set, and stay: each login reads them again. In a worker thread they are the thread's own.
 */
export async function loadDriver(): Promise<Driver> {
  for (const [name, value] of Object.entries(switches)) process.env[name] ??= value;
  const { default: driver } = await import("snowflake-sdk");
  driver.configure({ logLevel: "OFF" });
  return driver;
}
