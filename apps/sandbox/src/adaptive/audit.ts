import { Refusal } from "./problems.ts";
import { childOf } from "./request-rules.ts";
import type { AdaptiveStore } from "./store.ts";
import { tag, type XmlElement } from "./xml.ts";

const auditDays = 30;

function momentOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const at = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/u.test(text)
    ? Date.parse(`${text.replace(" ", "T")}Z`)
    : Number.NaN;
  if (!Number.isNaN(at)) return at;
  throw new Refusal("error-invalid-date", `Invalid date: ${text}`);
}

/** Writes the events of a window; without one, those of the last day. Older ones than 30 days are gone. */
export function exportSecurityAudit(call: XmlElement, { audit }: AdaptiveStore, now: number): string {
  const { dateTimeFrom, dateTimeTo, actor } = childOf(call, "include")?.attributes ?? {};
  const from = momentOf(dateTimeFrom) ?? now - 86_400_000;
  const to = momentOf(dateTimeTo) ?? now;
  const kept = audit.filter(
    (event) =>
      event.at >= Math.max(from, now - auditDays * 86_400_000) &&
      event.at <= to &&
      (actor === undefined || actor === event.actor),
  );
  const events = kept.map((event) =>
    tag("event", {
      timestamp: new Date(event.at).toISOString().slice(0, 19).replace("T", " "),
      action: event.action,
      actor: event.actor,
      version: "",
      interface: "API",
      object: "",
      outcome: "SUCCESS",
      context: "",
    }),
  );
  return events.length === 0 ? "" : tag("audit", {}, events);
}
