import { type AboutBasics, readPackageVersion, withoutSecretDefaults } from "@chorale/singer/cli";
import type { TapOptions } from "./tap.ts";

/** What a stream is, for `--about`. */
export interface AboutStream {
  readonly name: string;
  readonly key_properties: readonly string[];
  readonly replication_method: "FULL_TABLE" | "INCREMENTAL";
  readonly replication_key: string | null;
  readonly parent: string | null;
}

/** What a tap is: the keys that the Meltano SDK prints, and ours. */
export interface About extends AboutBasics {
  readonly namespace: string;
  readonly streams: readonly AboutStream[];
}

const capabilities = ["about", "catalog", "discover", "state", "test"];

/** Answers what a tap is. */
export async function describeTap<Config>(tap: TapOptions<Config>): Promise<About> {
  const [own, sdk] = await Promise.all([readPackageVersion(tap.package), sdkVersion()]);
  return {
    name: tap.name,
    description: tap.description,
    version: own,
    sdk_version: sdk,
    supported_python_versions: [],
    capabilities,
    settings: withoutSecretDefaults(tap.config.json),
    namespace: tap.namespace ?? tap.name.replaceAll("-", "_"),
    streams: tap.streams.map((stream) => ({
      name: stream.name,
      key_properties: stream.keyProperties,
      replication_method: stream.replicationMethod,
      replication_key: stream.replicationKey ?? null,
      parent: stream.parent?.name ?? null,
    })),
  };
}

/** Answers the version of this SDK, whose package.json is one folder up from `src` and from `dist`. */
export function sdkVersion(): Promise<string> {
  return readPackageVersion(new URL("../package.json", import.meta.url));
}
