import type { SnowflakeOptions, SnowflakeSandbox } from "@chorale/sandbox";
import { startSnowflake } from "@chorale/sandbox";
import type { RunSummary } from "@chorale/target-sdk";
import { afterAll, beforeAll, expect } from "vitest";
import { snowflakeTarget } from "../src/target.ts";
import { keptThreads } from "./kept-threads.ts";
import { type LogLines, logLines } from "./log-lines.ts";
import { loaderSettings } from "./snowflake-settings.ts";

type Settings = Readonly<Record<string, unknown>>;
type Row = Readonly<Record<string, unknown>>;

const targetSnowflake = snowflakeTarget(keptThreads());

/** How a load ended, and what it did. */
export interface Load {
  /** Undefined when it succeeded. */
  readonly error: unknown;
  readonly states: readonly unknown[];
  readonly summary: RunSummary | undefined;
  readonly log: LogLines;
  /** What the run sent, in its order, from every connection. */
  readonly statements: readonly string[];
}

/** A schema of a stand-in that no other test touches. */
export interface TestSchema {
  readonly name: string;
  readonly settings: Settings;
  /** Runs the target on lines. Never rejects for a failed run. */
  run(lines: Iterable<string> | AsyncIterable<string>, settings?: Settings): Promise<Load>;
  /** Runs the target on lines; rejects when the run fails. */
  load(lines: Iterable<string> | AsyncIterable<string>, settings?: Settings): Promise<Load>;
  /** The statements of a run that changes nothing. */
  dryRun(lines: readonly string[], settings?: Settings): Promise<readonly string[]>;
  /** Rows of a table without the target's own columns, as JSON texts in order. */
  rows(table: string): Promise<readonly string[]>;
  /** Rows of a query, in which `$` stands for the schema's name. */
  query(sql: string): Promise<readonly Row[]>;
  /** The columns of a table and their types, in their order; empty where there is no table. */
  columns(table: string): Promise<readonly string[]>;
  /** The tables that are there, but for the ledger. */
  tables(): Promise<readonly string[]>;
}

/** A stand-in for the tests of a file. */
export interface TestAccount {
  readonly sandbox: SnowflakeSandbox;
  schema(settings?: Settings): Promise<TestSchema>;
}

/** Starts one stand-in for all tests of a file; each takes a schema of its own. */
export function testAccount(options: SnowflakeOptions = {}): TestAccount {
  let started: SnowflakeSandbox | undefined;
  let schemas = 0;
  beforeAll(async () => {
    started = await startSnowflake(options);
  });
  afterAll(() => started?.close());
  return {
    get sandbox() {
      if (started === undefined) throw new Error("the stand-in is started before the tests");
      return started;
    },
    async schema(settings = {}) {
      schemas += 1;
      const name = `S${schemas}`;
      await this.sandbox.query(`CREATE SCHEMA RAW.${name}`);
      return testSchema(this.sandbox, { name, settings });
    },
  };
}

/** Takes a schema of a stand-in, which need not be there yet. */
export function testSchema(
  sandbox: SnowflakeSandbox,
  { name, settings = {} }: { readonly name: string; readonly settings?: Settings },
): TestSchema {
  const own = {
    ...loaderSettings(sandbox.url),
    ...{ account: "sandbox", database: "RAW", default_target_schema: name, retry_delay_seconds: 0.01 },
    ...settings,
  };
  const query = (sql: string): Promise<readonly Row[]> => sandbox.query(sql.replaceAll("$", name));
  const run: TestSchema["run"] = (lines, more = {}) =>
    runLines(sandbox, { lines, config: definedOnly({ ...own, ...more }) });
  return {
    name,
    settings: own,
    query,
    run,
    async load(lines, more) {
      const load = await run(lines, more);
      if (load.error !== undefined) throw load.error;
      return load;
    },
    async dryRun(lines, more = {}) {
      const statements: string[] = [];
      const dryRun = (sql: string): void => void statements.push(sql);
      await targetSnowflake.run(bytesOf(lines), { config: definedOnly({ ...own, ...more }), dryRun });
      return statements;
    },
    async rows(table) {
      const rows = await query(`SELECT * FROM RAW.$."${table}"`);
      return rows.map(ownValues).sort();
    },
    columns: (table) => columnsOf(query, table),
    async tables() {
      const rows = await query("SHOW TABLES IN SCHEMA RAW.$");
      return rows.map((row) => String(row["name"])).filter((table) => table !== "_CHORALE_COMMITS");
    },
  };
}

