import { checkConfig } from "@chorale/singer";
import { type SnowflakeConfig, config as schema } from "../src/config.ts";

/** The settings of a test; quick where a run would wait. */
export function snowflakeConfig(settings: Readonly<Record<string, unknown>> = {}): Promise<SnowflakeConfig> {
  const base = { account: "sandbox", database: "RAW", retry_delay_seconds: 0.01, login_timeout_seconds: 20 };
  return checkConfig(schema, { ...base, ...settings }, { name: "config" });
}

/** The settings that the stand-in lets in. */
export function loaderSettings(url: string): Readonly<Record<string, unknown>> {
  return { access_url: url, user: "LOADER", password: "password", role: "LOADER", warehouse: "LOADING" };
}
