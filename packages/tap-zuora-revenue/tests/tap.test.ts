import { startZuoraRevenue } from "@chorale/sandbox";
import { type TapReplica, tapTestSuite } from "@chorale/tap-sdk/testing";
import { describe } from "vitest";
import { tapZuoraRevenue } from "../src/index.ts";
import { configOf } from "./support/run-tap.ts";

const startedAt = Date.now();

async function replica(settings: Readonly<Record<string, unknown>>): Promise<TapReplica> {
  const tenant = await startZuoraRevenue({ seed: 3, rows: 5, clock: () => startedAt });
  return {
    config: configOf(tenant, { page_size: 3, ...settings }),
    requests: () => tenant.requests.map(({ target }) => target),
    fail: ({ status, headers = {}, times }) => {
      const retryAfter = Number(headers["retry-after"] ?? "0");
      tenant.faults.add({
        path: "/**",
        ...(Number.isFinite(times) ? { nth: Array.from({ length: times }, (_, index) => index + 1) } : {}),
        fault: { kind: "status", status, retry_after_seconds: retryAfter },
      });
    },
    close: () => tenant.close(),
  };
}

// A run reads seven days again, and a full one everything.
const limits = { rereads: tapZuoraRevenue.streams.map(({ name }) => name) };

describe("with mode: full", () => {
  tapTestSuite(tapZuoraRevenue, { replica: () => replica({}), limits, resumePoints: 3 });
});

describe("with mode: incremental", () => {
  const settings = { mode: "incremental", output_type: "csv", types: "text" };
  tapTestSuite(tapZuoraRevenue, { replica: () => replica(settings), limits, resumePoints: 3 });
});
