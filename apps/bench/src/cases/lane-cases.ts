import type { BenchCase } from "../bench-case.ts";
import { type CaseOptions, dataOf } from "./case-options.ts";

/** What the target SDK does between the input and the warehouse, with a warehouse that keeps nothing. */
export function laneCases(options: CaseOptions): readonly BenchCase[] {
  const data = dataOf(options, { size: "wide", records: 300_000 });
  return [
    {
      name: "lane",
      title: "spool lines as they came, no validation",
      variants: [
        { label: "target-sdk", task: "lane", data, settings: { validate_records: false } },
        { label: "cut + copy + zstd", task: "spool-lines", data },
      ],
      checks: [
        { kind: "speed", of: "target-sdk", reference: "cut + copy + zstd", atLeast: 0.6 },
        { kind: "memory", of: "target-sdk", belowMegabytes: 200 },
      ],
    },
    {
      name: "lane-validated",
      title: "spool lines as they came, each record validated",
      variants: [
        { label: "target-sdk", task: "lane", data },
        { label: "cut + JSON.parse + copy + zstd", task: "spool-parsed-lines", data },
      ],
      checks: [
        { kind: "speed", of: "target-sdk", reference: "cut + JSON.parse + copy + zstd" },
        { kind: "memory", of: "target-sdk", belowMegabytes: 200 },
      ],
    },
    {
      name: "lane-rewritten",
      title: "write every line anew, no validation",
      variants: [
        { label: "target-sdk", task: "lane", data, settings: { validate_records: false, rewrite_all: true } },
        { label: "cut + JSON.parse + JSON.stringify + zstd", task: "spool-written-lines", data },
      ],
      checks: [
        { kind: "speed", of: "target-sdk", reference: "cut + JSON.parse + JSON.stringify + zstd" },
        { kind: "memory", of: "target-sdk", belowMegabytes: 200 },
      ],
    },
  ];
}