async function columnsOf(query: TestSchema["query"], table: string): Promise<readonly string[]> {
  try {
    const rows = await query(`DESCRIBE TABLE RAW.$."${table}"`);
    return rows.map((row) => `${String(row["name"])} ${String(row["type"])}`);
  } catch (error) {
    if (Reflect.get(Object(error), "code") === "002003") return [];
    throw error;
  }
}

/** A setting that a test unsets is undefined. */
function definedOnly(settings: Settings): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

async function runLines(
  sandbox: SnowflakeSandbox,
  { lines, config }: { lines: Iterable<string> | AsyncIterable<string>; config: Settings },
): Promise<Load> {
  const log = logLines();
  const states: unknown[] = [];
  const sessions = sandbox.sessions.length;
  const ended = await targetSnowflake
    .run(bytesOf(lines), { config, log, onState: (state) => void states.push(JSON.parse(state)) })
    .then(
      (summary) => ({ summary, error: undefined }),
      (error: unknown) => ({ summary: undefined, error }),
    );
  const own = new Set(sandbox.sessions.slice(sessions).map(({ id }) => id));
  const statements = sandbox.statements.filter(({ session }) => own.has(session)).map(({ sql }) => sql);
  return { ...ended, states, log, statements };
}

async function* bytesOf(lines: Iterable<string> | AsyncIterable<string>): AsyncIterable<Uint8Array> {
  for await (const line of lines) yield Buffer.from(`${line}\n`);
}

function ownValues(row: Row): string {
  const values = Object.entries(row).flatMap(([name, value]) => (name.startsWith("_SDC") ? [] : [value]));
  return JSON.stringify(values.map(plainValue));
}

/** Integers are numbers here, and a VARIANT has no blanks: Snowflake writes it over several lines. */
function plainValue(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  const isLong = typeof value === "string" && /^[[{]\n/.test(value);
  return isLong ? JSON.stringify(JSON.parse(value)) : value;
}

/** The statements that begin with one of these words. */
export function beginning(statements: readonly string[], ...words: readonly string[]): readonly string[] {
  return statements.filter((sql) => words.some((word) => sql.startsWith(word)));
}

/** Statements without what differs from run to run: ids of batches and commits. */
export function withoutIds(statements: readonly string[]): readonly string[] {
  return statements.map((sql) =>
    sql.replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "<id>"),
  );
}

/** Expects an error of one line, of this exit code. */
export function expectFailure({ error }: Pick<Load, "error">, exitCode: number, text: RegExp): void {
  expect(error).toMatchObject({ exitCode, message: expect.stringMatching(text) });
  expect(error).toMatchObject({ message: expect.stringMatching(/^[^\n]+\.$/) });
}

/** Writes a SCHEMA line; without keys unless they are given. */
export function schema(
  stream: string,
  properties: Readonly<Record<string, object>>,
  keys: readonly string[] = [],
): string {
  const described = { type: "object", properties };
  return JSON.stringify({ type: "SCHEMA", stream, schema: described, key_properties: keys });
}

/** Writes a RECORD line. */
export function record(stream: string, values: object, extras: object = {}): string {
  return JSON.stringify({ type: "RECORD", stream, record: values, ...extras });
}

/** Writes a STATE line. */
export function state(value: unknown): string {
  return JSON.stringify({ type: "STATE", value });
}

/** Writes an ACTIVATE_VERSION line. */
export function activate(stream: string, version: number): string {
  return JSON.stringify({ type: "ACTIVATE_VERSION", stream, version });
}

export const integer = { type: ["null", "integer"] } as const;
export const text = { type: ["null", "string"] } as const;
export const number = { type: ["null", "number"] } as const;
export const moment = { type: ["null", "string"], format: "date-time" } as const;
export const day = { type: ["null", "string"], format: "date" } as const;
export const anything = { type: ["null", "object"] } as const;
