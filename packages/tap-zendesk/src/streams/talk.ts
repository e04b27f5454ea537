import { findAvailability } from "../availability.ts";
import { zendesk } from "../client.ts";
import { exportStart, isBeyondEnd } from "../moments.ts";
import { unflaggedPages } from "../pages.ts";
import { type SchemaName, schemaOf } from "../schemas/schema-of.ts";

/** Talk's exports have a limit of their own, which no header tells. */
const talkBucket = "talk";

function talkExport({ name, last }: { name: SchemaName; last: string }) {
  const path = `channels/voice/stats/incremental/${last}`;
  return zendesk.stream({
    name,
    schema: schemaOf(name),
    keyProperties: ["id"],
    replicationKey: "updated_at",
    sorted: true,
    path,
    recordsAt: last,
    bucket: talkBucket,
    pagination: unflaggedPages,
    searchParams: (context) => ({ start_time: exportStart(context) }),
    transform: (row, { config }) => (isBeyondEnd(row["updated_at"], config) ? undefined : row),
    discover: (context) =>
      findAvailability(context, { path: "channels/voice/stats/account_overview", searchParams: {} }),
  });
}

/** Calls, and the legs of each, in the order of their changes. */
export const talkCalls = talkExport({ name: "talk_calls", last: "calls" });
export const talkCallLegs = talkExport({ name: "talk_call_legs", last: "legs" });
