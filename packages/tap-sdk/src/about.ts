import { isObject, type JsonSchema } from "@chorale/singer";
import { ownPackage, readPackage } from "./package-file.ts";
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
export interface About {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  /** The version of this SDK. */
  readonly sdk_version: string;
  /** Always empty: orchestrators expect the key. */
  readonly supported_python_versions: readonly string[];
  readonly capabilities: readonly string[];
  /** The JSON Schema of the configuration; secret settings are marked, and no default of theirs is shown. */
  readonly settings: JsonSchema;
  readonly namespace: string;
  readonly streams: readonly AboutStream[];
}

const capabilities = ["about", "catalog", "discover", "state", "test"];

/** Answers what a tap is. */
export async function describeTap<Config>(tap: TapOptions<Config>): Promise<About> {
  const [own, sdk] = await Promise.all([readPackage(tap.package), readPackage(ownPackage)]);
  return {
    name: tap.name,
    description: tap.description,
    version: own.version,
    sdk_version: sdk.version,
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

function withoutSecretDefaults(schema: JsonSchema): JsonSchema {
  const { default: own, ...rest } = schema;
  const isSecret = schema.secret === true || schema["writeOnly"] === true;
  const shown: JsonSchema = isSecret || own === undefined ? rest : { ...rest, default: own };
  if (!isObject(schema.properties)) return shown;
  const properties = Object.entries(schema.properties);
  return {
    ...shown,
    properties: Object.fromEntries(properties.map(([name, each]) => [name, withoutSecretDefaults(each)])),
  };
}
