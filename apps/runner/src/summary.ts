import type { PipelineResult } from "./pipeline.ts";

/**
 * Writes what a run came to as a table: a line for each stream, a sum, and what went wrong.
 *
 * @example
 * ```ts
 * process.stdout.write(summaryOf("tap-zendesk → target-duckdb", result));
 * ```
 */
export function summaryOf(title: string, result: PipelineResult): string {
  const { counts, states, seconds, problems, exitCode } = result;
  const records = [...counts.records].sort(([a], [b]) => a.localeCompare(b, "en"));
  const total = records.reduce((sum, [, count]) => sum + count, 0);
  const rows: (readonly [string, string])[] = [
    ["stream", "records"],
    ...records.map(([stream, count]) => [stream, count.toLocaleString("en")] as const),
    ["all", total.toLocaleString("en")],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const countWidth = Math.max(...rows.map(([, count]) => count.length));
  const lines = rows.map(([name, count]) => `  ${name.padEnd(width)}  ${count.padStart(countWidth)}`);
  lines.splice(1, 0, `  ${"-".repeat(width)}  ${"-".repeat(countWidth)}`);
  lines.splice(-1, 0, `  ${"-".repeat(width)}  ${"-".repeat(countWidth)}`);
  const outcome = exitCode === 0 ? "succeeded" : `failed with exit code ${exitCode}`;
  const megabytes = (counts.bytes / 1e6).toFixed(1);
  return [
    `${title} ${outcome} in ${seconds.toFixed(1)} s: ${megabytes} MB, ${counts.states} states sent, ${states.received} committed`,
    ...lines,
    ...problems.map((problem) => `! ${problem}`),
    "",
  ].join("\n");
}
