import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { ExportSource } from "./cursor-export.ts";
import { type EndpointContext, includes } from "./endpoint-context.ts";
import { epochSeconds, type Row } from "./row.ts";

/** Exports of events spell a channel in words, where audits have an object. */
function viaOf(audit: Row, event: JsonObject): { via: string; via_reference_id: number } {
  const { via } = event;
  const byRule = isJsonObject(via ?? null) && JSON.stringify(via).includes('"rule"');
  if (byRule) return { via: "Rule", via_reference_id: 22_472_716 };
  const channel = isJsonObject(audit["via"]) ? audit["via"]["channel"] : "web";
  return { via: channel === "email" ? "Mail" : "Web form", via_reference_id: 0 };
}

const commentKeys = [
  "author_id",
  "body",
  "html_body",
  "plain_body",
  "public",
  "attachments",
  "audit_id",
  "data",
  "formatted_from",
  "formatted_to",
  "transcription_visible",
  "trusted",
] as const;

function commentEvent(audit: Row, event: JsonObject, withComments: boolean): JsonObject {
  const flags = { comment_present: true, comment_public: event["public"] ?? null };
  const base = { id: event["id"] ?? null, ...viaOf(audit, event), event_type: "Comment" };
  if (!withComments) return { ...base, ...flags };
  const kept = commentKeys.filter((key) => event[key] !== undefined);
  return {
    ...base,
    type: event["type"] ?? null,
    ...Object.fromEntries(kept.map((key) => [key, event[key] ?? null])),
    created_at: audit["created_at"] ?? null,
    ...flags,
  };
}

function changedField(event: JsonObject): JsonObject {
  const { field_name: field, value = null, previous_value: previous } = event;
  const name = String(field);
  if (name === "tags") return { tags: value, added_tags: value, removed_tags: [] };
  return { [name]: value, ...(previous === undefined ? {} : { previous_value: previous }) };
}

function childEvent(audit: Row, event: Json, withComments: boolean): JsonObject[] {
  if (!isJsonObject(event)) return [];
  const type = String(event["type"]);
  if (type === "Comment" || type === "VoiceComment") return [commentEvent(audit, event, withComments)];
  const base = { id: event["id"] ?? null, ...viaOf(audit, event), event_type: type };
  if (type === "Change" || type === "Create") return [{ ...base, ...changedField(event) }];
  return [{ ...base, comment_id: event["comment_id"] ?? null }];
}

/** An audit as the export of events shows it: with the id of the audit, and its events below it. */
export function ticketEvent(audit: Row, withComments: boolean): JsonObject {
  const { events, metadata } = audit;
  const children = Array.isArray(events) ? events : [];
  const system = isJsonObject(metadata) ? (metadata["system"] ?? null) : null;
  return {
    id: audit.id,
    ticket_id: audit["ticket_id"] ?? null,
    timestamp: epochSeconds(audit["created_at"]),
    created_at: audit["created_at"] ?? null,
    updater_id: audit["author_id"] ?? null,
    ...viaOf(audit, {}),
    event_type: "Audit",
    system,
    metadata: {},
    child_events: children.flatMap((event) => childEvent(audit, event, withComments)),
  };
}

/** The export of what happened to tickets, deleted and archived ones too, with their comments if they are asked for. */
export function ticketEventExport({ account, source, nowSeconds }: EndpointContext): ExportSource {
  const withComments = includes(source.query, "comment_events");
  return {
    ...source,
    nowSeconds,
    recordsKey: "ticket_events",
    rows: account.audits,
    show: (audit) => ticketEvent(audit, withComments),
  };
}
