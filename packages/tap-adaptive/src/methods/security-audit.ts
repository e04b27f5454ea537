import { createHash } from "node:crypto";
import { dateTime, type Logger, nullable, object } from "@chorale/singer";
import type { AnyRecord, StreamContext } from "@chorale/tap-sdk";
import { adaptive } from "../client.ts";
import type { AdaptiveConfig } from "../settings.ts";
import { inside } from "../wire/element-reader.ts";
import { element } from "../wire/xml.ts";
import { type Columns, text, textKey } from "./columns.ts";
import { type Method, readMethod } from "./method.ts";

const method: Method = {
  stream: "security_audit",
  method: "exportSecurityAudit",
  keys: ["id"],
  elements: inside("audit"),
  columns: {
    id: textKey,
    timestamp_text: text,
    action: text,
    actor: text,
    version: text,
    interface: text,
    object: text,
    outcome: text,
    context: text,
  },
  aliases: { timestamp: "timestamp_text" },
};

const columns: Columns = {
  ...method.columns,
  timestamp: nullable(dateTime()),
  additional: nullable(object({})),
};

/** The events of the last 30 days, in windows of a day. An event has no key of its own, so one is made of all it says. */
export const securityAudit = adaptive.customStream({
  name: method.stream,
  schema: object(columns),
  keyProperties: ["id"],
  replicationKey: "timestamp",
  records: readAudit,
});

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const keptMs = 30 * dayMs;

async function* readAudit(
  context: StreamContext<AdaptiveConfig, AnyRecord>,
): AsyncGenerator<AnyRecord, void, void> {
  const end = Math.floor(context.startedAt.getTime() / 1000) * 1000;
  for (let from = firstMoment(context, end); from <= end; from += dayMs) {
    // The bounds of a window are inclusive, as far as is known.
    const to = Math.min(from + dayMs - 1000, end);
    const elements = [element("include", { dateTimeFrom: spelled(from), dateTimeTo: spelled(to) })];
    const call = { about: `the day from ${spelled(from)} on`, elements };
    const seen = new Map<string, number>();
    for await (const record of readMethod(context, { method, call })) yield withKey(record, seen);
  }
}

/** Events may be late, so the last hour before the bookmark is read again. */
function firstMoment({ bookmark, log }: { bookmark: string | number | undefined; log: Logger }, end: number) {
  const oldest = end - keptMs + hourMs;
  const wanted = bookmark === undefined ? Number.NaN : Date.parse(String(bookmark)) - hourMs;
  if (Number.isNaN(wanted)) return oldest;
  if (wanted < end - keptMs) {
    log.warn("security_audit: the vendor keeps 30 days of events; what is older than that is missing", {
      stream: method.stream,
    });
  }
  return Math.max(oldest, Math.floor(wanted / 1000) * 1000);
}

function spelled(moment: number): string {
  return new Date(moment).toISOString().slice(0, 19).replace("T", " ");
}

/** Events that say the same are told apart by their order. */
function withKey(record: AnyRecord, seen: Map<string, number>): AnyRecord {
  const content = JSON.stringify(
    Object.entries(record).toSorted(([left], [right]) => (left < right ? -1 : 1)),
  );
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 32);
  const before = seen.get(hash) ?? 0;
  seen.set(hash, before + 1);
  return {
    ...record,
    id: before === 0 ? hash : `${hash}-${before}`,
    timestamp: momentOf(record["timestamp_text"]),
  };
}

/** The zone of events is not documented; without one they are taken as UTC. */
function momentOf(value: unknown): string | null {
  const parts = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d+)?) ?(Z|[+-]\d\d:\d\d)?$/.exec(String(value));
  return parts === null ? null : `${parts[1]}T${parts[2]}${parts[3] ?? "Z"}`;
}
