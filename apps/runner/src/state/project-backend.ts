import type { Project } from "../project/model.ts";
import { projectSetting } from "../settings/project-settings.ts";
import type { Surroundings } from "../settings/resolved.ts";
import { openStateBackend } from "./open-backend.ts";
import type { StateBackend } from "./state-backend.ts";

/** Opens the store of states that a project names by `state_backend.uri` and `database_uri`. */
export async function backendOf(options: {
  project: Project;
  surroundings: Surroundings;
}): Promise<StateBackend> {
  const { project, surroundings } = options;
  const setting = (name: string) => {
    const value = projectSetting(project, name, surroundings);
    return typeof value === "string" ? value : undefined;
  };
  return await openStateBackend({
    root: project.root,
    uri: setting("state_backend.uri"),
    databaseUri: setting("database_uri"),
    env: surroundings.env,
  });
}
