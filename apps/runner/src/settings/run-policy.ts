import type { Job, Project, Schedule } from "../project/model.ts";
import type { Place, Problem } from "../project/place.ts";
import type { RunPolicy } from "../run/unit.ts";

/** What holds where nothing is said. */
export const defaultPolicy: RunPolicy = {
  fullRefresh: "none",
  retries: 0,
  retryDelaySeconds: 30,
  timeoutSeconds: undefined,
  idleTimeoutSeconds: 3600,
  graceSeconds: 60,
  allowRegression: false,
  acceptUnacknowledged: false,
  updatesState: true,
  refreshCatalog: false,
  takesOver: false,
};

/** `annotations.chorale` of something that runs. */
interface PolicySource {
  readonly owner: string;
  readonly annotations: Readonly<Record<string, unknown>>;
  readonly place: Place | undefined;
}

/** A policy, and what is wrong with what it was read from. */
export interface ReadPolicy {
  readonly policy: Partial<RunPolicy>;
  readonly problems: readonly Problem[];
}

const secondsPerUnit: ReadonlyMap<string, number> = new Map([
  ["s", 1],
  ["m", 60],
  ["h", 3600],
  ["d", 86_400],
]);

const maxTimeLength = 40;

/**
 * Reads a length of time in seconds: a number, or numbers with `s`, `m`, `h` or `d` behind them. Answers undefined
 * for anything else.
 *
 * @example
 * ```ts
 * secondsOf("1h30m"); // 5400
 * ```
 */
export function secondsOf(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) && value >= 0 ? value : undefined;
  if (typeof value !== "string" || value.length > maxTimeLength) return undefined;
  if (/^\d+(?:\.\d+)?$/.test(value.trim())) return Number(value);
  if (!/^\s*(?:\d+(?:\.\d+)?\s*[smhd]\s*)+$/i.test(value)) return undefined;
  const parts = [...value.matchAll(/(\d+(?:\.\d+)?)\s*([smhd])/gi)];
  return parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * secondsIn(unit), 0);
}

function secondsIn(unit: string): number {
  return secondsPerUnit.get(unit.toLowerCase()) ?? 1;
}

type Read = (value: unknown) => Partial<RunPolicy> | undefined;

const readers: ReadonlyMap<string, { readonly read: Read; readonly wanted: string }> = new Map([
  ["retries", { read: (value) => counted(value), wanted: "a number from 0 to 100" }],
  [
    "retry_delay",
    { read: timed((seconds) => ({ retryDelaySeconds: seconds })), wanted: 'a time, as in "30s"' },
  ],
  [
    "timeout",
    { read: limited((seconds) => ({ timeoutSeconds: seconds })), wanted: 'a time, as in "2h", or "off"' },
  ],
  [
    "idle_timeout",
    {
      read: limited((seconds) => ({ idleTimeoutSeconds: seconds })),
      wanted: 'a time, as in "30m", or "off"',
    },
  ],
  ["grace", { read: timed((seconds) => ({ graceSeconds: seconds })), wanted: 'a time, as in "60s"' }],
  ["allow_regression", { read: said((is) => ({ allowRegression: is })), wanted: "true or false" }],
  ["accept_unacknowledged", { read: said((is) => ({ acceptUnacknowledged: is })), wanted: "true or false" }],
  [
    "catalog_ttl",
    { read: timed((seconds) => ({ catalogTtlSeconds: seconds })), wanted: 'a time, as in "24h"' },
  ],
  ["refresh_catalog", { read: said((is) => ({ refreshCatalog: is })), wanted: "true or false" }],
]);

/** Who says how a task is run. */
export interface PolicySpeakers {
  readonly project: Project;
  readonly job: Job | undefined;
  readonly schedule?: Schedule | undefined;
  /** What the command line says. */
  readonly policy: Partial<RunPolicy>;
}

/** Answers what is said of how a task is run: by the command line, else its schedule, its job, the project. */
export function policySaid({ project, job, schedule, policy }: PolicySpeakers): ReadPolicy {
  const ofProject = readPolicy({ owner: "the project", annotations: project.annotations, place: undefined });
  const ofJob = job === undefined ? nothingSaid : readPolicy({ ...job, owner: `jobs.${job.name}` });
  const ofSchedule =
    schedule === undefined ? nothingSaid : readPolicy({ ...schedule, owner: `schedules.${schedule.name}` });
  return {
    policy: { ...ofProject.policy, ...ofJob.policy, ...ofSchedule.policy, ...policy },
    problems: [...ofProject.problems, ...ofJob.problems, ...ofSchedule.problems],
  };
}

const nothingSaid: ReadPolicy = { policy: {}, problems: [] };

/** Keys that are about other things are left alone. */
function readPolicy({ owner, annotations, place }: PolicySource): ReadPolicy {
  let policy: Partial<RunPolicy> = {};
  const problems: Problem[] = [];
  for (const [key, { read, wanted }] of readers) {
    const value = Object.hasOwn(annotations, key) ? annotations[key] : undefined;
    if (value === undefined || value === null) continue;
    const part = read(value);
    if (part !== undefined) policy = { ...policy, ...part };
    else {
      problems.push({
        severity: "error",
        message: `${owner}: annotations.chorale.${key} is not ${wanted}.`,
        place,
        suggestion: `Write ${wanted}.`,
      });
    }
  }
  return { policy, problems };
}

function counted(value: unknown): Partial<RunPolicy> | undefined {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 100
    ? { retries: value }
    : undefined;
}

function timed(make: (seconds: number) => Partial<RunPolicy>): Read {
  return (value) => {
    const seconds = secondsOf(value);
    return seconds === undefined ? undefined : make(seconds);
  };
}

function limited(make: (seconds: number | undefined) => Partial<RunPolicy>): Read {
  return (value) => {
    if (value === false || value === "off" || value === "none" || value === 0) return make(undefined);
    const seconds = secondsOf(value);
    return seconds === undefined ? undefined : make(seconds);
  };
}

function said(make: (is: boolean) => Partial<RunPolicy>): Read {
  return (value) => (typeof value === "boolean" ? make(value) : undefined);
}
