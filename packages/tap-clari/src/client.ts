import {
  array,
  dateTime,
  describe,
  fromJsonSchema,
  type Infer,
  number,
  object,
  oneOf,
  optional,
  secret,
  string,
  withDefault,
} from "@chorale/singer";
import { defineRestClient } from "@chorale/tap-sdk";

/** Ids stand in addresses, and in the state's keys between bars. */
const forecastId = fromJsonSchema<string>({ type: "string", pattern: "^[^\\s/|]+$" });
const timePeriod = fromJsonSchema<string>({
  type: "string",
  pattern: "^(?:current|previous|next|[0-9]{4}_Q[1-4])$",
});
const month = fromJsonSchema<number>({ type: "integer", minimum: 1, maximum: 12 });
const seconds = fromJsonSchema<number>({ type: "number", exclusiveMinimum: 0 });

const exportType = oneOf("forecast", "quota", "forecast_updated", "adjustment", "crm_total", "crm_closed");
const activityType = oneOf(
  "MEETING",
  "EMAIL_SENT",
  "EMAIL_RECEIVED",
  "ATTACHMENT_SENT",
  "ATTACHMENT_RECEIVED",
);

const config = object({
  api_token: describe(
    secret(string()),
    "The token of a user: Settings, API Token. It shows what that user sees, so take one at the top of the hierarchy who is opted in to the forecasts.",
  ),
  forecast_ids: describe(
    withDefault(array(forecastId), []),
    "The forecasts to read, by the id in the address of their Forecast Tab. Without one the streams of forecasts are left out.",
  ),
  time_periods: describe(
    withDefault(array(timePeriod), ["current"]),
    "The fiscal quarters to read: `current`, `previous`, `next`, or one by its name: `2025_Q2`.",
  ),
  mode: describe(
    withDefault(oneOf("latest", "historical"), "latest"),
    "`latest`: the latest week of each quarter, without an export job where Clari allows it. `historical`: every week of each quarter so far, by one export job each.",
  ),
  fiscal_year_start_month: describe(
    withDefault(month, 1),
    "The month that your fiscal years begin in, for `current`, `previous` and `next`. A year that does not begin in January is named for the year that it ends in.",
  ),
  types_to_export: describe(
    optional(array(exportType)),
    "The kinds of values to read. Without it Clari gives `forecast` and `forecast_updated`. It may refuse `crm_total` and `crm_closed`.",
  ),
  scope_id: describe(optional(string()), "The part of the hierarchy to read, such as `1905::MGR`."),
  currency: describe(optional(string()), "The currency of the values, such as `USD`."),
  opportunity_ids: describe(
    withDefault(array(string()), []),
    "The opportunities to read, by their CRM ids. Without one the stream `opportunities` is left out.",
  ),
  opportunity_mode: describe(optional(string()), "The `mode` of the request for opportunities."),
  activity_types: describe(
    withDefault(array(activityType), [
      "MEETING",
      "EMAIL_SENT",
      "EMAIL_RECEIVED",
      "ATTACHMENT_SENT",
      "ATTACHMENT_RECEIVED",
    ]),
    "The kinds of activities to read.",
  ),
  start_date: describe(
    optional(dateTime()),
    "Where `activities` and `audit_events` begin without a state. Without it: a year ago, and 30 days ago.",
  ),
  poll_interval_seconds: describe(
    withDefault(seconds, 15),
    "The longest wait between two looks at an export job.",
  ),
  job_timeout_seconds: describe(
    withDefault(seconds, 1800),
    "How long to wait for an export job, and for a free place to queue one. A job that takes longer is cancelled.",
  ),
  base_url: describe(withDefault(string(), "https://api.clari.com/v4/"), "The address of the API."),
  user_agent: describe(optional(string()), "Replaces the User-Agent header."),
  request_timeout: describe(
    withDefault(number(), 120),
    "Seconds until an answer begins, and between two pieces of it. 0 means 120.",
  ),
});

/** The settings of the tap, as its functions see them. */
export type ClariConfig = Infer<typeof config>;

/** Clari's API, with the credentials that all streams share. */
export const clari = defineRestClient({
  config,
  baseUrl: ({ base_url }) => base_url,
  headers: ({ api_token }) => ({ apikey: api_token }),
  // A user who is not opted in to one forecast may read all else: the token is good.
  classify: ({ status, text }) => (status === 401 && text.includes("no_optin") ? "fail" : undefined),
  requestTimeoutSeconds: ({ request_timeout }) => (request_timeout > 0 ? request_timeout : 120),
});
