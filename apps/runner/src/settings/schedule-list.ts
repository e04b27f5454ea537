import type { PlacedEnv, Project, Schedule } from "../project/model.ts";
import { columns } from "./print.ts";
import { wordsOf } from "./schedule-words.ts";

/** When a schedule of a tap and a target last succeeded; undefined when it never did. */
export type LastSuccess = (scheduleName: string) => Promise<Date | undefined>;

/**
 * Answers the schedules in the form of `meltano schedule list --format json`, which generators of DAGs read. A
 * schedule that never runs by itself has no `cron_interval`.
 */
export async function schedulesAsJson(project: Project, lastSuccess: LastSuccess): Promise<string> {
  const schedules = [...project.schedules.values()];
  const jobs = schedules.flatMap((schedule) => jobSchedule(schedule, project));
  const pairs = await Promise.all(
    schedules
      .filter(({ runs }) => "extractor" in runs)
      .map(async (schedule) => pairSchedule(schedule, await lastSuccess(schedule.name))),
  );
  return `${JSON.stringify({ schedules: { job: jobs, elt: pairs } }, null, 2)}\n`;
}

function jobSchedule(schedule: Schedule, { jobs }: Project): readonly object[] {
  if (!("job" in schedule.runs)) return [];
  const { job: name } = schedule.runs;
  return [{ ...common(schedule), job: { name, tasks: jobs.get(name)?.written ?? [] } }];
}

function pairSchedule(schedule: Schedule, endedAt: Date | undefined): object {
  const [extractor, loader] = wordsOf(schedule);
  return {
    ...common(schedule),
    extractor,
    loader,
    transform: "skip",
    last_successful_run_ended_at: endedAt?.toISOString() ?? null,
    elt_args: [extractor, loader, "--transform=skip", `--state-id=${schedule.name}`],
  };
}

function common({ name, interval, cron, env }: Schedule): object {
  return { name, interval, cron_interval: cron ?? null, env: plainEnv(env) };
}

function plainEnv(env: PlacedEnv): Readonly<Record<string, string>> {
  return Object.fromEntries([...env].map(([name, { value }]) => [name, value]));
}

/** Answers a line for each schedule. */
export function schedulesAsText(project: Project): string {
  if (project.schedules.size === 0) return "The project has no schedules.\n";
  const rows = [...project.schedules.values()].map((schedule) => [
    schedule.name,
    schedule.interval,
    schedule.cron ?? "never by itself",
    wordsOf(schedule).join(" "),
  ]);
  return columns([["schedule", "interval", "cron (UTC)", "runs"], ...rows]);
}

/** Answers the jobs in the form of `meltano job list --format json`. */
export function jobsAsJson(project: Project): string {
  const jobs = [...project.jobs.values()].map((job) => ({ job_name: job.name, tasks: job.written }));
  return `${JSON.stringify({ jobs }, null, 2)}\n`;
}

/** Answers a line for each task of each job. */
export function jobsAsText(project: Project): string {
  if (project.jobs.size === 0) return "The project has no jobs.\n";
  const rows = [...project.jobs.values()].flatMap((job) =>
    job.tasks.map((words, index) => [index === 0 ? job.name : "", words.join(" ")]),
  );
  return columns([["job", "task"], ...rows]);
}
