import { startClari } from "@chorale/sandbox";
import { type TapReplica, tapTestSuite } from "@chorale/tap-sdk/testing";
import { describe } from "vitest";
import { tapClari } from "../src/index.ts";
import { configOf } from "./support/run-tap.ts";

/** One moment for all replicas, so that all have the same records. */
const startedAt = Date.now();

async function replica(settings: Readonly<Record<string, unknown>>): Promise<TapReplica> {
  const clari = await startClari({
    seed: 3,
    users: 3,
    activities: 9,
    auditEvents: 11,
    clock: () => startedAt,
  });
  return {
    config: configOf(clari, {
      forecast_ids: ["net_arr", "net_arr_ps_summary"],
      time_periods: ["current", "previous"],
      opportunity_ids: ["0065f0000000001AA", "0065f0000000003AA"],
      ...settings,
    }),
    requests: () => clari.requests.map(({ target }) => target),
    fail: ({ status, headers = {}, times }) => {
      clari.faults.add({
        path: "/**",
        ...(Number.isFinite(times) ? { nth: Array.from({ length: times }, (_, index) => index + 1) } : {}),
        fault: { kind: "status", status, retry_after_seconds: Number(headers["retry-after"] ?? "0") },
      });
    },
    close: () => clari.close(),
  };
}

const expectedStreams = [
  "admin_limits",
  "forecast_exports",
  "forecast_entries",
  "forecast_fields",
  "forecast_users",
  "forecast_time_periods",
  "forecast_time_frames",
  "audit_events",
  "activities",
  "opportunities",
];
const limits = { rereads: ["activities"] };

describe.each(["latest", "historical"])("mode: %s", (mode) => {
  tapTestSuite(tapClari, { replica: () => replica({ mode }), expectedStreams, limits });
});
