import { type ParseArgsConfig, parseArgs } from "node:util";
import { readFaultPlan, type StandInCommand, UsageError, wholeNumber } from "../command-arguments.ts";
import { isFaultPlan } from "../faults.ts";
import { type ClariOptions, startClari } from "./sandbox.ts";

const usage = `clari:
  --port N                  the port (0: a free one)
  --seed N                  what the data is drawn from (1)
  --users N                 how many salespeople there are (5)
  --activities N            how many activities there are (40)
  --audit-events N          how many audit events there are (40)
  --fiscal-start-month N    the month that fiscal years begin in (2)
  --not-opted-in ID         a forecast that the token's user may not read; may be repeated
  --monthly-quota N         how many jobs 30 days have (1000)
  --concurrent-jobs N       how many jobs may be under way (3)
  --polls N                 how often a job says that it is under way (1)
  --flat-jobs               show jobs as the vendor documents them
  --no-latest               leave GET /forecast/{id} out
  --token T                 accept this token instead of the usual one
  --faults FILE             a fault plan, as JSON
  --latency-ms N            let each answer wait (0)
`;

const argumentOptions = {
  port: { type: "string", default: "0" },
  seed: { type: "string", default: "1" },
  users: { type: "string", default: "5" },
  activities: { type: "string", default: "40" },
  "audit-events": { type: "string", default: "40" },
  "fiscal-start-month": { type: "string", default: "2" },
  "not-opted-in": { type: "string", multiple: true, default: [] },
  "monthly-quota": { type: "string", default: "1000" },
  "concurrent-jobs": { type: "string", default: "3" },
  polls: { type: "string", default: "1" },
  "flat-jobs": { type: "boolean", default: false },
  "no-latest": { type: "boolean", default: false },
  token: { type: "string" },
  faults: { type: "string" },
  "latency-ms": { type: "string", default: "0" },
} as const satisfies ParseArgsConfig["options"];

function readArguments(args: readonly string[]) {
  return parseArgs({ args: [...args], options: argumentOptions, strict: true }).values;
}

function monthOf(given: string): number {
  const month = wholeNumber("fiscal-start-month", given);
  if (month >= 1 && month <= 12) return month;
  throw new UsageError("--fiscal-start-month: a month is 1 to 12.");
}

async function optionsOf(values: ReturnType<typeof readArguments>): Promise<ClariOptions> {
  const planIn = (parsed: unknown) => (isFaultPlan(parsed) ? parsed : undefined);
  return {
    port: wholeNumber("port", values.port),
    seed: wholeNumber("seed", values.seed),
    users: wholeNumber("users", values.users),
    activities: wholeNumber("activities", values.activities),
    auditEvents: wholeNumber("audit-events", values["audit-events"]),
    fiscalYearStartMonth: monthOf(values["fiscal-start-month"]),
    notOptedIn: values["not-opted-in"],
    monthlyQuota: wholeNumber("monthly-quota", values["monthly-quota"]),
    concurrentLimit: wholeNumber("concurrent-jobs", values["concurrent-jobs"]),
    pollsUntilDone: wholeNumber("polls", values.polls),
    envelope: values["flat-jobs"] ? "flat" : "job",
    hasLatest: !values["no-latest"],
    latencyMs: wholeNumber("latency-ms", values["latency-ms"]),
    ...(values.token === undefined ? {} : { token: values.token }),
    ...(values.faults === undefined ? {} : { faults: await readFaultPlan(values.faults, planIn) }),
  };
}

/** `chorale-sandbox clari`: prints the address as `url`. */
export const clariCommand: StandInCommand = {
  usage,
  async start(args) {
    const sandbox = await startClari(await optionsOf(readArguments(args)));
    return { announcement: { url: sandbox.url }, close: () => sandbox.close() };
  },
};
