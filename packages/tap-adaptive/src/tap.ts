import { type AnyStream, defineTap } from "@chorale/tap-sdk";
import { adaptive } from "./client.ts";
import { dataColumns, dataColumnsOf } from "./data/data-columns.ts";
import { dataStream } from "./data/data-stream.ts";
import { configurableModelData } from "./data/model-data.ts";
import { methodStream } from "./methods/method-stream.ts";
import { organization } from "./methods/organization.ts";
import { securityAudit } from "./methods/security-audit.ts";
import { sheetMethods } from "./methods/sheets.ts";
import { structure } from "./methods/structure.ts";
import { time } from "./methods/time.ts";
import { versions } from "./methods/versions.ts";
import type { AdaptiveConfig } from "./settings.ts";
import { callMethod } from "./wire/call.ts";

const others: readonly AnyStream<AdaptiveConfig>[] = [
  ...[...structure, ...time, ...organization, ...sheetMethods].map(methodStream),
  securityAudit,
  configurableModelData,
];

function streamsWith(columns: ReturnType<typeof dataColumns>): readonly AnyStream<AdaptiveConfig>[] {
  return [methodStream(versions), dataStream(columns), ...others];
}

/**
 * The tap for Workday Adaptive Planning.
 *
 * @example
 * ```ts
 * for await (const message of tapAdaptive.sync({ config })) console.log(message);
 * ```
 */
export const tapAdaptive = defineTap({
  name: "tap-adaptive",
  package: new URL("../package.json", import.meta.url),
  description: "Extracts versions, their data, and what they are made of from Workday Adaptive Planning",
  config: adaptive.config,
  streams: streamsWith(dataColumns({ dimensions: [], isModern: true })),
  streamsFor: (config) => streamsWith(dataColumnsOf(config)),
  // It needs no permission but to log in.
  check: async (context) => {
    const read = () => ({
      open: () => undefined,
      close: () => undefined,
      text: () => undefined,
      end: () => undefined,
    });
    const call = { method: "exportInstances", subject: "the check of the credentials", elements: [], read };
    await callMethod(context, call).next();
  },
});
