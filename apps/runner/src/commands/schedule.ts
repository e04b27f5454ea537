import { type Command, Option } from "commander";
import type { Project } from "../project/model.ts";
import type { LastSuccess } from "../settings/schedule-list.ts";
import type { CommandContext, GlobalOptions } from "./command-context.ts";
import { addGlobalOptions, globalOptionsOf } from "./global-options.ts";
import { OptionalValueCommand } from "./optional-value-command.ts";
import { addPlanOptions, type PlanOptionValues, planFlagsOf } from "./run-options.ts";

/** Adds `schedule list` and `schedule run`. The runner has no clock of its own: what runs a schedule is cron and the like. */
export function addScheduleCommand(program: Command, context: CommandContext): void {
  const schedule = program.command("schedule").description("list schedules, or run one now");
  addGlobalOptions(schedule.command("list"))
    .description("print the schedules: for people, or as JSON for generators of DAGs")
    .addOption(new Option("--format <format>", "how it is printed").choices(["text", "json"]).default("text"))
    .action(async ({ format }: { format: "text" | "json" }, command: Command) => {
      const { openProject } = await import("./open-project.ts");
      const { project } = await openProject(context, globalOptionsOf(command));
      const { schedulesAsJson, schedulesAsText } = await import("../settings/schedule-list.ts");
      if (format === "text") context.stdout(schedulesAsText(project));
      else
        context.stdout(
          await withHistory(project, async (lastSuccess) => schedulesAsJson(project, lastSuccess)),
        );
    });
  const run = new OptionalValueCommand("run").copyInheritedSettings(schedule);
  schedule.addCommand(run);
  addPlanOptions(
    addGlobalOptions(run)
      .description("run what a schedule runs, with its environment variables and its policy")
      .argument("<name>", "a schedule of the project"),
  ).action(async (name: string, values: PlanOptionValues, command: Command) => {
    await runSchedule(context, { name, values, globals: globalOptionsOf(command) });
  });
}

async function runSchedule(
  context: CommandContext,
  { name, values, globals }: { name: string; values: PlanOptionValues; globals: GlobalOptions },
): Promise<void> {
  const { readWithProblems } = await import("./open-project.ts");
  const { scheduleNamed, wordsOf } = await import("../settings/schedule-words.ts");
  const { runWords } = await import("../run/run-words.ts");
  const { project } = await readWithProblems(context, globals);
  const schedule = scheduleNamed(project, name);
  const options = planFlagsOf(values, context.env);
  await runWords(context, globals, { words: wordsOf(schedule), schedule, options });
}

/** A project without a history is not given one by being looked at. */
async function withHistory<T>(
  { root, schedules }: Project,
  use: (lastSuccess: LastSuccess) => Promise<T>,
): Promise<T> {
  const { existsSync } = await import("node:fs");
  const { join } = await import("node:path");
  const hasPairs = [...schedules.values()].some(({ runs }) => "extractor" in runs);
  if (!hasPairs || !existsSync(join(root, ".chorale", "chorale.db"))) return use(async () => undefined);
  const { openRunStore } = await import("../store/open-run-store.ts");
  const store = await openRunStore({ root });
  try {
    return await use(async (stateId) => {
      const [newest] = await store.listRuns({ stateId, status: "success", limit: 1 });
      return newest?.endedAt;
    });
  } finally {
    await store.close();
  }
}
