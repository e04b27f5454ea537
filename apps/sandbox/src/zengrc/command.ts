import { type ParseArgsConfig, parseArgs } from "node:util";
import { readFaultPlan, type StandInCommand, UsageError, wholeNumber } from "../command-arguments.ts";
import { isFaultPlan } from "../faults.ts";
import { objectKinds } from "./object-kinds.ts";
import { startZengrc, type ZengrcOptions } from "./sandbox.ts";

const usage = `zengrc:
  --port N                  the port (0: a free one)
  --seed N                  what the data is drawn from (1)
  --records N               how many rows each kind of object has (20)
  --page-rows N             how many rows a page has (50)
  --absent NAME             a kind of object that the account does not have; may be repeated
  --denied NAME             a kind of object that the key may not read; may be repeated
  --username A --password T accept this key instead of the usual one
  --requests-per-minute N   a rate limit (none)
  --faults FILE             a fault plan, as JSON
  --latency-ms N            let each answer wait (0)
`;

const argumentOptions = {
  port: { type: "string", default: "0" },
  seed: { type: "string", default: "1" },
  records: { type: "string", default: "20" },
  "page-rows": { type: "string", default: "50" },
  absent: { type: "string", multiple: true, default: [] },
  denied: { type: "string", multiple: true, default: [] },
  username: { type: "string" },
  password: { type: "string" },
  "requests-per-minute": { type: "string" },
  faults: { type: "string" },
  "latency-ms": { type: "string", default: "0" },
} as const satisfies ParseArgsConfig["options"];

function readArguments(args: readonly string[]) {
  return parseArgs({ args: [...args], options: argumentOptions, strict: true }).values;
}

type Values = ReturnType<typeof readArguments>;

function known(option: string, names: readonly string[]): readonly string[] {
  const stranger = names.find((name) => !objectKinds.has(name));
  if (stranger === undefined) return names;
  throw new UsageError(`--${option}: ${stranger} is none of ${[...objectKinds.keys()].join(", ")}.`);
}

function pageRowsOf(given: string): number {
  const pageRows = wholeNumber("page-rows", given);
  if (pageRows > 0) return pageRows;
  throw new UsageError("--page-rows: a page has one row at least.");
}

function credentialOf({ username, password }: Values): Pick<ZengrcOptions, "credential"> {
  if (username === undefined && password === undefined) return {};
  if (username !== undefined && password !== undefined) return { credential: { username, password } };
  throw new UsageError("--username and --password go together.");
}

async function optionsOf(values: Values): Promise<ZengrcOptions> {
  const planIn = (parsed: unknown) => (isFaultPlan(parsed) ? parsed : undefined);
  const limit = values["requests-per-minute"];
  return {
    ...credentialOf(values),
    port: wholeNumber("port", values.port),
    seed: wholeNumber("seed", values.seed),
    records: wholeNumber("records", values.records),
    pageRows: pageRowsOf(values["page-rows"]),
    absent: known("absent", values.absent),
    denied: known("denied", values.denied),
    latencyMs: wholeNumber("latency-ms", values["latency-ms"]),
    ...(limit === undefined ? {} : { rateLimit: { requests: wholeNumber("requests-per-minute", limit) } }),
    ...(values.faults === undefined ? {} : { faults: await readFaultPlan(values.faults, planIn) }),
  };
}

/** `chorale-sandbox zengrc`: prints the address as `url`. */
export const zengrcCommand: StandInCommand = {
  usage,
  async start(args) {
    const sandbox = await startZengrc(await optionsOf(readArguments(args)));
    return { announcement: { url: sandbox.url }, close: () => sandbox.close() };
  },
};
