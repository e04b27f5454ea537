import { ApiError, ExportError, nullable, object, SchemaError, string } from "@chorale/singer";
import {
  type Classify,
  type DownloadContext,
  type ExportContext,
  type ExportOrder,
  type SearchParams,
  type SpooledLists,
  spoolLists,
} from "@chorale/tap-sdk";
import { jobIds } from "../added-job.ts";
import { type ClariConfig, clari } from "../client.ts";
import { cancelJob, type ExportJob, exportJob, pollJob, submitJob } from "../export-jobs.ts";
import { withLists } from "../result-lists.ts";
import { isWhereAsked, type TimePeriod, timePeriodsOf } from "../time-periods.ts";

const name = "forecast_exports";

/** A forecast in a quarter. */
interface ForecastOrder extends ExportOrder, TimePeriod {
  readonly forecastId: string;
}

type Context = ExportContext<ClariConfig, unknown, ForecastOrder>;

/** A result that is not there any more; and tenants without the route for the latest week, which get a job. */
const missing: Classify = ({ status, text }) =>
  status === 404 || (status === 400 && text.includes("invalid_jobId")) ? "skip" : undefined;

/** The lists of a result, and the streams that are made of them. */
const listStreams: Readonly<Record<string, string>> = {
  entries: "forecast_entries",
  fields: "forecast_fields",
  users: "forecast_users",
  timePeriods: "forecast_time_periods",
  timeFrames: "forecast_time_frames",
};

/** What `forecast_entries` has of other lists. */
const joinedLists: Readonly<Record<string, readonly string[]>> = {
  users: ["userName", "userEmail", "userCrmId"],
  fields: ["fieldName", "fieldType"],
};

/**
 * One fetch for each forecast and quarter: the other streams of forecasts are its children, and read what it put on
 * disk. With `mode: latest` Clari's own route for it is asked, which needs no job; where it is not there, a
 * job is.
 */
export const forecastExports = clari.exportStream({
  name,
  schema: object({
    forecastId: string(),
    timePeriodId: string(),
    mode: string(),
    scopeId: nullable(string()),
    currency: nullable(string()),
    jobId: nullable(string()),
  }),
  keyProperties: ["forecastId", "timePeriodId"],
  selectedByDefault: false,
  job: exportJob,
  discover: async ({ config }) =>
    config.forecast_ids.length > 0 && config.time_periods.length > 0
      ? {}
      : { unavailable: "no forecast_ids or no time_periods are set" },
  orders: ({ config, startedAt }) =>
    [...new Set(config.forecast_ids)].flatMap((forecastId) =>
      timePeriodsOf(config, startedAt).map((period) => orderOf(config, { forecastId, ...period })),
    ),
  submit: async (context) => {
    // A look whether the tap works is no reason to spend a job of the quota.
    if (context.recordLimit !== undefined) return undefined;
    if (context.config.mode === "latest" && context.attempt === 1) return undefined;
    return await explained(context, () => submitForecast(context));
  },
  poll: (context) => pollJob(context, context.job),
  cancel: (context) => cancelJob(context, context.job),
  download: (context) => explained(context, () => downloadForecast(context)),
  jobName: ({ id }) => id,
  pollSeconds: (config) => config.poll_interval_seconds,
  timeoutSeconds: (config) => config.job_timeout_seconds,
});

function orderOf(
  { mode, types_to_export: types, scope_id: scope, currency }: ClariConfig,
  quarter: Omit<ForecastOrder, "key">,
): ForecastOrder {
  const { forecastId, timePeriodId } = quarter;
  const asked = [forecastId, timePeriodId, mode, scope ?? "", currency ?? "", types?.join("+") ?? ""];
  return { ...quarter, key: asked.join("|").replace(/\|+$/, "") };
}

function submitForecast(context: Context): Promise<ExportJob> {
  const { config, order } = context;
  const { types_to_export: typesToExport, scope_id: scopeId, currency, mode } = config;
  return submitJob(context, {
    stream: name,
    path: `export/forecast/${encodeURIComponent(order.forecastId)}`,
    json: {
      timePeriod: order.timePeriodId,
      includeHistorical: mode === "historical",
      exportFormat: "JSON",
      ...(typesToExport === undefined ? {} : { typesToExport }),
      ...(scopeId === undefined ? {} : { scopeId }),
      ...(currency === undefined ? {} : { currency }),
    },
  });
}

type Download = DownloadContext<ClariConfig, unknown, ForecastOrder, ExportJob>;

