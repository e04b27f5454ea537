import { defineTap } from "@chorale/tap-sdk";
import { zengrc } from "./client.ts";
import { objectStream } from "./object-stream.ts";
import { extraObject, objects } from "./objects.ts";

const defaults = {
  replication: "full",
  discover_columns: false,
  stringify_custom_attributes: false,
} as const;

/**
 * The tap for ZenGRC.
 *
 * @example
 * ```ts
 * for await (const message of tapZengrc.sync({ config })) console.log(message);
 * ```
 */
export const tapZengrc = defineTap({
  name: "tap-zengrc",
  package: new URL("../package.json", import.meta.url),
  description: "Extracts assessments, audits, controls, risks and what belongs to them from ZenGRC",
  config: zengrc.config,
  streams: objects.map((each) => objectStream(each, defaults)),
  streamsFor: (config) => {
    const known = new Set(objects.map(({ name }) => name));
    const extra = new Set(config.extra_objects.filter((name) => !known.has(name)));
    return [...objects, ...[...extra].map(extraObject)].map((each) => objectStream(each, config));
  },
});
