import { runError } from "../exit-codes.ts";
import type { BlockTask } from "./blocks.ts";
import type { Project } from "./model.ts";
import { namesToChooseFrom } from "./near-names.ts";

/** Answers tasks whose pipelines all end in one target. Throws with exit code 2 when the project has no such target. */
export function intoLoader(
  tasks: readonly BlockTask[],
  { project, name }: { project: Project; name: string },
): readonly BlockTask[] {
  const loaders = project.plugins.get("loaders") ?? new Map();
  const target = loaders.get(name);
  if (target === undefined)
    throw runError("usage", `${name}: no such target. ${namesToChooseFrom(name, loaders.keys())}`);
  return tasks.map((task) => ({
    ...task,
    blocks: task.blocks.map((block) => (block.kind === "pipeline" ? { ...block, target } : block)),
  }));
}
