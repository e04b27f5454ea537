import { createRedactor, isObject, type Logger, secretsOf } from "@chorale/singer";
import { readPackageVersion } from "@chorale/singer/cli";
import type { SaveSettings } from "../rest-client.ts";
import type { TapOptions } from "../tap.ts";
import { HttpClients } from "./http-clients.ts";
import type { RunCounts } from "./run-counts.ts";

/** What the clients of a run or a discovery are opened with. */
export interface OpenClientsOptions<Config> {
  readonly config: Config;
  readonly counts: RunCounts;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly env: Readonly<Record<string, string | undefined>> | undefined;
  readonly saveSettings: SaveSettings | undefined;
}

/** Makes the HTTP clients of a tap. Whoever opens them closes them. */
export async function openClients<Config>(
  tap: TapOptions<Config>,
  { env = {}, ...options }: OpenClientsOptions<Config>,
): Promise<HttpClients<Config>> {
  return new HttpClients({
    ...options,
    env,
    userAgent: textSetting(options.config, "user_agent") ?? (await userAgentOf(tap)),
    redact: createRedactor(secretsOf(tap.config.json, options.config)),
  });
}

/** Answers a setting that is a text and not empty. */
export function textSetting(config: unknown, name: string): string | undefined {
  const value = isObject(config) ? config[name] : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
}

async function userAgentOf<Config>(tap: TapOptions<Config>): Promise<string> {
  const version = await readPackageVersion(tap.package);
  return `${tap.name}/${version}`;
}
