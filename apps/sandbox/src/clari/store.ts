import type { JsonObject } from "../json.ts";
import { hashOf } from "../seeded-random.ts";
import { type ForecastQuery, type ForecastWorld, forecastResult } from "./forecast-result.ts";
import { activityRow, auditRow, opportunityIdOf, opportunityRow, type TimedRow } from "./list-rows.ts";

/** How much there is. */
export interface WorldOptions extends ForecastWorld {
  readonly activities: number;
  readonly auditEvents: number;
  readonly opportunities: number;
  /** When the newest generated row happened, in milliseconds. */
  readonly endsAt: number;
}

/** The data of a stand-in, and what a test can do to it. */
export interface ClariStore {
  /** Takes a salesperson out of the forecasts: with all history, as the vendor does. */
  optOut(userId: string): void;
  /** Adds an activity that happens at a moment. */
  addActivity(at: number): JsonObject;
  /** Adds an audit event that happens at a moment. */
  addAuditEvent(at: number): JsonObject;
  /** All activities, oldest first. */
  activities(): readonly TimedRow[];
  /** All audit events, in the order in which they are listed, which is none. */
  auditEvents(): readonly TimedRow[];
  opportunity(id: string): JsonObject | undefined;
  /** The document of a forecast. */
  forecast(query: ForecastQuery): JsonObject;
}

/** Generated rows lie so far apart. */
const activityStepMs = 5 * 3_600_000;
const auditStepMs = 3_600_000;

/** Lays out an organisation. */
export function clariStore(world: WorldOptions): ClariStore {
  const { seed, endsAt } = world;
  const left = new Set<string>();
  const timed = (count: number, { stepMs, draw }: { stepMs: number; draw: typeof activityRow }): TimedRow[] =>
    Array.from({ length: count }, (_, index) => {
      const at = endsAt - (count - 1 - index) * stepMs;
      return { at, row: draw({ seed, index, at }) };
    });
  const activities = timed(world.activities, { stepMs: activityStepMs, draw: activityRow });
  const events = timed(world.auditEvents, { stepMs: auditStepMs, draw: auditRow });
  const add = (rows: TimedRow[], { at, draw }: { at: number; draw: typeof activityRow }): JsonObject => {
    const row = draw({ seed, index: rows.length, at });
    rows.push({ at, row });
    return row;
  };
  return {
    optOut: (userId) => left.add(userId),
    addActivity: (at) => add(activities, { at, draw: activityRow }),
    addAuditEvent: (at) => add(events, { at, draw: auditRow }),
    activities: () => activities,
    auditEvents: () => events.toSorted((one, other) => placeOf(one) - placeOf(other)),
    opportunity: (id) => {
      const index = Number(id.slice(5, 15));
      const isThere = index < world.opportunities && id === opportunityIdOf(index);
      return isThere ? opportunityRow({ seed, index, at: endsAt }) : undefined;
    },
    forecast: (query) => forecastResult({ world, query, left }),
  };
}

function placeOf({ row }: TimedRow): number {
  return hashOf(3, String(row["correlationID"]));
}
