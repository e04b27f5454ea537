import { type Answer, jsonAnswer } from "../answer.ts";
import type { Json, JsonObject } from "../json.ts";
import type { ClariRequest } from "./clari-request.ts";
import type { EndpointContext } from "./endpoint-context.ts";
import { activityTypes } from "./list-rows.ts";
import { auditProblem, badRequest, quotaReached } from "./problems.ts";

const dayMs = 86_400_000;
const auditParams = new Set([
  "limit",
  "dateFrom",
  "dateTo",
  "actorId",
  "impersonatingActorId",
  "sessionId",
  "sessionType",
  "event",
  "cursor",
]);
const moment = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(?:\.\d+)?(Z|[+-]\d\d:\d\d)$/u;

/** `GET /audit/events`: pages of a list in no order. */
export function auditEvents(
  { query, path, origin }: ClariRequest,
  { store, clock }: EndpointContext,
): Answer {
  const stranger = [...query.keys()].find((key) => !auditParams.has(key));
  if (stranger !== undefined) return auditProblem(stranger, "Unknown parameter");
  const limit = Number(query.get("limit") ?? "100");
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    return auditProblem("limit", "Between 1 and 1000");
  const from = momentOf(query.get("dateFrom"), clock() - 30 * dayMs);
  const to = momentOf(query.get("dateTo"), Number.POSITIVE_INFINITY);
  if (Number.isNaN(from) || Number.isNaN(to)) return auditProblem("dateFrom", "No date-time");
  const start = Number(query.get("cursor") ?? "0");
  const rows = store.auditEvents().filter(({ at }) => at >= from && at <= to);
  const items = rows.slice(start, start + limit).map(({ row }) => row);
  const next = new URL(`${origin}${path}`);
  next.search = new URLSearchParams({
    ...Object.fromEntries(query),
    cursor: String(start + limit),
  }).toString();
  return jsonAnswer({
    items,
    actors: actorsOf(items),
    ...(start + limit < rows.length ? { nextLink: next.href } : {}),
  });
}

function momentOf(text: string | null, fallback: number): number {
  if (text === null) return fallback;
  return moment.test(text) ? Date.parse(text) : Number.NaN;
}

/** Who did it; one of five is not among them. */
function actorsOf(items: readonly JsonObject[]): readonly JsonObject[] {
  const ids = new Set(items.map(({ actorId }) => String(actorId)));
  return [...ids]
    .filter((actorId) => actorId !== "411004")
    .map((actorId) => ({
      actorType: "USER",
      actorId,
      name: `User ${actorId}`,
      email: `u${actorId}@example.com`,
    }));
}

/** `POST /export/activity`: queues a job. Only the day and the zone of the moments count. */
export function exportActivities({ body }: ClariRequest, { store, jobs }: EndpointContext): Answer {
  const { activityTypes: types = [], startDate, endDate, exportFormat = "JSON" } = body ?? {};
  const start = dayStart(startDate);
  const end = dayStart(endDate);
  if (body === undefined || exportFormat !== "JSON") return badRequest("No JSON object, or another format");
  if (start === undefined || end === undefined)
    return badRequest("startDate and endDate are needed, with an offset");
  if (!Array.isArray(types) || types.length === 0 || !types.every(isActivityType)) {
    return badRequest("activityTypes holds something else");
  }
  const result = (): JsonObject => ({
    activities: store
      .activities()
      .filter(({ at, row }) => at >= start && at < end + dayMs && types.includes(row["activityType"]))
      .map(({ row }) => row),
  });
  const job = jobs.submit({ module: "ACTIVITY", title: "activities", currency: null, result });
  return job === undefined ? quotaReached : jsonAnswer({ jobId: job.id }, { status: 202 });
}

function isActivityType(value: unknown): boolean {
  return activityTypes.some((type) => type === value);
}

function dayStart(value: Json | undefined): number | undefined {
  const [, day, zone] = moment.exec(typeof value === "string" ? value : "") ?? [];
  return day === undefined ? undefined : Date.parse(`${day}T00:00:00${zone}`);
}

/** `GET /opportunity`: those of up to a hundred ids that exist. */
export function opportunities({ query }: ClariRequest, { store, quirks }: EndpointContext): Answer {
  const ids = query.getAll("oppId");
  const stranger = [...query.keys()].find((key) => key !== "oppId" && key !== "mode");
  if (ids.length < 1 || ids.length > 100 || stranger !== undefined) {
    const problems = [
      { statusCode: 400, reaspnPhrase: "Bad Request", description: "1 to 100 oppId", details: [] },
    ];
    return { ...jsonAnswer({}, { status: 400 }), body: JSON.stringify(problems) };
  }
  const found = [...new Set(ids)].map((id) => store.opportunity(id)).filter((row) => row !== undefined);
  const body = quirks.opportunityEnvelope === "list" ? found : { opportunities: found };
  return { ...jsonAnswer({}), body: JSON.stringify(body) };
}
