import { parseArgs } from "node:util";

/** What the command line asks for. */
export interface BenchOptions {
  /** Names of cases; empty for all. */
  readonly names: readonly string[];
  /** Sizes of data sets are multiplied by this. */
  readonly scale: number;
  readonly rounds: number;
  readonly full: boolean;
  /** No round but the first of each case begins later than this. */
  readonly limitSeconds: number;
  readonly jsonFile: string | undefined;
  readonly list: boolean;
  readonly help: boolean;
}

/** What `--help` prints. */
export const usage = `Usage: bench [options]

Measures throughput and memory, always beside a reference in the same run.

  --case NAME      only this case; may be repeated
  --quick          a tenth of the data: at most a minute
  --full           also what takes long, such as 10 million records; no limit of time
  --rounds N       runs of each variant (default 3; their median counts)
  --scale FACTOR   multiplies the sizes of the data (default 1)
  --json FILE      writes the results to a file as well
  --list           prints the cases
`;

/**
 * Reads the command line. Throws `TypeError` for an option that does not exist and `RangeError` for a number
 * that makes no sense.
 */
export function readCommandLine(argv: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      case: { type: "string", multiple: true, default: [] },
      quick: { type: "boolean", default: false },
      full: { type: "boolean", default: false },
      rounds: { type: "string", default: "3" },
      scale: { type: "string" },
      json: { type: "string" },
      list: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const { quick, full } = values;
  return {
    names: values.case,
    scale: positive("--scale", values.scale ?? (quick ? "0.1" : "1")),
    rounds: Math.ceil(positive("--rounds", values.rounds)),
    full,
    limitSeconds: full ? Number.POSITIVE_INFINITY : quick ? 30 : 240,
    jsonFile: values.json,
    list: values.list,
    help: values.help,
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new RangeError(`${name} ${text}: it is no number above 0.`);
}
