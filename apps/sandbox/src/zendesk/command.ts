import { type ParseArgsConfig, parseArgs } from "node:util";
import { readFaultPlan, type StandInCommand, UsageError, wholeNumber } from "../command-arguments.ts";
import { isFaultPlan } from "../faults.ts";
import type { Credential } from "./credentials.ts";
import { type Features, featureNames, isFeature, isPlan, type Plan, planNames, plans } from "./features.ts";
import { multipliedLimits } from "./rate-buckets.ts";
import { startZendesk, type ZendeskData, type ZendeskOptions } from "./sandbox.ts";

const usage = `zendesk:
  --port N                  the port (0: a free one)
  --seed N                  what the data is drawn from (1)
  --tickets N --users N --organizations N --groups N
                            how much data to draw
  --replay FOLDER           answer from recordings instead
  --faults FILE             a fault plan, as JSON
  --email A --api-token T   accept this credential instead of the usual ones
  --access-token T          the same, for OAuth
  --plan NAME               team, growth, professional, enterprise or enterprise-plus (enterprise)
  --without FEATURES        features that the account lacks, such as talk,community
  --rate-limit-factor N     allow N times the vendor's requests a minute (1)
  --rate-limit-window-ms N  how long the vendor's minute is (60000)
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
  "rate-limit-window-ms": { type: "string", default: "60000" },
  plan: { type: "string", default: "enterprise" },
  without: { type: "string", default: "" },
  "latency-ms": { type: "string", default: "0" },
} as const satisfies ParseArgsConfig["options"];

function readArguments(args: readonly string[]) {
  return parseArgs({ args: [...args], options: argumentOptions, strict: true }).values;
}

type Values = ReturnType<typeof readArguments>;

function sizesOf(values: Values): Partial<Record<"tickets" | "users" | "organizations" | "groups", number>> {
  const names = ["tickets", "users", "organizations", "groups"] as const;
  const given = names.flatMap((name) => {
    const size = values[name];
    return size === undefined ? [] : [[name, wholeNumber(name, size)]];
  });
  return Object.fromEntries(given);
}

function dataOf(values: Values): ZendeskData {
  if (values.replay !== undefined) return { kind: "replay", folder: values.replay };
  return { kind: "generated", seed: wholeNumber("seed", values.seed), ...sizesOf(values) };
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

function planOf(values: Values): { plan: Plan; features: Partial<Features> } {
  const { plan, without } = values;
  if (!isPlan(plan))
    throw new UsageError(`--plan: there is no ${plan}. Name one of ${planNames.join(", ")}.`);
  const lacking = without.split(",").filter((name) => name !== "");
  const unknown = lacking.find((name) => !isFeature(name));
  if (unknown !== undefined) {
    throw new UsageError(`--without: there is no ${unknown}. Name some of ${featureNames.join(", ")}.`);
  }
  return { plan, features: Object.fromEntries(lacking.map((name) => [name, false])) };
}

async function optionsOf(values: Values): Promise<ZendeskOptions> {
  const plan = planOf(values);
  const factor = wholeNumber("rate-limit-factor", values["rate-limit-factor"]);
  const credentials = credentialsOf(values);
  const planIn = (parsed: unknown) => (isFaultPlan(parsed) ? parsed : undefined);
  return {
    port: wholeNumber("port", values.port),
    data: dataOf(values),
    latencyMs: wholeNumber("latency-ms", values["latency-ms"]),
    rateLimits: multipliedLimits(factor, plans[plan.plan].account),
    rateLimitWindowMs: wholeNumber("rate-limit-window-ms", values["rate-limit-window-ms"]),
    ...plan,
    ...(credentials.length > 0 ? { credentials } : {}),
    ...(values.faults === undefined ? {} : { faults: await readFaultPlan(values.faults, planIn) }),
  };
}

/** `chorale-sandbox zendesk`: prints the address as `url`. */
export const zendeskCommand: StandInCommand = {
  usage,
  async start(args) {
    const sandbox = await startZendesk(await optionsOf(readArguments(args)));
    return { announcement: { url: sandbox.url }, close: () => sandbox.close() };
  },
};
