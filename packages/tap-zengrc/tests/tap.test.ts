import { startZengrc } from "@chorale/sandbox";
import { defineTap } from "@chorale/tap-sdk";
import { type TapReplica, tapTestSuite } from "@chorale/tap-sdk/testing";
import { describe } from "vitest";
import { tapZengrc } from "../src/index.ts";
import { objectStream } from "../src/object-stream.ts";
import { objects } from "../src/objects.ts";
import { credential } from "./support/run-tap.ts";

/** One moment for all replicas, so that all have the same records. */
const startedAt = Date.now();

async function replica(settings: Readonly<Record<string, unknown>>): Promise<TapReplica> {
  const account = await startZengrc({ seed: 3, records: 11, pageRows: 4, clock: () => startedAt });
  return {
    config: { base_url: account.url, ...credential, ...settings },
    requests: () => account.requests.map(({ target }) => target),
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
  "assessments",
  "audits",
  "controls",
  "issues",
  "objectives",
  "requests",
  "risks",
  "programs",
  "vendors",
  "people",
  "systems",
];

tapTestSuite(tapZengrc, { replica: () => replica({}), expectedStreams });

/** The suite looks at the streams that a tap has without a configuration; these are those of an incremental one. */
const incremental = defineTap({
  ...tapZengrc,
  streams: objects.map((each) =>
    objectStream(each, {
      replication: "incremental",
      discover_columns: true,
      stringify_custom_attributes: true,
    }),
  ),
});

describe("with every option", () => {
  const settings = {
    replication: "incremental",
    discover_columns: true,
    stringify_custom_attributes: true,
  };
  tapTestSuite(incremental, { replica: () => replica(settings), expectedStreams });
});
