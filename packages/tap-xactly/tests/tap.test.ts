import { startXactly } from "@chorale/sandbox";
import { defineTap } from "@chorale/tap-sdk";
import { type TapReplica, tapTestSuite } from "@chorale/tap-sdk/testing";
import { describe } from "vitest";
import { tapXactly } from "../src/index.ts";
import { credential } from "./support/run-tap.ts";

/** One moment for all replicas, so that all have the same rows. */
const startedAt = Date.now();

async function replica(settings: Readonly<Record<string, unknown>>): Promise<TapReplica> {
  const tenant = await startXactly({ seed: 3, rows: 9, ties: 2, clock: () => startedAt });
  return {
    config: { api_url: `${tenant.url}/api`, ...credential, query_rows: 5, page_size: 3, ...settings },
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

// A run begins five minutes before its bookmark.
const limits = { rereads: tapXactly.streams.map(({ name }) => name) };

describe("with paging by keyset", () => {
  tapTestSuite(tapXactly, { replica: () => replica({}), limits, resumePoints: 3 });
});

/** A stream of each kind: by date and key, with a composite key, with a key that is text, without a key. */
const expectedStreams = ["xc_attainment_measure", "xc_credit", "xc_credit_summary", "xc_quota_hist"];
const { streamsFor: _all, ...known } = tapXactly;
const some = defineTap({
  ...known,
  streams: tapXactly.streams.filter(({ name }) => expectedStreams.includes(name)),
});

describe("with paging by window", () => {
  tapTestSuite(some, { replica: () => replica({ paging: "window" }), expectedStreams, limits });
});
