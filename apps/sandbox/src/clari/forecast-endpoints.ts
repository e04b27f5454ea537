import { type Answer, jsonAnswer } from "../answer.ts";
import type { Json } from "../json.ts";
import type { ClariRequest } from "./clari-request.ts";
import { type EndpointContext, quarterNamed } from "./endpoint-context.ts";
import { type ExportType, exportTypes, type ForecastQuery } from "./forecast-result.ts";
import { badRequest, notFound, problem, quotaReached } from "./problems.ts";

const defaultTypes: readonly ExportType[] = ["forecast", "forecast_updated"];

interface Wanted {
  readonly forecastId: string;
  readonly timePeriod: Json | undefined;
  readonly types: readonly unknown[];
  readonly currency: unknown;
  readonly isHistorical: boolean;
}

/** A request about a forecast. */
export interface ForecastRequest {
  readonly request: ClariRequest;
  readonly forecastId: string;
}

/** Why a forecast is refused; undefined for one that may be read. */
function refusalOf(forecastId: string, context: EndpointContext): Answer | undefined {
  if (forecastId === "") return problem(400, { code: "missing_forecast_id", message: "No forecast id" });
  if (context.notOptedIn.includes(forecastId)) {
    return problem(401, { code: "no_optin", message: "The user is not opted in to the forecast" });
  }
  if (context.forecastIds.includes(forecastId)) return undefined;
  return problem(400, { code: "no_such_forecast_config", message: "No such forecast" });
}

function queryOf(wanted: Wanted, context: EndpointContext): ForecastQuery | Answer {
  const types = new Set(exportTypes.filter((type) => wanted.types.includes(type)));
  const stranger = wanted.types.find((type) => !exportTypes.some((known) => known === type));
  if (stranger !== undefined) return badRequest(`Unknown type ${String(stranger)}`);
  if (!context.quirks.hasCrmTypes && (types.has("crm_total") || types.has("crm_closed"))) {
    return problem(400, {
      code: "type_not_supported",
      message: "CRM types are not supported by this forecast",
    });
  }
  return {
    forecastId: wanted.forecastId,
    types,
    quarter: quarterNamed(wanted.timePeriod, context),
    isHistorical: wanted.isHistorical,
    currency: typeof wanted.currency === "string" ? wanted.currency : undefined,
    now: context.clock(),
  };
}

function isAnswer(value: ForecastQuery | Answer): value is Answer {
  return "status" in value;
}

/** `GET /forecast/{id}`: the latest week. */
export function latestForecast({ request, forecastId }: ForecastRequest, context: EndpointContext): Answer {
  if (!context.quirks.hasLatest) return notFound;
  const refusal = refusalOf(forecastId, context);
  if (refusal !== undefined) return refusal;
  const { query } = request;
  const types = query.getAll("typesToExport");
  const wanted = {
    forecastId,
    timePeriod: query.get("timePeriod") ?? undefined,
    types: types.length === 0 ? defaultTypes : types,
    currency: query.get("currency"),
    isHistorical: false,
  };
  const asked = queryOf(wanted, context);
  return isAnswer(asked) ? asked : jsonAnswer(context.store.forecast(asked));
}

/** `POST /export/forecast/{id}`: queues a job. Keys that are not known are passed over, as the vendor does. */
export function exportForecast({ request, forecastId }: ForecastRequest, context: EndpointContext): Answer {
  const refusal = refusalOf(forecastId, context);
  if (refusal !== undefined) return refusal;
  const { body } = request;
  if (body === undefined) return badRequest("The body is no JSON object");
  const { timePeriod, typesToExport, currency, includeHistorical = false, exportFormat = "JSON" } = body;
  if (exportFormat !== "JSON") return badRequest("The stand-in exports JSON only");
  if (typeof includeHistorical !== "boolean") return badRequest("includeHistorical is no boolean");
  const types = typesToExport ?? defaultTypes;
  if (!Array.isArray(types)) return badRequest("typesToExport is no list");
  const wanted = { forecastId, timePeriod, types, currency, isHistorical: includeHistorical };
  const asked = queryOf(wanted, context);
  if (isAnswer(asked)) return asked;
  const job = context.jobs.submit({
    module: "FORECAST",
    title: `${forecastId} ${asked.quarter.id}`,
    currency: asked.currency ?? "USD",
    result: () => context.store.forecast(asked),
  });
  return job === undefined ? quotaReached : jsonAnswer({ jobId: job.id });
}
