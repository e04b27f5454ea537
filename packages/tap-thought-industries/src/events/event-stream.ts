import { type AnyRecord, Checkpoint, type StreamContext } from "@chorale/tap-sdk";
import { type AnswerPage, pageOf } from "../answers.ts";
import { thoughtIndustries } from "../client.ts";
import { millisecondsOf } from "../moments.ts";
import { type PersonalData, treatmentOf } from "../personal-data.ts";
import { eventFields, eventSchema } from "../schemas/events.ts";
import type { Settings } from "../settings.ts";
import { eventKey } from "./event-key.ts";
import { readRange } from "./read-range.ts";
import type { KeyedEvent, PageQuery } from "./window-reader.ts";
import { closedWindows } from "./windows.ts";

/** What a stream of events is described by. */
export interface EventDefinition {
  readonly name: string;
  /** The event's name in its path. */
  readonly event: keyof typeof eventFields;
  /** The vendor's own id, or the one that is made here. */
  readonly key: "id" | "_event_key";
  readonly personal: PersonalData;
}

const hourMs = 3_600_000;

/** Makes the stream of an event: closed windows, oldest first, each in ascending order of `timestamp`. */
export function eventStream(definition: EventDefinition) {
  const { name, event, key } = definition;
  return thoughtIndustries.customStream({
    name,
    schema: eventSchema(key, eventFields[event]),
    keyProperties: [key],
    replicationKey: "timestamp",
    sorted: true,
    // A value that is no moment would take the bookmark's place, because text counts as greater.
    bookmarkValue: ({ timestamp }) =>
      typeof timestamp === "string" && !Number.isNaN(millisecondsOf(timestamp)) ? timestamp : undefined,
    records: (context) => eventsOf(definition, context),
  });
}

async function* eventsOf(
  definition: EventDefinition,
  context: StreamContext<Settings, AnyRecord>,
): AsyncGenerator<AnyRecord | Checkpoint, void, void> {
  const { name, event } = definition;
  const { config, http, log } = context;
  const range = readRange(context);
  const ask = async ({ startDate, endDate, cursor }: PageQuery): Promise<AnswerPage> => {
    const { body } = await http.request("GET", `events/${event}`, {
      searchParams: { startDate, endDate, cursor },
    });
    return pageOf(body, { key: "events", stream: name });
  };
  const keyed = keying(definition, config);
  if (context.recordLimit !== undefined) {
    // A look wants any event. The newest page gives some at once; the oldest window may take many pages.
    const { records } = await ask({ startDate: range.from, endDate: Math.max(range.from, range.to - 1) });
    yield* records.map((event) => keyed(event).record);
    return;
  }
  const usualMs = Math.ceil(config.window_hours * hourMs);
  const windows = closedWindows(range, { stream: name, ask, keyed, log, usualMs });
  for await (const { to, events } of windows) {
    for (const { record } of events) yield record;
    yield new Checkpoint({ read_until: new Date(Math.max(to, range.readUntil)).toISOString() });
  }
}

/** Gives events their keys, which are made from what is emitted. An event that lacks the vendor's id gets a made one. */
function keying(
  { name, key, personal }: EventDefinition,
  config: Settings,
): (event: AnyRecord) => KeyedEvent {
  const treat = treatmentOf(config, personal);
  return (event) => {
    const treated = treat(event);
    const given = key === "id" ? treated["id"] : undefined;
    const own = typeof given === "string" && given !== "" ? given : eventKey(name, treated);
    return { key: own, moment: millisecondsOf(event["timestamp"]), record: { ...treated, [key]: own } };
  };
}
