import type { Command } from "commander";
import type { RuledCatalog } from "../catalog/catalog-rules.ts";
import type { RunEvent } from "../run/run-event.ts";
import type { CommandContext, GlobalOptions } from "./command-context.ts";
import { globalOptionsOf } from "./global-options.ts";

interface Flags {
  readonly json: boolean;
  readonly all: boolean;
  readonly refreshCatalog: boolean;
}

/** Adds `select`: it lists what a tap reads by the project's rules, in the form that Meltano has for it. */
export function addSelectCommand(program: Command, context: CommandContext): void {
  program
    .command("select")
    .description("list the streams and properties that a tap reads by the project's rules")
    .argument("<tap>", "a tap of the project")
    .option("--list", "list them (nothing else is done without it, too)")
    .option("--json", "list them as JSON", false)
    .option("--all", "list what is not read, too", false)
    .option("--refresh-catalog", "ask the tap although a catalog is kept", false)
    .action(async (tap: string, flags: Flags, command: Command) => {
      await listSelection(context, { tap, flags, globals: globalOptionsOf(command) });
    });
}

interface Request {
  readonly tap: string;
  readonly flags: Flags;
  readonly globals: GlobalOptions;
}

async function listSelection(context: CommandContext, { tap, flags, globals }: Request): Promise<void> {
  const { openProject } = await import("./open-project.ts");
  const { resolvePlugin } = await import("../settings/resolve-plugin.ts");
  const { selectionOf } = await import("../catalog/selection-list.ts");
  const { selectionJson, selectionText } = await import("../view/selection-text.ts");
  const { unmatchedText } = await import("../catalog/unmatched-rules.ts");
  const { plainText } = await import("../view/plain-line.ts");
  const { project, surroundings } = await openProject(context, globals);
  const plugin = project.plugins.get("extractors")?.get(tap);
  if (plugin === undefined) throw await unknownTap(tap, project.plugins.get("extractors")?.keys() ?? []);
  const resolved = resolvePlugin(plugin, { project, surroundings });
  const emit = (event: RunEvent) => {
    const line = plainText(event);
    if (line !== undefined) context.stderr(`${line}\n`);
  };
  const { signal } = context;
  const options = { project, surroundings, refresh: flags.refreshCatalog, signal, emit };
  const ruled: RuledCatalog = await selectionOf(resolved, options);
  for (const each of ruled.unmatched) {
    emit({ event: "warning", message: `${tap}: ${unmatchedText(each)}` });
  }
  const list = { catalog: ruled.catalog, patterns: resolved.extras.select, all: flags.all };
  context.stdout(flags.json ? selectionJson(list) : selectionText(list));
}

async function unknownTap(tap: string, known: Iterable<string>): Promise<Error> {
  const { runError } = await import("../exit-codes.ts");
  const { namesToChooseFrom } = await import("../project/near-names.ts");
  return runError("usage", `${tap}: the project has no such tap. ${namesToChooseFrom(tap, known)}`);
}
