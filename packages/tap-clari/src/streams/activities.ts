import { array, dateTime, fromJsonSchema, nullable, object, string } from "@chorale/singer";
import { jobIds } from "../added-job.ts";
import { clari } from "../client.ts";
import { cancelJob, exportJob, pollJob, submitJob } from "../export-jobs.ts";

const name = "activities";
const text = nullable(string());
const list = nullable(array(fromJsonSchema<object>({ type: "object" })));
const dayMs = 86_400_000;
const firstDays = 365;

/**
 * Meetings, mails and attachments. Of the moments that are asked for only the day counts, so a day is read again, and
 * the end is a day ahead.
 */
export const activities = clari.exportStream({
  name,
  schema: object({
    activityId: string(),
    activityType: text,
    subject: text,
    date: nullable(dateTime()),
    activityOwnerId: text,
    activityOrganiserId: text,
    accounts: list,
    opportunities: list,
    participants: list,
  }),
  keyProperties: ["activityId"],
  replicationKey: "date",
  job: exportJob,
  orders: ({ bookmark, startedAt, config }) => {
    const startDate = dayOf(startOf(bookmark, startedAt));
    return [{ key: [startDate, ...config.activity_types].join("|"), startDate }];
  },
  submit: async (context) => {
    const { order, startedAt, config, http, recordLimit } = context;
    // A look whether the tap works is no reason to spend a job of the quota.
    if (recordLimit !== undefined) {
      await jobIds(http, { mustBeShown: true });
      return undefined;
    }
    return await submitJob(context, {
      stream: name,
      path: "export/activity",
      json: {
        activityTypes: config.activity_types,
        startDate: `${order.startDate}T00:00:00Z`,
        endDate: `${dayOf(startedAt.getTime() + dayMs)}T00:00:00Z`,
        exportFormat: "JSON",
      },
    });
  },
  poll: (context) => pollJob(context, context.job),
  cancel: (context) => cancelJob(context, context.job),
  recordsAt: "activities",
  transform: (activity) => ({ ...activity, date: momentOf(activity.date) }),
  jobName: ({ id }) => id,
  pollSeconds: (config) => config.poll_interval_seconds,
  timeoutSeconds: (config) => config.job_timeout_seconds,
});

function startOf(bookmark: string | number | undefined, startedAt: Date): number {
  if (bookmark === undefined) return startedAt.getTime() - firstDays * dayMs;
  return new Date(bookmark).getTime() - dayMs;
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** Milliseconds, as a number or, in the vendor's own example, as a text. What is neither stays for others to judge. */
function momentOf(value: unknown): string | null {
  if (value === null || value === undefined || value === "") return null;
  const isMilliseconds = typeof value === "number" || (typeof value === "string" && /^-?\d+$/.test(value));
  if (!isMilliseconds) return String(value);
  const moment = new Date(Number(value));
  return Number.isNaN(moment.getTime()) ? String(value) : moment.toISOString();
}
