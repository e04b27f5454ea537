import { type Answer, jsonAnswer } from "../answer.ts";
import { type FaultControl, type FaultPlan, faultControl } from "../faults.ts";
import type { LoggedRequest } from "../request-log.ts";
import { listenWithBodies } from "../stand-in-server.ts";
import { type ClariRequest, readClariRequest } from "./clari-request.ts";
import type { EndpointContext, Quirks } from "./endpoint-context.ts";
import { exportForecast, latestForecast } from "./forecast-endpoints.ts";
import { JobBook, type JobBookOptions, type JobControl } from "./job-book.ts";
import { jobsAnswer } from "./job-endpoints.ts";
import { auditEvents, exportActivities, opportunities } from "./list-endpoints.ts";
import { methodNotAllowed, notFound, statusAnswer, unauthenticated } from "./problems.ts";
import { type ClariStore, clariStore, type WorldOptions } from "./store.ts";

/** What a Clari stand-in is started with. */
export interface ClariOptions
  extends Partial<Omit<WorldOptions, "endsAt">>,
    Partial<Omit<JobBookOptions, "clock">>,
    Partial<Quirks> {
  /** @default 0, a free port */
  readonly port?: number;
  /** @default sandbox-api-token */
  readonly token?: string;
  /** @default net_arr and net_arr_ps_summary */
  readonly forecastIds?: readonly string[];
  /** Forecasts that answer 401 `no_optin`. @default none */
  readonly notOptedIn?: readonly string[];
  /** The month that fiscal years begin in. @default 2 */
  readonly fiscalYearStartMonth?: number;
  /** The time in milliseconds. @default Date.now */
  readonly clock?: () => number;
  readonly faults?: FaultPlan;
  /** How long each answer waits. @default 0 */
  readonly latencyMs?: number;
}

/** A running Clari stand-in. */
export interface ClariSandbox {
  /** The address without a path, such as `http://127.0.0.1:49152`; the API is below `/v4`. */
  readonly url: string;
  readonly port: number;
  /** Every request so far, oldest first. */
  readonly requests: LoggedRequest[];
  readonly faults: FaultControl;
  readonly store: ClariStore;
  readonly jobs: JobControl;
  /** Stops listening and drops every connection. */
  close(): Promise<void>;
}

const prefix = "/v4/";
/** The newest generated row is this old. */
const quietMs = 3_600_000;

function worldOf(options: ClariOptions, now: number): WorldOptions {
  const { seed = 1, users = 5, strayUsers = 1, scopeIdForm = "text" } = options;
  const { activities = 40, auditEvents: events = 40, opportunities: known = 5 } = options;
  return {
    seed,
    users,
    strayUsers,
    scopeIdForm,
    activities,
    auditEvents: events,
    opportunities: known,
    endsAt: now - quietMs,
  };
}

function contextOf(options: ClariOptions, clock: () => number): EndpointContext {
  const { pollsUntilDone = 1, monthlyQuota = 1000, concurrentLimit = 3 } = options;
  const { envelope = "job", hasLatest = true, opportunityEnvelope = "list", hasCrmTypes = false } = options;
  return {
    store: clariStore(worldOf(options, clock())),
    jobs: new JobBook({ clock, pollsUntilDone, monthlyQuota, concurrentLimit }),
    quirks: { envelope, hasLatest, opportunityEnvelope, hasCrmTypes },
    forecastIds: options.forecastIds ?? ["net_arr", "net_arr_ps_summary"],
    notOptedIn: options.notOptedIn ?? [],
    startMonth: options.fiscalYearStartMonth ?? 2,
    clock,
  };
}

type Endpoint = (request: ClariRequest, context: EndpointContext) => Answer;

const endpoints: Readonly<Record<string, { readonly method: string; readonly answer: Endpoint }>> = {
  "admin/limits": { method: "GET", answer: (_, { jobs }) => jsonAnswer(jobs.limits()) },
  "audit/events": { method: "GET", answer: auditEvents },
  "export/activity": { method: "POST", answer: exportActivities },
  opportunity: { method: "GET", answer: opportunities },
};

function answerOf(request: ClariRequest, context: EndpointContext): Answer {
  if (!request.path.startsWith(prefix)) return notFound;
  const path = request.path.slice(prefix.length);
  const endpoint = Object.hasOwn(endpoints, path) ? endpoints[path] : undefined;
  if (endpoint !== undefined) {
    return request.method === endpoint.method ? endpoint.answer(request, context) : methodNotAllowed;
  }
  const [area = "", kind = "", id = "", rest = "", ...more] = path.split("/");
  if (more.length > 0) return notFound;
  if (area === "forecast" && id === "") {
    return request.method === "GET"
      ? latestForecast({ request, forecastId: kind }, context)
      : methodNotAllowed;
  }
  if (area !== "export") return notFound;
  if (kind === "jobs") return jobsAnswer({ request, id, rest }, context);
  if (kind !== "forecast" || rest !== "") return notFound;
  return request.method === "POST" ? exportForecast({ request, forecastId: id }, context) : methodNotAllowed;
}

/**
 * Starts a server on 127.0.0.1 that answers as Clari's API of version 4 does. Rejects when the port is taken.
 *
 * @example
 * ```ts
 * const clari = await startClari({ seed: 1, users: 20 });
 * clari.jobs.plan("FAILED");
 * await clari.close();
 * ```
 */
export async function startClari(options: ClariOptions = {}): Promise<ClariSandbox> {
  const { clock = Date.now, latencyMs = 0, token = "sandbox-api-token", port } = options;
  const context = contextOf(options, clock);
  const faults = faultControl(options.faults);
  const answer = (request: ClariRequest): Answer =>
    request.token === token ? answerOf(request, context) : unauthenticated;
  const server = await listenWithBodies(
    { read: readClariRequest, answer, statusAnswer, faults, clock, latencyMs },
    port,
  );
  return { ...server, faults, store: context.store, jobs: context.jobs };
}
