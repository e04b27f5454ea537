import type { BenchCase, Variant } from "../bench-case.ts";
import type { DataSpec } from "../data/data-set.ts";
import { type CaseOptions, dataOf } from "./case-options.ts";

/** What target-duckdb and the taps do as processes. */
export function loadCases(options: CaseOptions): readonly BenchCase[] {
  return [
    tapCase(options),
    pipelineCase(options),
    loadCase(options),
    memoryCase(options, { name: "load-memory", records: 300_000 }),
    ...(options.full ? [memoryCase(options, { name: "load-memory-full", records: 1_000_000 })] : []),
  ];
}

const rawDuckdb = "CREATE TABLE AS read_json";

function loadCase(options: CaseOptions): BenchCase {
  const data = dataOf(options, { size: "narrow", records: 1_000_000, streams: 1 });
  const variants: readonly Variant[] = [
    { label: "append-only", task: "load", data, settings: { load_method: "append-only" } },
    { label: "upsert", task: "load", data },
  ];
  return {
    name: "load",
    title: "target-duckdb, from a file of messages to a table",
    variants: [...variants, { label: rawDuckdb, task: "load-raw", data }],
    checks: variants.map(({ label }) => ({ kind: "speed", of: label, reference: rawDuckdb })),
  };
}

/**
 * The peak of memory may not grow with the input: ten times the records in batches of the same size, of which
 * the smaller input has three. It hardly varies, and takes long, so one round has to do.
 */
function memoryCase(options: CaseOptions, { name, records }: { name: string; records: number }): BenchCase {
  const small = dataOf(options, { size: "narrow", records, streams: 1 });
  const large = { ...small, records: small.records * 10 };
  const settings = { batch_size_rows: Math.ceil(small.records / 3) };
  const labelOf = (data: DataSpec) => `${data.records.toLocaleString("en")} records`;
  const variants = [small, large].map((data): Variant => {
    return { label: labelOf(data), task: "load", data, settings };
  });
  return {
    name,
    title: "target-duckdb's peak of memory, upsert",
    rounds: 1,
    variants,
    checks: [{ kind: "growth", of: labelOf(large), reference: labelOf(small), atMost: 1.2 }],
  };
}

function tapCase(options: CaseOptions): BenchCase {
  return {
    name: "tap",
    title: "a tap alone, from a stand-in on the same machine to the null device",
    variants: [
      { label: "tap-zendesk", task: "tap", settings: { tickets: ticketsOf(options) } },
      { label: "tap-zengrc", task: "tap-zengrc", settings: { records: recordsOf(options) } },
      {
        label: "tap-thought-industries",
        task: "tap-thought-industries",
        settings: { records: recordsOf(options) },
      },
    ],
    checks: [],
  };
}

function pipelineCase(options: CaseOptions): BenchCase {
  const settings = { tickets: ticketsOf(options) };
  const [of, reference] = ["tap-zendesk | target-duckdb", "target-duckdb < recorded"];
  return {
    name: "pipeline",
    title: "a stand-in's tickets into a table",
    variants: [
      { label: of, task: "pipeline", settings },
      { label: reference, task: "load-recorded", settings },
    ],
    checks: [{ kind: "speed", of, reference }],
  };
}

function recordsOf({ scale }: CaseOptions): number {
  return Math.max(10, Math.round(100_000 * scale));
}

function ticketsOf({ scale }: CaseOptions): number {
  return Math.max(10, Math.round(30_000 * scale));
}
