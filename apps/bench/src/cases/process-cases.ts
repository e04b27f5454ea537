import type { BenchCase, Check, Variant } from "../bench-case.ts";
import { type CaseOptions, dataOf } from "./case-options.ts";

/** What is measured of whole programs that need no API: the runner's pump, a peer, and start-up. */
export function processCases(options: CaseOptions): readonly BenchCase[] {
  return [startCase(), pumpCase(options)];
}

/** The same input through our validating lane and through singer-sdk's, both into nothing. */
export function peerCase(options: CaseOptions): BenchCase {
  const data = dataOf(options, { size: "wide", records: 50_000 });
  const { python } = options;
  return {
    name: "peer",
    title: "spool lines, each record validated, beside singer-sdk's no-op target",
    variants: [
      { label: "target-sdk", task: "lane", data },
      { label: "singer-sdk", task: "peer", data, settings: { python } },
    ],
    checks: [{ kind: "speed", of: "target-sdk", reference: "singer-sdk", atLeast: 25 }],
    ...(python === undefined && {
      unavailable: "there is no peer. Set CHORALE_BENCH_PYTHON to a Python that has singer-sdk.",
    }),
  };
}

function pumpCase(options: CaseOptions): BenchCase {
  const data = dataOf(options, { size: "narrow", records: 2_000_000 });
  return {
    name: "pump",
    title: "the runner between a tap and a target that do nothing, counting every message",
    variants: [
      { label: "chorale run", task: "pump-runner", data },
      { label: "a.stdout.pipe(b.stdin)", task: "pump-node", data },
      { label: "sh -c 'a | b'", task: "pump-shell", data },
    ],
    checks: [{ kind: "speed", of: "chorale run", reference: "a.stdout.pipe(b.stdin)", atLeast: 0.5 }],
  };
}

const bareNode = "node -e 0";
const atMostMilliseconds = 60;

function startCase(): BenchCase {
  const variants: readonly Variant[] = [
    ...["--version", "--help", "--about"].map((argument) => startOf("@chorale/tap-zendesk", argument)),
    ...["--version", "--help", "--about"].map((argument) => startOf("@chorale/tap-zengrc", argument)),
    ...["--version", "--help", "--about"].map((argument) =>
      startOf("@chorale/tap-thought-industries", argument),
    ),
    ...["--version", "--help", "--about"].map((argument) => startOf("@chorale/target-duckdb", argument)),
    ...["--version", "--help", "--about"].map((argument) => startOf("@chorale/target-snowflake", argument)),
    ...["--version", "--help"].map((argument) => startOf("@chorale/runner", argument)),
  ];
  return {
    name: "start-up",
    title: "what a program takes to say who it is",
    rounds: 5,
    variants: [{ label: bareNode, task: "start" }, ...variants],
    checks: variants.map(({ label }): Check => {
      return { kind: "delay", of: label, reference: bareNode, atMostMilliseconds };
    }),
  };
}

function startOf(name: string, argument: string): Variant {
  const program = name === "@chorale/runner" ? "chorale" : name.slice("@chorale/".length);
  return { label: `${program} ${argument}`, task: "start", settings: { package: name, argument } };
}
