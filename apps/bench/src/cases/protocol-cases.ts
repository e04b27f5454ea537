import type { BenchCase } from "../bench-case.ts";
import { type CaseOptions, dataOf } from "./case-options.ts";

/** What every connector does with lines: reading and writing them. */
export function protocolCases(options: CaseOptions): readonly BenchCase[] {
  const data = dataOf(options, { size: "wide", records: 300_000 });
  return [
    {
      name: "reader",
      title: "cut bytes into lines and find type and stream of each",
      variants: [
        { label: "LineReader + HeadReader", task: "read-heads", data },
        { label: "indexOf + subarray", task: "cut-lines", data },
      ],
      checks: [{ kind: "speed", of: "LineReader + HeadReader", reference: "indexOf + subarray" }],
    },
    {
      name: "writer",
      title: "write messages to the null device",
      variants: [
        { label: "MessageWriter", task: "write-messages", data },
        { label: "JSON.stringify + 64 KiB texts", task: "write-texts", data },
      ],
      checks: [{ kind: "speed", of: "MessageWriter", reference: "JSON.stringify + 64 KiB texts" }],
    },
  ];
}
