import type { BenchCase, Check, Variant } from "../bench-case.ts";
import type { DataSpec } from "../data/data-set.ts";
import { type CaseOptions, dataOf } from "./case-options.ts";

/** What target-duckdb and the taps do as processes. */
export function loadCases(options: CaseOptions): readonly BenchCase[] {
  return [
    tapCase(options),
    tapMemoryCase(options),
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

const pagedTaps = ["tap-zengrc", "tap-thought-industries"] as const;
/** Taps whose data comes as one document, or as a table of any length. */
const exportTaps = ["tap-clari", "tap-adaptive", "tap-xactly", "tap-zuora-revenue"] as const;

function tapCase(options: CaseOptions): BenchCase {
  const settings = { records: recordsOf(options) };
  return {
    name: "tap",
    title: "a tap alone, from a stand-in on the same machine to the null device",
    variants: [
      { label: "tap-zendesk", task: "tap", settings: { tickets: ticketsOf(options) } },
      ...[...pagedTaps, ...exportTaps].map((task): Variant => ({ label: task, task, settings })),
    ],
    checks: [],
  };
}

/** Ten times the records of an export may not take more memory. */
function tapMemoryCase(options: CaseOptions): BenchCase {
  const pairs = exportTaps.map((task) => {
    const records = task === "tap-clari" || task === "tap-adaptive" ? 100_000 : 1_000_000;
    return sizesOf(task, Math.max(100, Math.round(records * options.scale)));
  });
  return {
    name: "tap-memory",
    title: "peaks of memory of taps that read exports",
    rounds: 1,
    variants: pairs.flatMap(({ small, large }) => [small, large]),
    checks: pairs.flatMap(({ small, large }): readonly Check[] => [
      { kind: "memory", of: large.label, belowMegabytes: 200 },
      { kind: "growth", of: large.label, reference: small.label },
    ]),
  };
}

function sizesOf(task: (typeof exportTaps)[number], most: number): { small: Variant; large: Variant } {
  const sized = (records: number): Variant => {
    return { label: `${task}, ${records.toLocaleString("en")} records`, task, settings: { records } };
  };
  return { small: sized(Math.round(most / 10)), large: sized(most) };
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
