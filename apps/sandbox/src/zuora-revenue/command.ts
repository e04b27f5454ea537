import { type ParseArgsConfig, parseArgs } from "node:util";
import { readFaultPlan, type StandInCommand, UsageError, wholeNumber } from "../command-arguments.ts";
import { isFaultPlan } from "../faults.ts";
import { startZuoraRevenue, type ZuoraRevenueOptions } from "./sandbox.ts";

const usage = `zuora-revenue:
  --port N            the port (0: a free one)
  --seed N            what the data is drawn from (1)
  --rows N            how many rows each view has (10)
  --rows-of VIEW=N    how many rows one view has; may be repeated
  --lag N             how often a page is not cached yet (0)
  --token-seconds N   how long a token lasts (1800)
  --past-the-end A    what follows a full last page: 404 (usual) or not-cached
  --not-enabled       answer 405, as for tenants without the API service
  --faults FILE       a fault plan, as JSON
  --latency-ms N      let each answer wait (0)
`;

const argumentOptions = {
  port: { type: "string", default: "0" },
  seed: { type: "string", default: "1" },
  rows: { type: "string", default: "10" },
  "rows-of": { type: "string", multiple: true, default: [] },
  lag: { type: "string", default: "0" },
  "token-seconds": { type: "string", default: "1800" },
  "past-the-end": { type: "string", default: "404" },
  "not-enabled": { type: "boolean", default: false },
  faults: { type: "string" },
  "latency-ms": { type: "string", default: "0" },
} as const satisfies ParseArgsConfig["options"];

function rowsOf(given: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    given.map((each) => {
      const [view = "", count = ""] = each.split("=");
      return [view, wholeNumber("rows-of", count)];
    }),
  );
}

function pastTheEndOf(given: string): "404" | "not-cached" {
  if (given === "404" || given === "not-cached") return given;
  throw new UsageError("--past-the-end: it is 404 or not-cached.");
}

async function optionsOf(args: readonly string[]): Promise<ZuoraRevenueOptions> {
  const { values } = parseArgs({ args: [...args], options: argumentOptions, strict: true });
  const planIn = (parsed: unknown) => (isFaultPlan(parsed) ? parsed : undefined);
  return {
    port: wholeNumber("port", values.port),
    seed: wholeNumber("seed", values.seed),
    rows: wholeNumber("rows", values.rows),
    rowsOf: rowsOf(values["rows-of"]),
    lag: wholeNumber("lag", values.lag),
    tokenSeconds: wholeNumber("token-seconds", values["token-seconds"]),
    pastTheEnd: pastTheEndOf(values["past-the-end"]),
    isEnabled: !values["not-enabled"],
    latencyMs: wholeNumber("latency-ms", values["latency-ms"]),
    ...(values.faults === undefined ? {} : { faults: await readFaultPlan(values.faults, planIn) }),
  };
}

/** `chorale-sandbox zuora-revenue`: prints the address as `url`. */
export const zuoraRevenueCommand: StandInCommand = {
  usage,
  async start(args) {
    const sandbox = await startZuoraRevenue(await optionsOf(args));
    return { announcement: { url: sandbox.url }, close: () => sandbox.close() };
  },
};
