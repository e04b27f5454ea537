import type { JobBook } from "./job-book.ts";
import { type Quarter, quarterOf } from "./quarters.ts";
import type { ClariStore } from "./store.ts";

/** What may be other than the vendor's documents say. */
export interface Quirks {
  /** How a job's status is wrapped: as it is seen in production, or as it is documented. */
  readonly envelope: "job" | "flat";
  /** Whether `GET /forecast/{id}` is there. */
  readonly hasLatest: boolean;
  /** How opportunities are wrapped. */
  readonly opportunityEnvelope: "list" | "object";
  /** Whether `crm_total` and `crm_closed` can be asked for. */
  readonly hasCrmTypes: boolean;
}

/** What endpoints answer from. */
export interface EndpointContext {
  readonly store: ClariStore;
  readonly jobs: JobBook;
  readonly quirks: Quirks;
  readonly forecastIds: readonly string[];
  /** Forecasts that the token's user is not opted in to. */
  readonly notOptedIn: readonly string[];
  readonly startMonth: number;
  readonly clock: () => number;
}

/** How far back and ahead there is data. */
const firstQuarter = -6;
const lastQuarter = 1;

/** Answers the quarter of an id; the current one when it is not known, which is what the vendor does, too. */
export function quarterNamed(
  id: unknown,
  { clock, startMonth }: Pick<EndpointContext, "clock" | "startMonth">,
): Quarter {
  const now = clock();
  for (let away = firstQuarter; away <= lastQuarter; away += 1) {
    const quarter = quarterOf(now, { startMonth, away });
    if (quarter.id === id) return quarter;
  }
  return quarterOf(now, { startMonth });
}
