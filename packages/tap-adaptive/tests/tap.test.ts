import { startAdaptive } from "@chorale/sandbox";
import { defineTap } from "@chorale/tap-sdk";
import { type TapReplica, tapTestSuite } from "@chorale/tap-sdk/testing";
import { describe } from "vitest";
import { dataColumns } from "../src/data/data-columns.ts";
import { dataStream } from "../src/data/data-stream.ts";
import { tapAdaptive } from "../src/index.ts";
import { methodStream } from "../src/methods/method-stream.ts";
import { versions } from "../src/methods/versions.ts";
import { settings } from "./support/run-tap.ts";

/** One moment for all replicas, so that all have the same records. */
const startedAt = Date.now();

async function replica(more: Readonly<Record<string, unknown>>): Promise<TapReplica> {
  const account = await startAdaptive({
    seed: 3,
    size: { accounts: 3, levels: 2, months: 3, auditEvents: 6 },
    clock: () => startedAt,
  });
  return {
    config: {
      base_url: `${account.url}/api/`,
      ...settings,
      all_accounts: true,
      account_codes: [],
      levels: [],
      ...more,
    },
    // All requests have one path; what tells them apart is the method in the body.
    requests: () => account.calls.map(({ method }) => `/${method}`),
    fail: ({ status, headers = {}, times }) => {
      const retryAfter = Number(headers["retry-after"] ?? "0");
      account.faults.add({
        path: "/**",
        ...(Number.isFinite(times) ? { nth: Array.from({ length: times }, (_, index) => index + 1) } : {}),
        fault: { kind: "status", status, retry_after_seconds: retryAfter },
      });
    },
    close: () => account.close(),
  };
}

const expectedStreams = [
  "versions",
  "data",
  "accounts",
  "levels",
  "dimensions",
  "dimension_values",
  "attributes",
  "attribute_values",
  "dimension_families",
  "dimension_mapping",
  "time_periods",
  "time_strata",
  "active_currencies",
  "customer_logo",
  "groups",
  "instances",
  "locales",
  "roles",
  "permission_sets",
  "users",
  "transaction_definition",
  "sheets",
  "sheet_definition",
  "modeled_sheet",
  "security_audit",
  "configurable_model_data",
];

const limits = { rereads: ["security_audit"] };

tapTestSuite(tapAdaptive, { replica: () => replica({}), expectedStreams, limits, resumePoints: 6 });

/** The suite looks at the streams that a tap has without a configuration; these are those of another one. */
const older = { api_version: "v29", dimensions: ["Customer", "Product line"] };
const olderTap = defineTap({
  ...tapAdaptive,
  streams: [
    methodStream(versions),
    dataStream(dataColumns({ dimensions: older.dimensions, isModern: false })),
  ],
  streamsFor: (_, streams) => streams,
});

describe("with dimensions, and an older version of the API", () => {
  tapTestSuite(olderTap, { replica: () => replica(older), expectedStreams: ["versions", "data"] });
});
