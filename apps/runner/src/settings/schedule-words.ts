import { runError } from "../exit-codes.ts";
import type { Project, Schedule } from "../project/model.ts";
import { namesToChooseFrom } from "../project/near-names.ts";

/** Answers what a schedule runs, as words of a command line. */
export function wordsOf({ runs }: Schedule): readonly string[] {
  return "job" in runs ? [runs.job] : [runs.extractor, runs.loader];
}

/** Answers the schedule of a name. Throws with exit code 2 when there is none. */
export function scheduleNamed({ schedules }: Project, name: string): Schedule {
  const schedule = schedules.get(name);
  if (schedule !== undefined) return schedule;
  throw runError("usage", `${name}: no such schedule. ${namesToChooseFrom(name, schedules.keys())}`);
}
