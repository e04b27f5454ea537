import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { type FaultPlan, isFaultPlan } from "./faults.ts";
import type { Credential } from "./zendesk/credentials.ts";
import { multipliedLimits } from "./zendesk/rate-buckets.ts";
import { startZendesk, type ZendeskData, type ZendeskOptions } from "./zendesk/sandbox.ts";

/** Where a command writes, and what ends it. */
export interface CommandStreams {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  readonly signal: AbortSignal;
}

const usage = `Usage: chorale-sandbox zendesk [options]

Starts a stand-in of an API on 127.0.0.1 and prints {"url": ...} when it listens.

  --port N                  the port (0: a free one)
  --seed N                  what the data is drawn from (1)
  --tickets N --users N --organizations N --groups N
                            how much data to draw
  --replay FOLDER           answer from recordings instead
  --faults FILE             a fault plan, as JSON
  --email A --api-token T   accept this credential instead of the usual ones
  --access-token T          the same, for OAuth
  --rate-limit-factor N     allow N times the vendor's requests a minute (1)
  --latency-ms N            let each answer wait (0)
`;

const argumentOptions = {
  port: { type: "string", default: "0" },
  seed: { type: "string", default: "1" },
  tickets: { type: "string" },
  users: { type: "string" },
  organizations: { type: "string" },
  groups: { type: "string" },
  replay: { type: "string" },
  faults: { type: "string" },
  email: { type: "string" },
  "api-token": { type: "string" },
  "access-token": { type: "string" },
  "rate-limit-factor": { type: "string", default: "1" },
  "latency-ms": { type: "string", default: "0" },
  help: { type: "boolean", default: false },
} as const satisfies ParseArgsConfig["options"];

type Values = ReturnType<typeof readArguments>["values"];

function readArguments(argv: readonly string[]) {
  return parseArgs({ args: [...argv], options: argumentOptions, allowPositionals: true, strict: true });
}

class UsageError extends Error {
  override readonly name = "UsageError";
}

function wholeNumber(values: Values, name: "port" | "seed" | "rate-limit-factor" | "latency-ms"): number {
  const given = values[name];
  if (!/^\d{1,9}$/u.test(given)) throw new UsageError(`--${name}: ${given} is no whole number.`);
  return Number(given);
}

function sizesOf(values: Values): Partial<Record<"tickets" | "users" | "organizations" | "groups", number>> {
  const names = ["tickets", "users", "organizations", "groups"] as const;
  const given = names.flatMap((name) => {
    const size = values[name];
    if (size === undefined) return [];
    if (!/^\d{1,9}$/u.test(size)) throw new UsageError(`--${name}: ${size} is no whole number.`);
    return [[name, Number(size)]];
  });
  return Object.fromEntries(given);
}

function dataOf(values: Values): ZendeskData {
  if (values.replay !== undefined) return { kind: "replay", folder: values.replay };
  return { kind: "generated", seed: wholeNumber(values, "seed"), ...sizesOf(values) };
}

function credentialsOf(values: Values): readonly Credential[] {
  const { email, "api-token": apiToken, "access-token": accessToken } = values;
  if ((email === undefined) !== (apiToken === undefined)) {
    throw new UsageError("--email and --api-token go together.");
  }
  return [
    ...(email === undefined || apiToken === undefined ? [] : [{ email, api_token: apiToken }]),
    ...(accessToken === undefined ? [] : [{ access_token: accessToken }]),
  ];
}

async function faultsOf(file: string): Promise<FaultPlan> {
  const parsed: unknown = JSON.parse(await readFile(file, "utf8"));
  if (!isFaultPlan(parsed)) throw new UsageError(`--faults: ${file} is no fault plan. See the README.`);
  return parsed;
}

async function zendeskOptions(values: Values): Promise<ZendeskOptions> {
  const factor = wholeNumber(values, "rate-limit-factor");
  const credentials = credentialsOf(values);
  return {
    port: wholeNumber(values, "port"),
    data: dataOf(values),
    latencyMs: wholeNumber(values, "latency-ms"),
    rateLimits: multipliedLimits(factor),
    ...(credentials.length > 0 ? { credentials } : {}),
    ...(values.faults === undefined ? {} : { faults: await faultsOf(values.faults) }),
  };
}

async function serve(argv: readonly string[], { stdout, signal }: CommandStreams): Promise<number> {
  const { values, positionals } = readArguments(argv);
  if (values.help) {
    stdout.write(usage);
    return 0;
  }
  if (positionals.join(" ") !== "zendesk") throw new UsageError("Name the API to stand in for: zendesk.");
  const sandbox = await startZendesk(await zendeskOptions(values));
  stdout.write(`${JSON.stringify({ url: sandbox.url })}\n`);
  if (!signal.aborted) await once(signal, "abort");
  await sandbox.close();
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
