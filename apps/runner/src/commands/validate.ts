import { type Command, InvalidArgumentError, Option } from "commander";
import type { CommandContext } from "./command-context.ts";
import { addGlobalOptions, globalOptionsOf } from "./global-options.ts";

interface Flags {
  readonly live: boolean;
  readonly format: "text" | "json";
  readonly timeout: number;
}

const defaultTimeoutSeconds = 120;

/** Adds `validate`: it says what is wrong with a project before it is run, to people and to CI. */
export function addValidateCommand(program: Command, context: CommandContext): void {
  addGlobalOptions(program.command("validate"))
    .description("say what is wrong with the project, with file, line and what to do")
    .argument("[name...]", "plugins, jobs and schedules (default: all)")
    .option("--live", "run each tap with --test, or --discover, so that it proves its credentials", false)
    .option("--timeout <seconds>", "how long one tap may take", seconds, defaultTimeoutSeconds)
    .addOption(new Option("--format <format>", "how it is told").choices(["text", "json"]).default("text"))
    .action(async (names: string[], { live, format, timeout }: Flags, command: Command) => {
      const { reportJson, reportText, validateReport } = await import("./validate-report.ts");
      const report = await validateReport(context, {
        names,
        globals: globalOptionsOf(command),
        liveSeconds: live ? timeout : undefined,
      });
      context.stdout(format === "json" ? reportJson(report) : reportText(report));
      context.end(report.exitCode);
    });
}

function seconds(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 86_400) return value;
  throw new InvalidArgumentError("Write a number of seconds above 0.");
}
