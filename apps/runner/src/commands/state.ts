import { type Command, InvalidArgumentError, Option } from "commander";
import type { CommandContext } from "./command-context.ts";
import type { OpenStores } from "./open-stores.ts";

interface EditFlags {
  readonly force: boolean;
  readonly inputFile?: string;
  readonly fromStateId?: string;
}

/** Adds `state`: it shows and edits what taps go on from, as `meltano state` does. */
export function addStateCommand(program: Command, context: CommandContext): void {
  const state = program.command("state").description("show and edit what taps go on from");
  addReadingCommands(state, context);
  addWritingCommands(state, context);
  addMovingCommands(state, context);
  addHistoryCommands(state, context);
  addFileCommands(state, context);
}

function addReadingCommands(state: Command, context: CommandContext): void {
  state
    .command("list")
    .description("print the ids that have a state")
    .option("--pattern <glob>", "only ids like this: 'prod:*'")
    .action(async ({ pattern }: { pattern?: string }, command: Command) => {
      const { globMatcher } = await import("@chorale/singer");
      const matches = globMatcher(pattern ?? "*");
      await open(context, command, async ({ backend }) => {
        const { safeText } = await import("../view/safe-text.ts");
        for (const stateId of await backend.list()) {
          if (matches(stateId)) context.stdout(`${safeText(stateId)}\n`);
        }
      });
    });
  state
    .command("get")
    .description("print a state as the next run is given it")
    .argument("<state-id>")
    .addOption(
      new Option("--format <format>", "one line, or indented").choices(["json", "pretty"]).default("json"),
    )
    .action(async (stateId: string, { format }: { format: "json" | "pretty" }, command: Command) => {
      await open(context, command, async (stores) => {
        const { parseAsWritten } = await import("../state/state-json.ts");
        const text = await wrappedState(stores, stateId);
        const indent = format === "pretty" ? 2 : undefined;
        context.stdout(`${JSON.stringify(parseAsWritten(text), undefined, indent)}\n`);
        if (text === "{}") (await context.log()).warn(await missingText(stores, stateId));
      });
    });
}

function addWritingCommands(state: Command, context: CommandContext): void {
  editing(state.command("set"), "replace a state whole")
    .argument("<state-id>")
    .argument("[state]", 'as JSON: {"singer_state": …}; - reads it from stdin')
    .option("--input-file <file>", "a file that has it")
    .action(async (stateId: string, given: string | undefined, flags: EditFlags, command: Command) => {
      const text = await givenText(context, { given, ...flags });
      await edit(context, { command, flags }, async ({ editor }) => {
        const { parseGivenState } = await import("../state/exported-states.ts");
        await editor.set(stateId, { completed: parseGivenState(text), partial: undefined });
        return `${stateId}: its state was set.`;
      });
    });
  editing(state.command("merge"), "lay bookmarks over a state")
    .argument("<state-id>")
    .argument("[state]", "as JSON; - reads it from stdin")
    .option("--input-file <file>", "a file that has it")
    .option("--from-state-id <state-id>", "another id whose state it is")
    .action(async (stateId: string, given: string | undefined, flags: EditFlags, command: Command) => {
      const { fromStateId } = flags;
      await refuseBoth({ given, ...flags });
      const text = fromStateId === undefined ? await givenText(context, { given, ...flags }) : undefined;
      await edit(context, { command, flags }, async ({ editor, backend }) => {
        const { parseGivenState } = await import("../state/exported-states.ts");
        const source = text ?? (await existingState({ backend }, fromStateId ?? ""));
        await editor.merge(stateId, parseGivenState(source));
        return `${stateId}: the state was merged into its own.`;
      });
    });
}

function addMovingCommands(state: Command, context: CommandContext): void {
  for (const name of ["copy", "move"] as const) {
    editing(state.command(name), `${name} a state to another id, over what that has`)
      .argument("<from-state-id>")
      .argument("<to-state-id>")
      .action(async (from: string, to: string, flags: EditFlags, command: Command) => {
        await edit(context, { command, flags }, async ({ editor, backend }) => {
          const { parseGivenState } = await import("../state/exported-states.ts");
          const completed = parseGivenState(await existingState({ backend }, from));
          await editor.set(to, { completed, partial: undefined });
          if (name === "move" && from !== to) await editor.clear(from);
          return `${to}: it has the state of ${from}${name === "move" ? ", which has none any more" : ""}.`;
        });
      });
  }
  editing(state.command("clear"), "forget a state, so that the next run reads everything")
    .argument("[state-id]")
    .option("--all", "every state", false)
    .action(async (stateId: string | undefined, flags: EditFlags & { all: boolean }, command: Command) => {
      if ((stateId === undefined) !== flags.all) await refuse("Give a state id, or --all, and not both.");
      await edit(context, { command, flags }, async ({ editor, backend }) => {
        const known = await backend.list();
        const stateIds = stateId === undefined ? known : [stateId];
        for (const each of stateIds) await editor.clear(each);
        if (stateId === undefined) return `states cleared: ${stateIds.length}`;
        return known.includes(stateId)
          ? `${stateId}: it has no state any more.`
          : await missingText({ backend }, stateId);
      });
    });
}

