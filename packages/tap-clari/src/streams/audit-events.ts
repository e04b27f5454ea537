import { createHash } from "node:crypto";
import { dateTime, fromJsonSchema, isObject, nullable, object, string } from "@chorale/singer";
import { type AnyRecord, linkPages, readPages } from "@chorale/tap-sdk";
import { clari } from "../client.ts";

const name = "audit_events";
const text = nullable(string());

/**
 * Who did what. Events have no id: `eventHash` is made of all that is known of one. They come in no order, so the
 * bookmark moves at the end of the stream.
 */
export const auditEvents = clari.pagedStream({
  name,
  schema: object({
    eventHash: string(),
    correlationID: text,
    actorId: text,
    actorType: text,
    actorName: text,
    actorEmail: text,
    impersonatingActorId: text,
    sessionId: text,
    sessionType: text,
    ipAddress: text,
    event: text,
    eventParameters: nullable(fromJsonSchema<object>({ type: "object" })),
    eventTimestamp: nullable(dateTime()),
  }),
  keyProperties: ["eventHash"],
  replicationKey: "eventTimestamp",
  pages: async function* ({ http, bookmark }) {
    const pages = readPages(http, {
      stream: name,
      path: "audit/events",
      searchParams: { limit: 1000, dateFrom: bookmark },
      recordsAt: "items",
      pagination: linkPages({ next: "nextLink" }),
    });
    for await (const page of pages) {
      const actors = actorsIn(page.body());
      yield { records: joined(page.records, actors), position: undefined };
    }
  },
});

async function* joined(
  events: Iterable<AnyRecord> | AsyncIterable<AnyRecord>,
  actors: ReadonlyMap<unknown, AnyRecord>,
): AsyncGenerator<AnyRecord, void, void> {
  for await (const event of events) {
    const actor = actors.get(event["actorId"]);
    yield {
      ...event,
      eventHash: createHash("sha256").update(JSON.stringify(event)).digest("hex"),
      actorName: actor?.["name"] ?? null,
      actorEmail: actor?.["email"] ?? null,
    };
  }
}

/** The actors of a page stand beside its events. */
function actorsIn(body: unknown): ReadonlyMap<unknown, AnyRecord> {
  const actors: unknown = isObject(body) ? body["actors"] : undefined;
  const rows: readonly unknown[] = Array.isArray(actors) ? actors : [];
  return new Map(rows.filter((row) => isObject(row)).map((row) => [row["actorId"], row]));
}
