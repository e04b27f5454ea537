import { type Catalog, exitCodeOf } from "@chorale/singer";
import { type CliIo, CliLog, createPrinter, processIo } from "@chorale/singer/cli";
import type { Tap } from "../tap.ts";
import { renderTap } from "./about-text.ts";
import { parseCommandLine, type TapCommandLine } from "./command-line.ts";
import type { CliContext } from "./read-inputs.ts";

/**
 * Runs a tap as a command, and answers its exit code when all output has left: 0, 64 for a command line
 * that makes no sense, 65 for records that do not fit, 74 for an output that fails, 75 for what may work
 * later, 77 for refused credentials, 78 for a wrong setting, catalog or state, 130 and 143 after a signal,
 * 70 otherwise. Of a failure one line goes to stderr.
 *
 * Arguments, environment, files and signals are the process's unless `io` says otherwise.
 *
 * @example
 * ```ts
 * process.exitCode = await runTapCli(tapShop);
 * ```
 */
export async function runTapCli<Config>(tap: Tap<Config>, io: CliIo = processIo()): Promise<number> {
  const cliLog = new CliLog(tap.name, io);
  try {
    const line = await parseCommandLine(tap, io.argv);
    await runCommand(line, { tap, io, cliLog });
    return 0;
  } catch (error) {
    await cliLog.report(error);
    return exitCodeOf(error);
  }
}

async function runCommand<Config>(
  line: TapCommandLine,
  { tap, io, cliLog }: { tap: Tap<Config>; io: CliIo; cliLog: CliLog },
): Promise<void> {
  const print = createPrinter(io.stdout);
  if (line.command === "help") return await print(line.text);
  if (line.command === "version") return await print(await versionOf(tap));
  if (line.command === "about") return await print(renderTap(await tap.about(), line.format));
  if (line.command === "discover" && line.config.length === 0) {
    return await print(catalogText(await tap.discover()));
  }
  const context: CliContext<Config> = { tap, io, cliLog, log: await cliLog.open() };
  if (line.command === "discover") {
    const { discoverCommand } = await import("./discover-command.ts");
    return await print(catalogText(await discoverCommand(tap, { context, inputs: line })));
  }
  // Whoever only asks what a tap is loads nothing of what runs it.
  const { syncCommand } = await import("./sync-command.ts");
  if (line.command === "sync") return await syncCommand(context, line);
  const { schemasCommand, testCommand } = await import("./test-command.ts");
  return await (line.command === "test" ? testCommand : schemasCommand)(context, line);
}

function catalogText(catalog: Catalog): string {
  return `${JSON.stringify(catalog, undefined, 2)}\n`;
}

async function versionOf<Config>(tap: Tap<Config>): Promise<string> {
  const { name, version, sdk_version: sdk } = await tap.about();
  return `${name} v${version}, Chorale tap SDK v${sdk}\n`;
}