function addHistoryCommands(state: Command, context: CommandContext): void {
  state
    .command("history")
    .description("print the states that were stored under an id, the newest first")
    .argument("<state-id>")
    .option("--limit <number>", "so many", countOf, 20)
    .addOption(new Option("--format <format>", "how it is printed").choices(["text", "json"]).default("text"))
    .action(async (stateId: string, flags: { limit: number; format: "text" | "json" }, command: Command) => {
      await open(context, command, async ({ store }) => {
        const { historyAsJson, historyAsText } = await import("../store/history-text.ts");
        const versions = await store.stateVersions(stateId, flags.limit);
        context.stdout(flags.format === "json" ? historyAsJson(versions) : historyAsText(versions));
      });
    });
  editing(state.command("rollback"), "bring back a state of the history")
    .argument("<state-id>")
    .requiredOption("--to <version>", "its number in the history", countOf)
    .action(async (stateId: string, flags: EditFlags & { to: number }, command: Command) => {
      await edit(context, { command, flags }, async ({ editor }) => {
        await editor.rollback(stateId, flags.to);
        return `${stateId}: it has the state of version ${flags.to} again.`;
      });
    });
}

function addFileCommands(state: Command, context: CommandContext): void {
  state
    .command("export")
    .description("print all states, for `import` here or in Meltano")
    .argument("[file]", "where to (default: stdout)")
    .action(async (file: string | undefined, _flags: object, command: Command) => {
      await open(context, command, async ({ backend }) => {
        const { exportedStates } = await import("../state/exported-states.ts");
        const text = await exportedStates(backend);
        if (file === undefined) context.stdout(text);
        else await writeExport(context, { file, text });
      });
    });
  editing(state.command("import"), "store what `export` printed, over what is there")
    .argument("[file]", "where from (default: stdin)")
    .action(async (file: string | undefined, flags: EditFlags, command: Command) => {
      const text = await givenText(context, { given: file === undefined ? "-" : undefined, inputFile: file });
      await edit(context, { command, flags }, async ({ editor }) => {
        const { parseExportedStates } = await import("../state/exported-states.ts");
        const states = parseExportedStates(text);
        for (const [stateId, each] of states) await editor.set(stateId, each);
        return `states imported: ${states.size}`;
      });
    });
}

function editing(command: Command, description: string): Command {
  return command
    .description(description)
    .option("--force", "also while a run has the state: the run can store none any more", false);
}

type Task<T> = (stores: OpenStores) => Promise<T>;

async function open(context: CommandContext, command: Command, task: Task<void>): Promise<void> {
  const { withStores } = await import("./open-stores.ts");
  await withStores(context, { command, task });
}

/** Calls `task` with an editor, and tells what it answers. */
async function edit(
  context: CommandContext,
  { command, flags }: { command: Command; flags: EditFlags },
  task: (parts: OpenStores & { editor: import("../state/edit-states.ts").StateEditor }) => Promise<string>,
): Promise<void> {
  const { StateEditor } = await import("../state/edit-states.ts");
  await open(context, command, async (stores) => {
    const writtenBy = `chorale state ${command.name()}`;
    const editor = new StateEditor({ ...stores, writtenBy, force: flags.force });
    const done = await task({ ...stores, editor });
    (await context.log()).info(done);
  });
}

/** The state as Meltano prints it: wrapped, and `{}` where there is none. */
async function wrappedState({ backend }: Pick<OpenStores, "backend">, stateId: string): Promise<string> {
  const { mergedState } = await import("../state/merge-states.ts");
  const state = mergedState(await backend.read(stateId));
  return state === undefined ? "{}" : `{"singer_state":${state}}`;
}

async function existingState({ backend }: Pick<OpenStores, "backend">, stateId: string): Promise<string> {
  const text = await wrappedState({ backend }, stateId);
  if (text !== "{}") return text;
  return await refuse(await missingText({ backend }, stateId));
}

/** Says that there is no state, with the ids that may have been meant. */
async function missingText({ backend }: Pick<OpenStores, "backend">, stateId: string): Promise<string> {
  const { didYouMean } = await import("../project/near-names.ts");
  const known = await backend.list();
  const sameEnd = known.filter((id) => id.endsWith(`:${stateId}`) || stateId.endsWith(`:${id}`));
  const elsewhere = sameEnd.length === 0 ? undefined : `Did you mean ${sameEnd.join(" or ")}?`;
  const near = elsewhere ?? didYouMean(stateId, known) ?? "Look at `chorale state list`.";
  return `${stateId}: it has no state. ${near}`;
}

async function givenText(
  context: CommandContext,
  { given, inputFile }: { given: string | undefined; inputFile?: string | undefined },
): Promise<string> {
  await refuseBoth({ given, inputFile });
  if (given === "-" || inputFile === "-") return await context.readStdin();
  if (inputFile === undefined) return given ?? "";
  const { resolve } = await import("node:path");
  const { readFile } = await import("node:fs/promises");
  return await readFile(resolve(context.cwd, inputFile), "utf8").catch((error: unknown) =>
    refuse(`${inputFile}: it cannot be read: ${error instanceof Error ? error.message : String(error)}.`),
  );
}

async function refuseBoth(sources: {
  given: string | undefined;
  inputFile?: string | undefined;
  fromStateId?: string | undefined;
}): Promise<void> {
  const given = [sources.given, sources.inputFile, sources.fromStateId].filter((each) => each !== undefined);
  if (given.length !== 1) await refuse("Give the state in one way: as JSON, - for stdin, or by an option.");
}

async function writeExport(
  context: CommandContext,
  { file, text }: { file: string; text: string },
): Promise<void> {
  const { resolve } = await import("node:path");
  const { writeFile } = await import("node:fs/promises");
  await writeFile(resolve(context.cwd, file), text, { mode: 0o600 }).catch((error: unknown) =>
    refuse(`${file}: it cannot be written: ${error instanceof Error ? error.message : String(error)}.`),
  );
}

async function refuse(message: string): Promise<never> {
  const { runError } = await import("../exit-codes.ts");
  throw runError("usage", message);
}

function countOf(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new InvalidArgumentError("It must be a whole number above 0.");
}
