import { readInterval } from "./cron.ts";
import { policyKeys, scheduleKeys } from "./known-keys.ts";
import type { Schedule } from "./model.ts";
import { warnOfNearKeys } from "./near-keys.ts";
import type { Placed } from "./place.ts";
import { namedEntry } from "./plugin-entry.ts";
import { type Problems, placeText } from "./problems.ts";
import { annotationsOf, type Expectation, envAt, listAt, placedTextAt, textAt } from "./tree-values.ts";
import type { MapNode } from "./yaml-tree.ts";

/** Reads `schedules` of all files. One that cannot run is an error, and left out. */
export function readSchedules(files: readonly MapNode[], problems: Problems): ReadonlyMap<string, Schedule> {
  const schedules = new Map<string, Schedule>();
  for (const file of files) {
    for (const item of listAt(file, "schedules", { where: "the project", problems })?.items ?? []) {
      const named = namedEntry(item, { where: "schedules", problems });
      if (named === undefined) continue;
      const schedule = readSchedule(named.map, { name: named.name, problems });
      const earlier = schedules.get(named.name.value);
      if (earlier !== undefined) {
        problems.error(
          `schedules: ${named.name.value} stands there twice, first in ${placeText(earlier.place)}.`,
          { place: named.name.place, suggestion: "Rename one." },
        );
      } else if (schedule !== undefined) schedules.set(schedule.name, schedule);
    }
  }
  return schedules;
}

function readSchedule(
  map: MapNode,
  { name, problems }: { name: Placed<string>; problems: Problems },
): Schedule | undefined {
  const expectation = { where: `schedules.${name.value}`, problems };
  warnOfNearKeys(map, { ...expectation, known: scheduleKeys });
  const interval = readWhen(map, { ...expectation, name });
  const runs = readWhat(map, { ...expectation, name });
  const env = envAt(map, "env", expectation);
  const annotations = annotationsOf(map, { ...expectation, known: policyKeys });
  if (interval === undefined || runs === undefined) return undefined;
  return { name: name.value, ...interval, runs, env, annotations, place: name.place };
}

type NamedExpectation = Expectation & { readonly name: Placed<string> };

function readWhen(
  map: MapNode,
  { name, ...expectation }: NamedExpectation,
): Pick<Schedule, "interval" | "cron"> | undefined {
  const { where, problems } = expectation;
  const written = placedTextAt(map, "interval", expectation);
  if (written === undefined) {
    problems.error(`${where} has no interval.`, {
      place: name.place,
      suggestion: 'Write interval: "0 4 * * *", or "@daily".',
    });
    return undefined;
  }
  const interval = readInterval(written.value);
  if ("cron" in interval) return { interval: written.value, cron: interval.cron };
  problems.error(`${where}.interval: ${written.value}: ${interval.problem}.`, {
    place: written.place,
    suggestion: "Write minute, hour, day, month and weekday.",
  });
  return undefined;
}

function readWhat(map: MapNode, { name, ...expectation }: NamedExpectation): Schedule["runs"] | undefined {
  const { where, problems } = expectation;
  const job = textAt(map, "job", expectation);
  const extractor = textAt(map, "extractor", expectation);
  const loader = textAt(map, "loader", expectation);
  if (job !== undefined && extractor === undefined && loader === undefined) return { job };
  if (job === undefined && extractor !== undefined && loader !== undefined) return { extractor, loader };
  problems.error(
    `${where} names ${job === undefined ? "neither a job nor both extractor and loader" : "both a job and an extractor or a loader"}.`,
    { place: name.place, suggestion: "Write job:, or extractor: and loader:." },
  );
  return undefined;
}