async function downloadForecast(context: Download) {
  const { http, log, signal, order, job, config, files, release } = context;
  const { forecastId, timePeriodId } = order;
  const [file] = files;
  const path = job === undefined ? `forecast/${encodeURIComponent(forecastId)}` : file;
  if (path === undefined) return undefined;
  const searchParams = job === undefined ? latestParams(context) : {};
  const shared = { stream: name, log, signal, classify: missing };
  const wanted = wantedLists(context);
  const lists = await spoolLists(http, { ...shared, path, searchParams, lists: wanted });
  if (lists === undefined) return context.recordLimit === undefined ? undefined : unseen(context);
  release(() => lists.close());
  checkLists(lists, wanted);
  await checkQuarter(lists, context);
  const { mode, scope_id: scopeId = null, currency = null } = config;
  const record = { forecastId, timePeriodId, mode, scopeId, currency, jobId: job?.id ?? null };
  return [withLists(record, lists)];
}

/** Without a job there is nothing to look at where Clari has no route for the latest week. */
async function unseen({
  http,
  log,
  order,
}: Pick<Download, "http" | "log" | "order">): Promise<readonly never[]> {
  await jobIds(http, { mustBeShown: true });
  log.info(`${name}: ${order.forecastId} can only be looked at with an export job, and none is spent on it`);
  return [];
}

function latestParams({ config, order }: Context): SearchParams {
  const { types_to_export: typesToExport, scope_id: scopeId, currency } = config;
  return { timePeriod: order.timePeriodId, typesToExport, scopeId, currency, exportFormat: "JSON" };
}

/** The quarter is always looked at; of the other lists those that somebody wants something of. */
function wantedLists({ selects }: Pick<Context, "selects">): readonly string[] {
  return Object.entries(listStreams).flatMap(([list, stream]) => {
    const joined = joinedLists[list] ?? [];
    const isJoined = joined.some((property) => selects("forecast_entries", property));
    return list === "timePeriods" || selects(stream) || isJoined ? [list] : [];
  });
}

/** A list that is not there is not empty. Throws `SchemaError` for one. */
function checkLists(lists: SpooledLists, wanted: readonly string[]): void {
  const absent = wanted.find((list) => !lists.has(list));
  if (absent === undefined) return;
  throw new SchemaError(`${name}: the result has no ${absent}. Look whether the API changed.`, {
    stream: name,
    key: absent,
  });
}

/** Clari answers the current quarter for one that it does not know, or has nothing of, and says nothing. */
async function checkQuarter(lists: SpooledLists, { order, startedAt: at }: Context): Promise<void> {
  const { forecastId, timePeriodId, away } = order;
  const { value: found } = await lists.records("timePeriods").next();
  const { timePeriodId: answered, startDate, endDate } = found ?? {};
  const isRight = answered === timePeriodId;
  if (isRight && isWhereAsked({ startDate, endDate, away, at })) return;
  const other = answered === undefined ? "no quarter" : `another quarter, ${String(answered)}`;
  const what = isRight
    ? `${timePeriodId} for the quarter that is ${String(away)} away from now, but it is from ${String(startDate)} to ${String(endDate)}`
    : `${timePeriodId}, and Clari answered ${other}`;
  throw new ExportError(
    `${name}: forecast ${forecastId} was asked for ${what}. Check time_periods and fiscal_year_start_month.`,
    { jobId: "", retryable: false },
  );
}

/** Says what a person may do about a forecast that is refused. */
async function explained<T>({ order }: Context, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const advice = ApiError.isInstance(error) ? adviceOn(error.bodyExcerpt ?? "") : undefined;
    if (!ApiError.isInstance(error) || advice === undefined) throw error;
    const { method, url, status, bodyExcerpt } = error;
    throw new ApiError(
      `${name}: ${method} ${url} answered ${status}: forecast ${order.forecastId}: ${advice}`,
      {
        method,
        url,
        retryable: false,
        cause: error,
        ...(status === undefined ? {} : { status }),
        ...(bodyExcerpt === undefined ? {} : { bodyExcerpt }),
      },
    );
  }
}

function adviceOn(said: string): string | undefined {
  const code = Object.keys(adviceByCode).find((each) => said.includes(each));
  return code === undefined ? undefined : adviceByCode[code];
}

const adviceByCode: Readonly<Record<string, string>> = {
  no_optin:
    "the token's user is not opted in to it (no_optin). Opt the user in, or take the id out of forecast_ids.",
  no_such_forecast_config:
    "there is no such forecast (no_such_forecast_config). Take the id from the address of its Forecast Tab.",
  type_not_supported:
    "it does not have a kind of value that was asked for (type_not_supported). Take crm_total and crm_closed out of types_to_export.",
};
