import { jobKeys, policyKeys } from "./known-keys.ts";
import type { Job } from "./model.ts";
import { warnOfNearKeys } from "./near-keys.ts";
import type { Placed } from "./place.ts";
import { namedEntry } from "./plugin-entry.ts";
import { type Problems, placeText } from "./problems.ts";
import { annotationsOf, type Expectation, envAt, listAt } from "./tree-values.ts";
import type { MapNode, TreeNode } from "./yaml-tree.ts";

/** Reads `jobs` of all files. */
export function readJobs(files: readonly MapNode[], problems: Problems): ReadonlyMap<string, Job> {
  const jobs = new Map<string, Job>();
  for (const file of files) {
    for (const item of listAt(file, "jobs", { where: "the project", problems })?.items ?? []) {
      const named = namedEntry(item, { where: "jobs", problems });
      if (named === undefined) continue;
      const job = readJob(named.map, { name: named.name, problems });
      const earlier = jobs.get(job.name);
      if (earlier === undefined) jobs.set(job.name, job);
      else {
        problems.error(`jobs: ${job.name} stands there twice, first in ${placeText(earlier.place)}.`, {
          place: job.place,
          suggestion: "Rename one.",
        });
      }
    }
  }
  return jobs;
}

function readJob(map: MapNode, { name, problems }: { name: Placed<string>; problems: Problems }): Job {
  const expectation = { where: `jobs.${name.value}`, problems };
  warnOfNearKeys(map, { ...expectation, known: jobKeys });
  const tasks = map.entries.get("tasks")?.value;
  const found = tasks === undefined ? [] : readTasks(tasks, expectation);
  if (found.length === 0) {
    problems.error(`jobs.${name.value} has no tasks.`, {
      place: name.place,
      suggestion: 'Write tasks: ["tap-x target-y"].',
    });
  }
  return {
    name: name.value,
    tasks: found.map(({ words }) => words),
    written: found.map(({ written }) => written),
    env: envAt(map, "env", expectation),
    annotations: annotationsOf(map, { ...expectation, known: policyKeys }),
    place: name.place,
  };
}

/** A task is a line of words, or a list of such lines that belong together. */
function readTasks(node: TreeNode, expectation: Expectation): readonly ReadTask[] {
  const tasks = node.kind === "list" ? node.items : [node];
  return tasks
    .map((task) => {
      const lines = linesOf(task, expectation);
      const words = lines.flatMap((line) => line.split(/\s+/).filter((word) => word !== ""));
      return { words, written: task.kind === "list" ? lines : lines.join(" ") };
    })
    .filter(({ words }) => words.length > 0);
}

interface ReadTask {
  readonly words: readonly string[];
  readonly written: string | readonly string[];
}

function linesOf(task: TreeNode, { where, problems }: Expectation): readonly string[] {
  const lines = task.kind === "list" ? task.items : [task];
  return lines.flatMap((line) => {
    if (line.kind === "scalar") return [line.text];
    problems.error(`${where}.tasks has an entry that is no text.`, {
      place: line.place,
      suggestion: 'Write "tap-x target-y".',
    });
    return [];
  });
}
