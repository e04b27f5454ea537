import { isObject } from "@chorale/singer";
import type { Classify, HttpClient } from "@chorale/tap-sdk";

/** How many export jobs an organisation may have; whatever the API does not say is not there. */
export interface Limits {
  readonly concurrentLimit?: number;
  readonly monthlyQuota?: number;
  readonly availableConcurrentLimit?: number;
  readonly availableMonthlyQuota?: number;
  readonly runningJobIds?: readonly string[];
  readonly submittedJobIds?: readonly string[];
}

/** A token that may not see the limits may still export: the export's own answer tells then. */
const hidden: Classify = ({ status }) => (status === 403 || status === 404 ? "skip" : undefined);

/** Asks for the limits, which spends none of them. */
export async function readLimits(http: HttpClient): Promise<Limits> {
  const { body } = await http.request("GET", "admin/limits", { classify: hidden });
  const jobs = isObject(body) && isObject(body["jobs"]) ? body["jobs"] : {};
  return {
    ...count("concurrentLimit", jobs),
    ...count("monthlyQuota", jobs),
    ...count("availableConcurrentLimit", jobs),
    ...count("availableMonthlyQuota", jobs),
    ...ids("runningJobIds", jobs),
    ...ids("submittedJobIds", jobs),
  };
}

function count(name: keyof Limits, jobs: Readonly<Record<string, unknown>>): Limits {
  const value = jobs[name];
  return typeof value === "number" ? { [name]: value } : {};
}

function ids(name: keyof Limits, jobs: Readonly<Record<string, unknown>>): Limits {
  const value = jobs[name];
  return Array.isArray(value) ? { [name]: value.map(String) } : {};
}
