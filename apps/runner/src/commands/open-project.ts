import { dirname, resolve } from "node:path";
import { runError } from "../exit-codes.ts";
import type { Project } from "../project/model.ts";
import { problemText } from "../project/problems.ts";
import { findProjectFile, readProject } from "../project/read-project.ts";
import type { Surroundings } from "../settings/resolved.ts";
import { readSurroundings } from "../settings/surroundings.ts";
import type { CommandContext, GlobalOptions } from "./command-context.ts";

/** A project with what its values come from beside its files. */
export interface OpenProject {
  readonly project: Project;
  readonly surroundings: Surroundings;
}

/** So many errors are told at once; `chorale validate` tells all. */
const toldErrors = 3;

/**
 * Reads the project that a command is about, and prints the warnings of reading it to the log. Throws with
 * exit code 2 when something in its files is an error.
 */
export async function openProject(context: CommandContext, globals: GlobalOptions): Promise<OpenProject> {
  const opened = await readWithProblems(context, globals);
  const { problems } = opened.project;
  const warnings = problems.filter(({ severity }) => severity === "warning");
  if (warnings.length > 0) {
    const log = await context.log();
    for (const warning of warnings) log.warn(problemText(warning));
  }
  const errors = problems.filter(({ severity }) => severity === "error").map(problemText);
  if (errors.length === 0) return opened;
  const more = errors.length - toldErrors;
  const rest = more > 0 ? ` And ${more} more: chorale validate tells all.` : "";
  throw runError("usage", `${errors.slice(0, toldErrors).join(" ")}${rest}`);
}

/** Reads the project that a command is about; what is wrong with it is for the caller to tell. */
export async function readWithProblems(
  { cwd, env }: CommandContext,
  globals: GlobalOptions,
): Promise<OpenProject> {
  const named = globals.project === undefined ? undefined : resolve(cwd, globals.project);
  const file = await findProjectFile(env["MELTANO_PROJECT_ROOT"] ?? cwd, named);
  const envFile = globals.envFile === undefined ? undefined : resolve(cwd, globals.envFile);
  const surroundings = await readSurroundings({ env, envFile, root: dirname(file) });
  const project = await readProject({
    file,
    environment: globals.environment,
    withoutEnvironment: globals.withoutEnvironment,
    surroundings,
  });
  return { project, surroundings };
}
