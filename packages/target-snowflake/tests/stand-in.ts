import { type SnowflakeOptions, type SnowflakeSandbox, startSnowflake } from "@chorale/sandbox";
import { onTestFinished } from "vitest";
import { type ConnectContext, connectSnowflake, type SnowflakeConnection } from "../src/connection.ts";
import { logLines } from "./log-lines.ts";
import { loaderSettings, snowflakeConfig } from "./snowflake-settings.ts";

/** Starts a stand-in that is stopped when the test ends. */
export async function standIn(options: SnowflakeOptions = {}): Promise<SnowflakeSandbox> {
  const snowflake = await startSnowflake(options);
  onTestFinished(() => snowflake.close());
  return snowflake;
}

/** Connects to a stand-in; closed when the test ends. */
export async function connected(
  snowflake: Pick<SnowflakeSandbox, "url">,
  settings: Readonly<Record<string, unknown>> = {},
  context: Partial<ConnectContext> = {},
): Promise<SnowflakeConnection> {
  const config = await snowflakeConfig({ ...loaderSettings(snowflake.url), ...settings });
  const connection = await connectSnowflake(config, {
    log: logLines(),
    signal: new AbortController().signal,
    purpose: "load",
    ...context,
  });
  onTestFinished(() => connection.close());
  return connection;
}
