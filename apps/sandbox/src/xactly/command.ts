import { type ParseArgsConfig, parseArgs } from "node:util";
import { readFaultPlan, type StandInCommand, wholeNumber } from "../command-arguments.ts";
import { isFaultPlan } from "../faults.ts";
import { startXactly, type XactlyOptions } from "./sandbox.ts";

const usage = `xactly:
  --port N                  the port (0: a free one)
  --seed N                  what the data is drawn from (1)
  --rows N                  how many rows each table has (20)
  --ties N                  how many rows share a MODIFIED_DATE (3)
  --max-page-rows N         how many rows a page may have (1000)
  --max-result-rows N       how many rows a statement may find (10000)
  --token-lifetime-ms N     how long a token is good (for ever)
  --missing-table NAME      a table that the tenant lacks; may be repeated
  --denied-table NAME       a table that the user may not read; may be repeated
  --column-names            name the columns in answers
  --faults FILE             a fault plan, as JSON
  --latency-ms N            let each answer wait (0)
`;

const argumentOptions = {
  port: { type: "string", default: "0" },
  seed: { type: "string", default: "1" },
  rows: { type: "string", default: "20" },
  ties: { type: "string", default: "3" },
  "max-page-rows": { type: "string", default: "1000" },
  "max-result-rows": { type: "string", default: "10000" },
  "token-lifetime-ms": { type: "string" },
  "missing-table": { type: "string", multiple: true, default: [] },
  "denied-table": { type: "string", multiple: true, default: [] },
  "column-names": { type: "boolean", default: false },
  faults: { type: "string" },
  "latency-ms": { type: "string", default: "0" },
} as const satisfies ParseArgsConfig["options"];

function readArguments(args: readonly string[]) {
  return parseArgs({ args: [...args], options: argumentOptions, strict: true }).values;
}

async function optionsOf(values: ReturnType<typeof readArguments>): Promise<XactlyOptions> {
  const planIn = (parsed: unknown) => (isFaultPlan(parsed) ? parsed : undefined);
  const lifetime = values["token-lifetime-ms"];
  return {
    port: wholeNumber("port", values.port),
    seed: wholeNumber("seed", values.seed),
    rows: wholeNumber("rows", values.rows),
    ties: Math.max(1, wholeNumber("ties", values.ties)),
    maxPageRows: wholeNumber("max-page-rows", values["max-page-rows"]),
    maxResultRows: wholeNumber("max-result-rows", values["max-result-rows"]),
    missingTables: values["missing-table"],
    deniedTables: values["denied-table"],
    columnNames: values["column-names"] ? "texts" : "none",
    latencyMs: wholeNumber("latency-ms", values["latency-ms"]),
    ...(lifetime === undefined ? {} : { tokenLifetimeMs: wholeNumber("token-lifetime-ms", lifetime) }),
    ...(values.faults === undefined ? {} : { faults: await readFaultPlan(values.faults, planIn) }),
  };
}

/** `chorale-sandbox xactly`: prints the address as `url`, without `/api`. */
export const xactlyCommand: StandInCommand = {
  usage,
  async start(args) {
    const sandbox = await startXactly(await optionsOf(readArguments(args)));
    return { announcement: { url: sandbox.url }, close: () => sandbox.close() };
  },
};
