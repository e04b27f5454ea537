import { once } from "node:events";
import { type StandInCommand, UsageError } from "./command-arguments.ts";

/** Where a command writes, and what ends it. */
export interface CommandStreams {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  readonly signal: AbortSignal;
}

/** The stand-ins by name. Only the one that is named is loaded. */
const standIns: Readonly<Record<string, () => Promise<StandInCommand>>> = {
  zendesk: async () => (await import("./zendesk/command.ts")).zendeskCommand,
  zengrc: async () => (await import("./zengrc/command.ts")).zengrcCommand,
  "thought-industries": async () =>
    (await import("./thought-industries/command.ts")).thoughtIndustriesCommand,
  clari: async () => (await import("./clari/command.ts")).clariCommand,
  xactly: async () => (await import("./xactly/command.ts")).xactlyCommand,
  adaptive: async () => (await import("./adaptive/command.ts")).adaptiveCommand,
  "zuora-revenue": async () => (await import("./zuora-revenue/command.ts")).zuoraRevenueCommand,
  snowflake: async () => (await import("./snowflake/command.ts")).snowflakeCommand,
};

const names = Object.keys(standIns).toSorted();

const heading = `Usage: chorale-sandbox ${names.join("|")} [options]

Starts a stand-in of an API on 127.0.0.1 and prints {"url": ...} when it listens.
`;

async function usage(): Promise<string> {
  const commands = await Promise.all(Object.values(standIns).map((load) => load()));
  return [heading, ...commands.map((command) => command.usage)].join("\n");
}

async function serve(argv: readonly string[], { stdout, signal }: CommandStreams): Promise<number> {
  if (argv.includes("--help")) {
    stdout.write(await usage());
    return 0;
  }
  const [name = "", ...args] = argv;
  const load = Object.hasOwn(standIns, name) ? standIns[name] : undefined;
  if (load === undefined) throw new UsageError(`Name the API to stand in for: ${names.join(" or ")}.`);
  const standIn = await (await load()).start(args);
  stdout.write(`${JSON.stringify(standIn.announcement)}\n`);
  if (!signal.aborted) await once(signal, "abort");
  await standIn.close();
  return 0;
}

function isUsageError(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return error instanceof UsageError || code.startsWith("ERR_PARSE_ARGS");
}

/**
 * Runs `chorale-sandbox` until its signal is aborted, and answers the exit code.
 *
 * 0 after a clean end, 64 for arguments that make no sense, 1 when the stand-in cannot start. Never throws.
 *
 * @example
 * ```ts
 * const ending = new AbortController();
 * process.once("SIGTERM", () => ending.abort());
 * process.exitCode = await runSandbox(process.argv.slice(2), { ...process, signal: ending.signal });
 * ```
 */
export async function runSandbox(argv: readonly string[], streams: CommandStreams): Promise<number> {
  try {
    return await serve(argv, streams);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    streams.stderr.write(`chorale-sandbox: ${reason.replaceAll("\n", " ")}\n`);
    return isUsageError(error) ? 64 : 1;
  }
}
