import { type Command, Option } from "commander";
import type { RunWords } from "../run/run-words.ts";
import type { CommandContext, GlobalOptions } from "./command-context.ts";
import { addGlobalOptions, globalOptionsOf } from "./global-options.ts";
import { OptionalValueCommand } from "./optional-value-command.ts";
import { addRunOptions, type RunOptionValues, runFlagsOf } from "./run-options.ts";

const dumps = ["catalog", "state", "extractor-config", "loader-config"] as const;

interface Values extends RunOptionValues {
  readonly stateId?: string;
  readonly catalog?: string;
  readonly state?: string;
  readonly dump?: (typeof dumps)[number];
}

/** Adds `el`: one tap into one target, under a state id of one's own. */
export function addElCommand(program: Command, context: CommandContext): void {
  const command = new OptionalValueCommand("el").copyInheritedSettings(program);
  program.addCommand(command);
  addRunOptions(
    addGlobalOptions(command)
      .description("run one tap into one target, under a state id of your own")
      .argument("<tap>")
      .argument("<target>"),
  )
    .option(
      "--state-id <id>",
      "what the state is kept under (default: a new one, so that everything is read)",
    )
    .option("--catalog <file>", "a catalog that is used as it is")
    .option("--state <file>", "a state that the tap is given instead of the stored one")
    .addOption(new Option("--dump <what>", "print it, and run nothing").choices(dumps))
    .action(async (tap: string, target: string, values: Values, own: Command) => {
      const run = await runOf(context, { words: [tap, target], values });
      const globals = globalOptionsOf(own);
      if (values.dump !== undefined) await dump(context, { globals, run, what: values.dump });
      else {
        const { runWords } = await import("../run/run-words.ts");
        await runWords(context, globals, run);
      }
    });
}

async function runOf(
  context: CommandContext,
  { words, values }: { words: readonly string[]; values: Values },
): Promise<RunWords> {
  const { catalog, state } = values;
  const stateId = values.stateId ?? context.env["MELTANO_STATE_ID"];
  if (stateId === undefined && values.dump === undefined) {
    const log = await context.log();
    log.warn(`${words.join(" ")}: without --state-id nothing is known of earlier runs: everything is read.`);
  }
  const flags = runFlagsOf(values, context.env);
  const time = new Date().toISOString().replaceAll(/[-:.Z]/g, "");
  return {
    words,
    schedule: undefined,
    options: {
      ...flags,
      ...{ catalog, state, parallel: 1, stateIdSuffix: undefined },
      stateId: stateId ?? `${time}--${words.join("-to-")}`,
    },
  };
}

async function dump(
  context: CommandContext,
  { globals, run, what }: { globals: GlobalOptions; run: RunWords; what: (typeof dumps)[number] },
): Promise<void> {
  const { openProject } = await import("./open-project.ts");
  const { tasksOf } = await import("../run/run-words.ts");
  const { backendOf } = await import("../state/project-backend.ts");
  const { dumpOf } = await import("../run/dump.ts");
  const opened = await openProject(context, globals);
  const [unit] = (await tasksOf(context, opened, run)).flatMap(({ steps }) =>
    steps.flatMap((step) => (step.kind === "unit" ? [step] : [])),
  );
  if (unit === undefined) return;
  const backend = await backendOf(opened);
  try {
    const { signal, stderr } = context;
    context.stdout(`${await dumpOf(unit, { what, root: opened.project.root, backend, signal, stderr })}\n`);
  } finally {
    await backend.close();
  }
}
