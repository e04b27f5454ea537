import { createReadStream } from "node:fs";
import { join } from "node:path";
import { type Logger, silentLogger } from "@chorale/singer";
import { targetSnowflake } from "@chorale/target-snowflake";
import { type DataFile, writeDataFile } from "../data/data-set.ts";
import { type Measurement, measured } from "../measurement.ts";
import { type StandInReport, startStandIn } from "../snowflake/stand-in-process.ts";
import { expectCount } from "./expect-count.ts";
import { loadWithTarget } from "./loading.ts";
import type { TaskInput } from "./task.ts";
import { warmUp } from "./warm-up.ts";

type Settings = Readonly<Record<string, unknown>>;
/** What the stand-in answers statements from. */
type Sql = "prompt" | "duckdb";

/** The target's default bytes of a batch are 212,000 lines of 633 bytes; by rows the stand-in knows each batch. */
const batchRows = 200_000;
const never = 86_400;

/**
 * Loads a file with target-snowflake in this process, from a stand-in in another one that answers each statement at
 * once. Logging in, the upload thread's start, uploads and what the statements are sent with is counted; loading the
 * driver into this process is not. `settings` are those of the target.
 */
export async function runSnowflake(input: TaskInput): Promise<Measurement> {
  return await runBeside("prompt", input);
}

/** The same with DuckDB behind the stand-in: what the statements take there is no part of the target. */
export async function runSnowflakeSql(input: TaskInput): Promise<Measurement> {
  return await runBeside("duckdb", input);
}

/** Loads a file with target-snowflake as a process, its start included: for its peak of memory. */
export async function loadSnowflake(input: TaskInput): Promise<Measurement> {
  const { file, folder } = input;
  const program = "@chorale/target-snowflake";
  const { result, report } = await besideStandIn({ ...input, sql: "prompt" }, (config) =>
    loadWithTarget({ program, path: file.path, folder, config }),
  );
  expectCount(result.records, { expected: file.records, of: "records" });
  return { ...result, bytes: file.bytes, shares: standInShare(report, result) };
}

async function runBeside(sql: Sql, input: TaskInput): Promise<Measurement> {
  const { file, folder } = input;
  const warmUpFile = await writeDataFile(join(folder, "warm-up.jsonl"), warmUp);
  await besideStandIn({ ...input, file: warmUpFile, sql }, (config) => load(warmUpFile, { config }));
  const statements = statementTimes();
  const { result, report } = await besideStandIn({ ...input, sql }, (config) =>
    measured(() => load(file, { config, log: statements.log })),
  );
  expectCount(result.records, { expected: file.records, of: "records" });
  const shares = {
    "of the time is what statements took, added up": statements.seconds() / result.seconds,
    ...standInShare(report, result),
  };
  return { ...result, shares };
}

async function load(
  file: DataFile,
  options: { config: Settings; log?: Logger },
): Promise<{ records: number; bytes: number }> {
  const { streams } = await targetSnowflake.run(createReadStream(file.path), options);
  const records = [...streams.values()].reduce((sum, { loaded }) => sum + loaded, 0);
  return { records, bytes: file.bytes };
}

/** Adds up the times of statements that the target logs. Those of PUT are uploads. */
function statementTimes() {
  let milliseconds = 0;
  const debug = (message: string, { sql, ms }: Readonly<Record<string, unknown>> = {}) => {
    if (message === "statement" && !String(sql).startsWith("PUT ")) milliseconds += Number(ms);
  };
  return { log: { ...silentLogger, debug }, seconds: () => milliseconds / 1000 };
}

/** Both share the machine's processors, so what the stand-in takes of them slows what is measured. */
function standInShare(
  { cpuSeconds }: StandInReport,
  { seconds }: Pick<Measurement, "seconds">,
): Readonly<Record<string, number>> {
  return { "of a core went to the stand-in beside it": cpuSeconds / seconds };
}

/** Works beside a stand-in, and makes sure that all of the file got into its stage. */
async function besideStandIn<Result>(
  { file, folder, settings, sql }: TaskInput & { sql: Sql },
  work: (config: Settings) => Promise<Result>,
): Promise<{ result: Result; report: StandInReport }> {
  const rows = Number(settings["batch_size_rows"] ?? batchRows);
  const expected = { recordsByStream: file.recordsByStream, batchRows: rows };
  const standIn = await startStandIn(sql === "prompt" ? { expected } : {}, folder);
  const config = {
    account: "sandbox",
    access_url: standIn.url,
    user: "LOADER",
    password: "password",
    database: "RAW",
    warehouse: "LOADING",
    default_target_schema: "PUBLIC",
    temp_dir: folder,
    batch_size_rows: rows,
    batch_wait_limit_seconds: never,
    ...settings,
  };
  try {
    const result = await work(config);
    const report = await standIn.report();
    if (report.rows !== undefined) expectCount(report.rows, { expected: file.records, of: "lines" });
    return { result, report };
  } finally {
    await standIn.close();
  }
}
