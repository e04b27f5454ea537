import { array, integer, nullable, object, string } from "@chorale/singer";
import { clari } from "../client.ts";
import { readLimits } from "../limits.ts";

/** One record a run: how much of the quota of export jobs is left. It is read before the run spends any. */
export const adminLimits = clari.customStream({
  name: "admin_limits",
  schema: object({
    concurrentLimit: nullable(integer()),
    monthlyQuota: nullable(integer()),
    availableConcurrentLimit: nullable(integer()),
    availableMonthlyQuota: nullable(integer()),
    runningJobIds: nullable(array(string())),
    submittedJobIds: nullable(array(string())),
  }),
  keyProperties: [],
  records: async function* ({ http }) {
    yield await readLimits(http);
  },
});
