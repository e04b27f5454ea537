import { glob, realpath, stat } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import type { Place } from "./place.ts";
import type { Problems } from "./problems.ts";
import { listAt } from "./tree-values.ts";
import type { MapNode } from "./yaml-tree.ts";

/** Folders that hold no files of a project. */
const passedOver = new Set(["node_modules", ".git", ".meltano", ".chorale", ".venv"]);

/** Answers the files that `include_paths` names, relative to the root and sorted; never one outside of it. */
export async function includedFiles(
  main: MapNode,
  { root, mainFile, problems }: { root: string; mainFile: string; problems: Problems },
): Promise<readonly string[]> {
  const items = listAt(main, "include_paths", { where: "the project", problems })?.items ?? [];
  const found = new Set<string>();
  for (const item of items) {
    if (item.kind !== "scalar" || typeof item.value !== "string") {
      problems.error("include_paths: an entry is no text.", { place: item.place });
      continue;
    }
    const files = await matchesOf(item.text, { root, place: item.place, problems });
    for (const file of files) if (file !== mainFile) found.add(file);
  }
  return [...found].sort();
}

interface Pattern {
  readonly root: string;
  readonly place: Place;
  readonly problems: Problems;
}

async function matchesOf(pattern: string, { root, place, problems }: Pattern): Promise<readonly string[]> {
  const refusal = "Name files within the project's folder.";
  if (isAbsolute(pattern) || pattern.split(/[/\\]/).includes("..")) {
    problems.error(`include_paths: ${pattern} leads out of the project.`, { place, suggestion: refusal });
    return [];
  }
  const realRoot = await realpath(root);
  const files: string[] = [];
  const exclude = (path: string) => passedOver.has(path.split(sep).at(-1) ?? "");
  for await (const match of glob(pattern, { cwd: root, exclude })) {
    const kind = await kindOf(join(root, match), realRoot);
    if (kind === "file") files.push(match.split(sep).join("/"));
    if (kind === "outside") {
      problems.error(`include_paths: ${match} is a link out of the project.`, { place, suggestion: refusal });
    }
  }
  if (files.length === 0)
    problems.warn(`include_paths: there is no file ${pattern}.`, { place, suggestion: "Leave it out." });
  return files;
}

async function kindOf(path: string, realRoot: string): Promise<"file" | "outside" | "other"> {
  try {
    const real = await realpath(path);
    const inside = relative(realRoot, real);
    if (inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside)) return "outside";
    return (await stat(real)).isFile() ? "file" : "other";
  } catch {
    // A link that leads nowhere.
    return "other";
  }
}
