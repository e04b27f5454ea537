import { startThoughtIndustries } from "@chorale/sandbox";
import { type TapReplica, tapTestSuite } from "@chorale/tap-sdk/testing";
import { describe } from "vitest";
import { tapThoughtIndustries } from "../src/index.ts";
import { unlimited } from "./support/portal.ts";

/** One moment for all replicas, so that all have the same records. */
const startedAt = Date.now();
const dayMs = 86_400_000;

async function replica(settings: object = {}): Promise<TapReplica> {
  const portal = await startThoughtIndustries({
    data: { seed: 3, days: 4, users: 12, content: 8, assessmentAttempts: 9, courseView: 60, login: 40 },
    clock: () => startedAt,
    rateLimits: unlimited,
    eventsPerPage: 10,
    rowsPerPage: 4,
    cursors: "exact",
  });
  return {
    config: {
      base_url: portal.url,
      api_key: "sandbox-api-key",
      start_date: new Date(startedAt - 5 * dayMs).toISOString(),
      end_date: new Date(startedAt).toISOString(),
      ...settings,
    },
    requests: () => portal.requests.map(({ target }) => target),
    fail: ({ status, headers = {}, times }) => {
      const retryAfter = Number(headers["retry-after"] ?? "0");
      portal.faults.add({
        path: "/**",
        ...(Number.isFinite(times) ? { nth: Array.from({ length: times }, (_, index) => index + 1) } : {}),
        fault: { kind: "status", status, retry_after_seconds: retryAfter },
      });
    },
    close: () => portal.close(),
  };
}

const events = [
  "course_actions",
  "course_completions",
  "course_views",
  "logins",
  "visits",
  "course_purchases",
  "learning_path_actions",
  "email_captures",
  "code_redemptions",
];

const streams = [...events, "users", "content", "meetings", "clients", "assessment_attempts", "coupons"];
// Each run begins an hour before its state, for events that come late.
const limits = { rereads: events };

tapTestSuite(tapThoughtIndustries, { replica: () => replica(), expectedStreams: streams, limits });

describe("with lists that go on, and nobody named", () => {
  const settings = { resume_cursor: true, pii: "hash", pii_salt: "pepper-and-salt", lookback_seconds: 0 };
  tapTestSuite(tapThoughtIndustries, {
    replica: () => replica(settings),
    expectedStreams: streams,
  });
});
