import type { DataFile } from "../data/data-set.ts";
import type { Measurement } from "../measurement.ts";

/** What a task is given. */
export interface TaskInput {
  /** The data set that the variant asks for. */
  readonly file: DataFile;
  /** An empty folder of the task's own. */
  readonly folder: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Does one piece of work and measures it. Throws when the work came out wrong. */
export type Task = (input: TaskInput) => Promise<Measurement>;

/** The tasks, each in a module that is loaded only in the process that runs it. */
const loaders = {
  "cut-lines": async () => (await import("./reading.ts")).cutLines,
  "read-heads": async () => (await import("./reading.ts")).readHeads,
  "write-messages": async () => (await import("./writing.ts")).writeMessages,
  "write-texts": async () => (await import("./writing.ts")).writeTexts,
  lane: async () => (await import("./lane.ts")).runLane,
  "spool-lines": async () => (await import("./spooling.ts")).spoolLines,
  "spool-parsed-lines": async () => (await import("./spooling.ts")).spoolParsedLines,
  "spool-written-lines": async () => (await import("./spooling.ts")).spoolWrittenLines,
  peer: async () => (await import("./peer.ts")).runPeer,
  "pump-runner": async () => (await import("./pumping.ts")).pumpWithRunner,
  "pump-node": async () => (await import("./pumping.ts")).pumpWithNode,
  "pump-shell": async () => (await import("./pumping.ts")).pumpWithShell,
  start: async () => (await import("./starting.ts")).startProgram,
  tap: async () => (await import("./zendesk.ts")).runTap,
  "tap-adaptive": async () => (await import("./adaptive.ts")).runAdaptiveTap,
  "tap-clari": async () => (await import("./clari.ts")).runClariTap,
  "tap-thought-industries": async () => (await import("./thought-industries.ts")).runThoughtIndustriesTap,
  "tap-xactly": async () => (await import("./xactly.ts")).runXactlyTap,
  "tap-zengrc": async () => (await import("./zengrc.ts")).runZengrcTap,
  "tap-zuora-revenue": async () => (await import("./zuora-revenue.ts")).runZuoraRevenueTap,
  pipeline: async () => (await import("./zendesk.ts")).runPipeline,
  "load-recorded": async () => (await import("./zendesk.ts")).loadRecorded,
  load: async () => (await import("./loading.ts")).loadFile,
  "load-raw": async () => (await import("./raw-duckdb.ts")).loadWithDuckdb,
  snowflake: async () => (await import("./snowflake.ts")).runSnowflake,
  "snowflake-sql": async () => (await import("./snowflake.ts")).runSnowflakeSql,
  "load-snowflake": async () => (await import("./snowflake.ts")).loadSnowflake,
} satisfies Record<string, () => Promise<Task>>;

/** The name of a task. */
export type TaskName = keyof typeof loaders;

/** Loads a task. Throws for a name that is none. */
export async function loadTask(name: string): Promise<Task> {
  const loader = Object.entries(loaders).find(([known]) => known === name)?.[1];
  if (loader === undefined) throw new Error(`${name}: there is no such task.`);
  return loader();
}
