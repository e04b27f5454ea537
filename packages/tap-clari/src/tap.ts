import { defineTap } from "@chorale/tap-sdk";
import { clari } from "./client.ts";
import { activities } from "./streams/activities.ts";
import { adminLimits } from "./streams/admin-limits.ts";
import { auditEvents } from "./streams/audit-events.ts";
import { forecastEntries } from "./streams/forecast-entries.ts";
import { forecastExports } from "./streams/forecast-exports.ts";
import { forecastLists } from "./streams/forecast-lists.ts";
import { opportunities } from "./streams/opportunities.ts";

/**
 * The tap for Clari.
 *
 * @example
 * ```ts
 * for await (const message of tapClari.sync({ config })) console.log(message);
 * ```
 */
export const tapClari = defineTap({
  name: "tap-clari",
  package: new URL("../package.json", import.meta.url),
  description: "Extracts forecasts, activities, audit events and opportunities from Clari",
  config: clari.config,
  streams: [
    adminLimits,
    forecastExports,
    forecastEntries,
    ...forecastLists,
    auditEvents,
    activities,
    opportunities,
  ],
  // Looks at the token without spending any of the export quota.
  check: async ({ http }) => {
    await http.request("GET", "admin/limits");
  },
});
