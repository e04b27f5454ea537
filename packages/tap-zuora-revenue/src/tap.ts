import { defineTap } from "@chorale/tap-sdk";
import { zuoraRevenue } from "./client.ts";
import { pageSizeOf, type ViewSettings, viewStream } from "./view-stream.ts";
import { knownViews, viewsOf } from "./views.ts";

/** What a stream is without settings. */
const defaults: ViewSettings = { mode: "full", types: "described", verify_counts: "fail" };

/**
 * The tap for Zuora Revenue's BI views.
 *
 * @example
 * ```ts
 * for await (const message of tapZuoraRevenue.sync({ config })) console.log(message);
 * ```
 */
export const tapZuoraRevenue = defineTap({
  name: "tap-zuora-revenue",
  package: new URL("../package.json", import.meta.url),
  description:
    "Extracts the BI views of Zuora Revenue: contracts, lines, schedules, bills and journal entries",
  config: zuoraRevenue.config,
  streams: knownViews.map((view) => viewStream(view, defaults)),
  streamsFor: (config) => {
    // Refused before the first request.
    pageSizeOf(config);
    return viewsOf(config).map((view) => viewStream(view, config));
  },
});
