import { type Command, Option } from "commander";
import type { CommandContext } from "./command-context.ts";
import { addGlobalOptions, globalOptionsOf } from "./global-options.ts";

/** Adds `job list`: it prints the jobs and their tasks. */
export function addJobCommand(program: Command, context: CommandContext): void {
  const job = program.command("job").description("list the project's jobs");
  addGlobalOptions(job.command("list"))
    .description("print the jobs and their tasks")
    .addOption(new Option("--format <format>", "how it is printed").choices(["text", "json"]).default("text"))
    .action(async ({ format }: { format: "text" | "json" }, command: Command) => {
      const { openProject } = await import("./open-project.ts");
      const { project } = await openProject(context, globalOptionsOf(command));
      const { jobsAsJson, jobsAsText } = await import("../settings/schedule-list.ts");
      context.stdout(format === "json" ? jobsAsJson(project) : jobsAsText(project));
    });
}
