import { type ParseArgsConfig, parseArgs } from "node:util";
import { readFaultPlan, type StandInCommand, wholeNumber } from "../command-arguments.ts";
import { isFaultPlan } from "../faults.ts";
import { eventNames } from "./generated/event-kinds.ts";
import { listNames } from "./generated/list-rows.ts";
import { defaultRateLimits } from "./rate-windows.ts";
import { startThoughtIndustries, type ThoughtIndustriesOptions } from "./sandbox.ts";

const usage = `thought-industries:
  --port N                  the port (0: a free one)
  --seed N                  what the data is drawn from (1)
  --events N --rows N       how many events of each kind, and rows of each list, to draw
  --days N                  how many days the events lie in (30)
  --api-key K               accept this key (sandbox-api-key)
  --signing-key K           refuse requests that are not signed with this key
  --faults FILE             a fault plan, as JSON
  --rate-limit-factor N     allow N times the vendor's requests (1)
  --rate-window-ms N        how long a window of the limits is (60000)
  --latency-ms N            let each answer wait (0)
`;

const argumentOptions = {
  port: { type: "string", default: "0" },
  seed: { type: "string", default: "1" },
  events: { type: "string" },
  rows: { type: "string" },
  days: { type: "string", default: "30" },
  "api-key": { type: "string" },
  "signing-key": { type: "string" },
  faults: { type: "string" },
  "rate-limit-factor": { type: "string", default: "1" },
  "rate-window-ms": { type: "string", default: "60000" },
  "latency-ms": { type: "string", default: "0" },
} as const satisfies ParseArgsConfig["options"];

function readArguments(args: readonly string[]) {
  return parseArgs({ args: [...args], options: argumentOptions, strict: true }).values;
}

type Values = ReturnType<typeof readArguments>;

function sizesOf({ events, rows }: Values): Readonly<Record<string, number>> {
  const sized = (names: readonly string[], name: string, given: string | undefined) =>
    given === undefined ? [] : names.map((each) => [each, wholeNumber(name, given)]);
  return Object.fromEntries([...sized(eventNames, "events", events), ...sized(listNames, "rows", rows)]);
}

async function optionsOf(values: Values): Promise<ThoughtIndustriesOptions> {
  const factor = wholeNumber("rate-limit-factor", values["rate-limit-factor"]);
  const { "api-key": apiKey, "signing-key": signingKey } = values;
  const planIn = (parsed: unknown) => (isFaultPlan(parsed) ? parsed : undefined);
  return {
    port: wholeNumber("port", values.port),
    data: {
      seed: wholeNumber("seed", values.seed),
      days: wholeNumber("days", values.days),
      ...sizesOf(values),
    },
    latencyMs: wholeNumber("latency-ms", values["latency-ms"]),
    rateWindowMs: wholeNumber("rate-window-ms", values["rate-window-ms"]),
    rateLimits: { account: defaultRateLimits.account * factor, events: defaultRateLimits.events * factor },
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(signingKey === undefined ? {} : { signingKey }),
    ...(values.faults === undefined ? {} : { faults: await readFaultPlan(values.faults, planIn) }),
  };
}

/** `chorale-sandbox thought-industries`: prints the address as `url`. */
export const thoughtIndustriesCommand: StandInCommand = {
  usage,
  async start(args) {
    const sandbox = await startThoughtIndustries(await optionsOf(readArguments(args)));
    return { announcement: { url: sandbox.url }, close: () => sandbox.close() };
  },
};
