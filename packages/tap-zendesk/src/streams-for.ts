import type { AnyStream, StreamFinding } from "@chorale/tap-sdk";
import type { Settings } from "./settings.ts";
import { auditsOfEvents, commentsOfAudits, commentsOfEvents } from "./streams/conversations.ts";
import { metricEventsOfTickets } from "./streams/metric-events.ts";
import { ticketEvents } from "./streams/ticket-events.ts";

type AnyZendeskStream = AnyStream<Settings>;

/**
 * Answers the streams of a configuration: audits, comments and metric events are read from where it says, under the same
 * names. Without incremental exports there is no export of ticket events, and what would be read from it is read from
 * the tickets.
 */
export function streamsFor(
  config: Settings,
  streams: readonly AnyZendeskStream[],
): readonly AnyZendeskStream[] {
  const replaced = new Map(replacements(config).map((stream) => [stream.name, stream]));
  return streams.map((stream) => replaced.get(stream.name) ?? stream);
}

function replacements(config: Settings): readonly AnyZendeskStream[] {
  const { export_mode: mode, ticket_audits_source: audits, ticket_comments_source: comments } = config;
  if (mode === "standard") {
    const ofAudits = comments === "audits" ? [commentsOfAudits] : [];
    return [metricEventsOfTickets, { ...ticketEvents, discover: noExport }, ...ofAudits];
  }
  return [
    ...(audits === "events" ? [auditsOfEvents] : []),
    ...(comments === "events" ? [commentsOfEvents] : []),
    ...(comments === "audits" && audits === "audits" ? [commentsOfAudits] : []),
    // The audits are those of the export then, and so are the comments in them.
    ...(comments === "audits" && audits === "events" ? [commentsOfEvents] : []),
  ];
}

async function noExport(): Promise<StreamFinding> {
  return { unavailable: '"export_mode" is "standard", and events are in an incremental export only' };
}
