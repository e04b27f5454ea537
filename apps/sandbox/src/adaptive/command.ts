import { type ParseArgsConfig, parseArgs } from "node:util";
import { readFaultPlan, type StandInCommand, wholeNumber } from "../command-arguments.ts";
import { isFaultPlan } from "../faults.ts";
import { type AdaptiveOptions, startAdaptive } from "./sandbox.ts";

const usage = `adaptive:
  --port N                  the port (0: a free one)
  --seed N                  what values are drawn from (1)
  --accounts N              how many accounts have data, all of them generated (12, and a dozen with names)
  --levels N                how many levels there are (4)
  --months N                how many months a version has (12)
  --max-cells N             answers with more cells are cut off (none are)
  --denied METHOD           a method that the user may not call; may be repeated
  --empty METHOD            a method without output; may be repeated
  --faults FILE             a fault plan, as JSON
  --latency-ms N            let each answer wait (0)
`;

const argumentOptions = {
  port: { type: "string", default: "0" },
  seed: { type: "string", default: "1" },
  accounts: { type: "string" },
  levels: { type: "string", default: "4" },
  months: { type: "string", default: "12" },
  "max-cells": { type: "string" },
  denied: { type: "string", multiple: true, default: [] },
  empty: { type: "string", multiple: true, default: [] },
  faults: { type: "string" },
  "latency-ms": { type: "string", default: "0" },
} as const satisfies ParseArgsConfig["options"];

async function optionsOf(args: readonly string[]): Promise<AdaptiveOptions> {
  const { values } = parseArgs({ args: [...args], options: argumentOptions, strict: true });
  const planIn = (parsed: unknown) => (isFaultPlan(parsed) ? parsed : undefined);
  const maxCells = values["max-cells"];
  return {
    port: wholeNumber("port", values.port),
    seed: wholeNumber("seed", values.seed),
    size: {
      ...(values.accounts === undefined ? {} : { accounts: wholeNumber("accounts", values.accounts) }),
      levels: wholeNumber("levels", values.levels),
      months: wholeNumber("months", values.months),
    },
    denied: values.denied,
    empty: values.empty,
    latencyMs: wholeNumber("latency-ms", values["latency-ms"]),
    ...(maxCells === undefined ? {} : { maxCells: wholeNumber("max-cells", maxCells) }),
    ...(values.faults === undefined ? {} : { faults: await readFaultPlan(values.faults, planIn) }),
  };
}

/** `chorale-sandbox adaptive`: prints the address as `url`, without `/api`. */
export const adaptiveCommand: StandInCommand = {
  usage,
  async start(args) {
    const sandbox = await startAdaptive(await optionsOf(args));
    return { announcement: { url: sandbox.url }, close: () => sandbox.close() };
  },
};
