import { join } from "node:path";
import { envName } from "@chorale/singer";
import { runError } from "../exit-codes.ts";
import type { PlacedEnv, Project } from "../project/model.ts";
import { placeText } from "../project/problems.ts";
import { cast, kindOf } from "./cast.ts";
import { expand } from "./expand.ts";
import { nestConfig } from "./flat-config.ts";
import type { Surroundings } from "./resolved.ts";
import { createVariables, unsetText, type Variables } from "./variables.ts";

/** Answers what every process of a project is told: where the project is, and which environment is active. */
export function projectVariables(project: Project, surroundings: Surroundings): ReadonlyMap<string, string> {
  const { MELTANO_JOB_TRIGGER: trigger } = surroundings.env;
  return new Map([
    ["MELTANO_PROJECT_ROOT", project.root],
    ["MELTANO_SYS_DIR_ROOT", join(project.root, ".meltano")],
    ["MELTANO_ENVIRONMENT", project.environment ?? ""],
    ["MELTANO_JOB_TRIGGER", trigger ?? "cli"],
  ]);
}

/**
 * Answers a setting of the project itself: from the variables `CHORALE_…` and `MELTANO_…` of its path, then from
 * the file, where maps may stand. Undefined where nothing sets it. Throws with exit code 2 when it names a variable
 * that nothing sets.
 *
 * @example
 * ```ts
 * projectSetting(project, "state_backend.uri", surroundings); // MELTANO_STATE_BACKEND_URI, or what the file says
 * ```
 */
export function projectSetting(project: Project, name: string, surroundings: Surroundings): unknown {
  const variables = variablesOfProject(project, surroundings);
  const placed = project.settings.get(name);
  for (const prefix of ["CHORALE_", "MELTANO_"]) {
    const found = variables.get(envName(prefix, name));
    if (found !== undefined && found.value !== "") return likeInFile(found.value, placed?.value);
  }
  if (placed !== undefined) return expanded(name, { project, variables });
  const below = [...project.settings.keys()].filter((path) => path.startsWith(`${name}.`));
  if (below.length === 0) return undefined;
  return nestConfig(
    below.map((path) => [path.slice(name.length + 1), projectSetting(project, path, surroundings)]),
  );
}

/** Answers the variables that texts of the project itself may name, such as the suffix of its state ids. */
export function variablesOfProject(
  project: Project,
  surroundings: Surroundings,
  extraEnv: PlacedEnv = new Map(),
): Variables {
  return createVariables({
    surroundings,
    blocks: [
      { env: project.environmentEnv, owner: `the environment ${project.environment}`, isOwn: false },
      { env: extraEnv, owner: "the schedule", isOwn: false },
      { env: project.env, owner: "the project", isOwn: false },
    ],
    told: projectVariables(project, surroundings),
    onlyForExpanding: new Map(),
    isStrict: true,
  });
}

function likeInFile(text: string, inFile: unknown): unknown {
  const result = cast(text, { kind: kindOf(inFile), now: new Date() });
  return "value" in result ? result.value : text;
}

function expanded(name: string, { project, variables }: { project: Project; variables: Variables }): unknown {
  const placed = project.settings.get(name);
  if (placed === undefined) return undefined;
  const { value, unset } = expand(placed.value, (variable) => variables.get(variable)?.value);
  if (unset.length === 0) return value;
  throw runError(
    "usage",
    `${placeText(placed.place)}: ${name}: ${unsetText(unset)} Set it in the environment or in .env.`,
  );
}

/** Answers the project's settings as processes find them: `MELTANO_STATE_BACKEND_URI` and the like. */
export function projectSettingVariables(
  project: Project,
  surroundings: Surroundings,
): ReadonlyMap<string, string> {
  const variables = variablesOfProject(project, surroundings);
  return new Map(
    [...project.settings].flatMap(([name, placed]) => {
      const variable = envName("MELTANO_", name);
      const { value, unset } = expand(placed.value, (other) => variables.get(other)?.value);
      const found = variables.get(variable)?.value ?? (unset.length === 0 ? value : undefined);
      return typeof found === "string" || typeof found === "number" || typeof found === "boolean"
        ? [[variable, String(found)] as const]
        : [];
    }),
  );
}
