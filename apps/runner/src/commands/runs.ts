import { type Command, InvalidArgumentError, Option } from "commander";
import { type RunStatus, runStatuses } from "../run/run-result.ts";
import type { RunRow, RunStore } from "../store/run-store.ts";
import type { CommandContext } from "./command-context.ts";

interface ListFlags {
  readonly stateId?: string;
  readonly status?: RunStatus;
  readonly limit: number;
  readonly format: "text" | "json";
}

interface LogFlags {
  readonly tail?: number;
  readonly format: "text" | "json";
}

/** Adds `runs`: it shows what was run, how it ended, and what it logged. */
export function addRunsCommand(program: Command, context: CommandContext): void {
  const runs = program.command("runs").description("show what was run, and how it ended");
  addListCommand(runs, context);
  addLookingCommands(runs, context);
}

function addListCommand(runs: Command, context: CommandContext): void {
  formatted(runs.command("list"), "print runs, the newest first")
    .option("--state-id <state-id>", "only runs of this state id")
    .addOption(new Option("--status <status>", "only runs that ended so").choices(runStatuses))
    .option("--limit <number>", "so many", countOf, 20)
    .action(async (flags: ListFlags, command: Command) => {
      await withStore(context, command, async ({ store }) => {
        const { stateId, status, limit } = flags;
        const filter = {
          limit,
          ...(stateId === undefined ? {} : { stateId }),
          ...(status === undefined ? {} : { status }),
        };
        const found = await store.listRuns(filter);
        const { runForPrograms, runsAsText } = await import("../store/history-text.ts");
        const json = () => found.map((run) => `${JSON.stringify(runForPrograms(run))}\n`).join("");
        context.stdout(flags.format === "json" ? json() : runsAsText(found));
      });
    });
}

function addLookingCommands(runs: Command, context: CommandContext): void {
  formatted(runs.command("show"), "print all that is known of a run")
    .argument("<run>", "its id, or the beginning of it")
    .action(async (runId: string, { format }: LogFlags, command: Command) => {
      await withStore(context, command, async ({ store }) => {
        const run = await existingRun(store, runId);
        const streams = await store.streamsOf(run.runId);
        const { runAsText, runForPrograms } = await import("../store/history-text.ts");
        const json = () => `${JSON.stringify(runForPrograms(run, streams), undefined, 2)}\n`;
        context.stdout(format === "json" ? json() : runAsText(run, streams));
      });
    });
  formatted(runs.command("logs"), "print what happened in a run and what its plugins logged")
    .argument("<run>", "its id, or the beginning of it")
    .option("--tail <number>", "only so many lines of the end", countOf)
    .action(async (runId: string, { tail, format }: LogFlags, command: Command) => {
      await withStore(context, command, async ({ store, root }) => {
        const run = await existingRun(store, runId);
        const { readRunLog } = await import("../store/run-log.ts");
        for await (const line of readRunLog({ root, runId: run.runId, tail, format })) context.stdout(line);
      });
    });
}

function formatted(command: Command, description: string): Command {
  return command
    .description(description)
    .addOption(
      new Option("--format <format>", "how it is printed").choices(["text", "json"]).default("text"),
    );
}

async function withStore(
  context: CommandContext,
  command: Command,
  task: (parts: { store: RunStore; root: string }) => Promise<void>,
): Promise<void> {
  const { withRunStore } = await import("./open-stores.ts");
  await withRunStore(context, { command, task });
}

async function existingRun(store: RunStore, runId: string): Promise<RunRow> {
  const run = runId === "" ? undefined : await store.findRun(runId);
  if (run !== undefined) return run;
  const { runError } = await import("../exit-codes.ts");
  throw runError(
    "usage",
    `${runId}: no run has this id, or several begin with it. Look at \`chorale runs list\`.`,
  );
}

function countOf(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new InvalidArgumentError("It must be a whole number above 0.");
}
