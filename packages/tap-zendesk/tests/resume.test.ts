import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withAccount } from "./support/account.ts";
import { type Run, runWell } from "./support/run-tap.ts";
import { startSmallPages } from "./support/small-pages.ts";

const data = { kind: "generated", seed: 12, tickets: 26, users: 24, organizations: 22 } as const;

/** Streams of each kind: cursor and time exports, windows, lists, children to two depths. */
const streams = [
  "tickets",
  "ticket_audits",
  "ticket_comments",
  "ticket_metrics",
  "users",
  "user_identities",
  "organizations",
  "ticket_events",
  "ticket_metric_events",
  "satisfaction_ratings",
  "audit_logs",
  "talk_calls",
  "articles",
  "article_comments",
  "posts",
  "post_comments",
  "post_comment_votes",
  "routing_instance_values_export",
  "macros",
  "tags",
];

const settings = fc.record({
  export_mode: fc.constantFrom("auto", "standard"),
  ticket_comments_source: fc.constantFrom("comments", "audits", "events"),
  ticket_audits_source: fc.constantFrom("audits", "events"),
  custom_fields_mode: fc.constantFrom("array", "pivot_id"),
  concurrency: fc.integer({ min: 1, max: 5 }),
});

function keysOf(runs: readonly Run[], stream: string): ReadonlySet<unknown> {
  return new Set(runs.flatMap((run) => run.records(stream).map(({ id, name }) => id ?? name)));
}

describe("a run that is stopped after any of its states, again and again", () => {
  it("and goes on from it has every record in the end, with any settings", async () => {
    const property = fc.asyncProperty(
      settings,
      fc.subarray(streams, { minLength: 3, maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 1, maxLength: 3 }),
      async (config, selected, stops) => {
        await withAccount({ data }, async (account) => {
          const gateway = await startSmallPages(account.url);
          try {
            const options = { url: gateway.url, streams: selected, config };
            const whole = await runWell(options);
            const runs: Run[] = [];
            for (const stop of stops) {
              let left = stop;
              const until = ({ type }: { type: string }): boolean => type === "STATE" && --left === 0;
              runs.push(await runWell({ ...options, until, state: runs.at(-1)?.states.at(-1) }));
            }
            runs.push(await runWell({ ...options, state: runs.at(-1)?.states.at(-1) }));
            for (const stream of selected) {
              expect([stream, keysOf(runs, stream)]).toEqual([stream, keysOf([whole], stream)]);
            }
          } finally {
            await gateway.close();
          }
        });
      },
    );
    await fc.assert(property, { numRuns: 12 });
  }, 120_000);
});
