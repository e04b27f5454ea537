import type { JsonObject } from "../json.ts";
import { seededRandom } from "../seeded-random.ts";

/** Kinds of activities. */
export const activityTypes = [
  "MEETING",
  "EMAIL_SENT",
  "EMAIL_RECEIVED",
  "ATTACHMENT_SENT",
  "ATTACHMENT_RECEIVED",
] as const;

/** A row, and when it happened. */
export interface TimedRow {
  readonly at: number;
  readonly row: JsonObject;
}

/** What a row is drawn from. */
export interface RowOptions {
  readonly seed: number;
  readonly index: number;
  readonly at: number;
}

const subjects = [
  "Weekly sync",
  "Re: Angebot für Größe & Maß",
  "契約について",
  'Fwd: "renewal" \\ final',
  "a\nb",
] as const;
const events = ["USER_LOGIN", "FORECAST_UPDATED", "SETTINGS_CHANGED"] as const;

/** The id of an opportunity. */
export function opportunityIdOf(index: number): string {
  return `0065f${String(index).padStart(10, "0")}AA`;
}

/** Draws an activity. Every other one has its date as a text, as the vendor's own example does. */
export function activityRow({ seed, index, at }: RowOptions): JsonObject {
  const random = seededRandom(seed, "activity", index);
  const opportunityId = opportunityIdOf(random.below(5));
  return {
    activityId: `act-${String(index).padStart(7, "0")}`,
    activityType: random.pick(activityTypes),
    subject: random.pick(subjects),
    date: index % 2 === 0 ? at : String(at),
    activityOwnerId: `0055f${index % 7}`,
    activityOrganiserId: random.chance(0.3) ? null : `0055f${index % 5}`,
    accounts: [{ accountId: "0015f1", accountName: "Acme", accountOwnerId: "0055f1" }],
    opportunities: random.chance(0.5)
      ? []
      : [{ opportunityId, opportunityName: "Acme – renewal", opportunityOwnerId: "0055f1" }],
    participants: [
      { name: "Dana Roe", email: "dana@example.com", sfdcUserId: "0055f1", isInternal: true },
      { name: "Sam Poe", email: "sam@customer.example", sfdcUserId: "", isInternal: false },
    ],
  };
}

/** Draws an audit event. It has no id; every fifth actor is not among the page's actors. */
export function auditRow({ seed, index, at }: RowOptions): JsonObject {
  const random = seededRandom(seed, "audit", index);
  return {
    correlationID: `c-${index}`,
    actorId: String(411_002 + random.below(5)),
    impersonatingActorId: random.chance(0.2) ? "411002" : null,
    actorType: random.pick(["USER", "SYSTEM", "JOB"]),
    sessionId: `s-${random.below(9)}`,
    ipAddress: "203.0.113.7",
    sessionType: random.pick(["WEB", "IOS", "ANDROID"]),
    event: random.pick(events),
    eventParameters: { forecastId: "net_arr", index },
    eventTimestamp: new Date(at).toISOString(),
  };
}

/** Draws an opportunity with values of several types. */
export function opportunityRow({ seed, index, at }: RowOptions): JsonObject {
  const random = seededRandom(seed, "opportunity", index);
  const amount = random.below(1_000_000) / 100;
  return {
    id: opportunityIdOf(index),
    crmScore: { message: "On track", score: random.below(100) },
    fields: [
      {
        id: "amount",
        alias: "Amount",
        imageUrl: null,
        trend: "UP",
        trendHistory: [{ oldValue: 1, newValue: amount, date: at }],
        value: amount,
        originalValue: null,
      },
      {
        id: "stage",
        alias: "Stage",
        imageUrl: null,
        trend: null,
        trendHistory: [],
        value: "Größe",
        originalValue: "x",
      },
    ],
  };
}
