import type { BenchCase } from "../bench-case.ts";
import type { CaseOptions } from "./case-options.ts";
import { laneCases } from "./lane-cases.ts";
import { loadCases } from "./load-cases.ts";
import { peerCase, processCases } from "./process-cases.ts";
import { protocolCases } from "./protocol-cases.ts";
import { snowflakeCases } from "./snowflake-cases.ts";

/** Answers all cases in the order in which they are run. */
export function allCases(options: CaseOptions): readonly BenchCase[] {
  return [
    ...protocolCases(options),
    ...laneCases(options),
    peerCase(options),
    ...processCases(options),
    ...loadCases(options),
    ...snowflakeCases(options),
  ];
}
