import type { BenchCase, Variant } from "../bench-case.ts";
import type { DataSpec } from "../data/data-set.ts";
import { type CaseOptions, dataOf } from "./case-options.ts";

/** The client side of target-snowflake, beside a stand-in in another process that answers statements at once. */
export function snowflakeCases(options: CaseOptions): readonly BenchCase[] {
  return [
    loadCase(options, { name: "snowflake", records: 1_000_000 }),
    sqlCase(options),
    memoryCase(options, { name: "snowflake-memory", records: 300_000 }),
    ...(options.full ? fullCases(options) : []),
  ];
}

function fullCases(options: CaseOptions): readonly BenchCase[] {
  return [
    loadCase(options, { name: "snowflake-full", records: 3_000_000 }),
    memoryCase(options, { name: "snowflake-memory-full", records: 1_000_000 }),
  ];
}

/** Of a million records the start of the upload thread and the last batches, which nothing overlaps, are a large part. */
function loadCase(options: CaseOptions, { name, records }: { name: string; records: number }): BenchCase {
  const data = dataOf(options, { size: "wide", records });
  const [of, validated, reference] = ["target-snowflake", "target-snowflake, validated", "cut + copy + zstd"];
  return {
    name,
    title: "the client side of target-snowflake, upsert, with a stand-in that answers SQL at once",
    variants: [
      { label: of, task: "snowflake", data, settings: { validate_records: false } },
      { label: reference, task: "spool-lines", data },
      { label: validated, task: "snowflake", data },
    ],
    checks: [
      { kind: "speed", of, reference, atLeast: 0.6 },
      { kind: "work", of, reference },
      { kind: "speed", of: validated, reference },
      { kind: "work", of: validated, reference },
    ],
  };
}

function sqlCase(options: CaseOptions): BenchCase {
  const data = dataOf(options, { size: "wide", records: 30_000 });
  const settings = { validate_records: false };
  const [of, reference] = ["SQL on DuckDB", "SQL answered at once"];
  return {
    name: "snowflake-sql",
    title: "what the stand-in's SQL adds to the same load",
    rounds: 1,
    variants: [
      { label: of, task: "snowflake-sql", data, settings },
      { label: reference, task: "snowflake", data, settings },
    ],
    checks: [{ kind: "speed", of, reference }],
  };
}

/** As that of target-duckdb. The base has the driver and the upload thread, and hardly any record. */
function memoryCase(options: CaseOptions, { name, records }: { name: string; records: number }): BenchCase {
  const small = dataOf(options, { size: "narrow", records, streams: 1 });
  const large = { ...small, records: small.records * 10 };
  const base = "base: 10 records";
  const variantOf = (label: string, data: DataSpec): Variant => {
    const settings = { validate_records: false, batch_size_rows: Math.ceil(small.records / 3) };
    return { label, task: "load-snowflake", data, settings };
  };
  const [less, more] = [labelOf(small), labelOf(large)];
  return {
    name,
    title: "target-snowflake's peak of memory, with driver and upload thread",
    rounds: 1,
    variants: [variantOf(base, { ...small, records: 10 }), variantOf(less, small), variantOf(more, large)],
    checks: [
      { kind: "growth", of: less, reference: base },
      { kind: "growth", of: more, reference: less, atMost: 1.2 },
    ],
  };
}

function labelOf({ records }: DataSpec): string {
  return `${records.toLocaleString("en")} records`;
}
