import { assertFailed, assertNoState, assertRows } from "../expectations.ts";
import { integer, schema, state } from "../messages.ts";
import type { SuiteCase } from "../suite-case.ts";

const definition = schema("batched", { id: integer }, ["id"]);

function batch(encoding: unknown, manifest: unknown): string {
  return JSON.stringify({ type: "BATCH", stream: "batched", encoding, manifest });
}

const refused: readonly (readonly [string, string, readonly string[]])[] = [
  [
    "a format that is not supported",
    batch({ format: "parquet" }, ["file:///tmp/x.parquet"]),
    ["batched", "parquet"],
  ],
  [
    "a compression that is not supported",
    batch({ format: "jsonl", compression: "snappy" }, ["file:///tmp/x"]),
    ["batched", "snappy"],
  ],
  ["a place that is not supported", batch({ format: "jsonl" }, ["s3://bucket/x.jsonl"]), ["batched", "s3"]],
  [
    "a file that is not there",
    batch({ format: "jsonl" }, ["file:///nowhere/at/all.jsonl"]),
    ["batched", "/nowhere/at/all.jsonl"],
  ],
];

/** BATCH messages that cannot be loaded. What can be is covered by every case that runs in batches. */
export const batchCases: readonly SuiteCase[] = [
  ...refused.map(
    ([what, line, words]): SuiteCase => ({
      name: `BATCH with ${what} is refused in one line`,
      async run(context) {
        const outcome = await context.run([definition, line, state(1)]);
        assertFailed(outcome, { words });
        assertNoState(outcome);
        await assertRows(context, "batched", []);
      },
    }),
  ),
  {
    name: "BATCH before its SCHEMA is refused by the stream's name",
    async run(context) {
      const outcome = await context.run([batch({ format: "jsonl" }, []), state(1)]);
      assertFailed(outcome, { exitCode: 65, words: ["batched", "SCHEMA"] });
      assertNoState(outcome);
    },
  },
];
