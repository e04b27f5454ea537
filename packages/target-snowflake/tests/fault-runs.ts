import { setImmediate } from "node:timers/promises";
import {
  type LoggedStatement,
  type SnowflakeFault,
  type SnowflakeMatch,
  type SnowflakeSandbox,
  startSnowflake,
} from "@chorale/sandbox";
import { createLogger } from "@chorale/singer";
import { expect, vi } from "vitest";
import { snowflakeTarget } from "../src/target.ts";
import { keptThreads } from "./kept-threads.ts";

const targetSnowflake = snowflakeTarget(keptThreads());

/** Where a statement, or another request of a run, can be hit. */
export const sites = {
  login: { endpoint: "login" },
  "ALTER SESSION": { sql: /^ALTER SESSION/ },
  "SELECT of the place": { sql: /^SELECT CURRENT_WAREHOUSE/ },
  "DESCRIBE TABLE": { sql: /^DESCRIBE TABLE/ },
  "USE SCHEMA": { sql: /^USE SCHEMA/ },
  "CREATE SCHEMA": { sql: /^CREATE SCHEMA/ },
  "CREATE TABLE": { sql: /^CREATE TABLE "/ },
  "ALTER TABLE": { sql: /^ALTER TABLE/ },
  "DESCRIBE STAGE": { sql: /^DESCRIBE STAGE/ },
  "CREATE STAGE": { sql: /^CREATE STAGE/ },
  PUT: { sql: /^PUT/ },
  "blob upload": { blob: true, method: "PUT" },
  "CREATE of the receipts": { sql: /^CREATE TABLE IF NOT EXISTS/ },
  "DELETE of old receipts": { sql: /^DELETE FROM .*_CHORALE_COMMITS/ },
  "CREATE TEMPORARY TABLE": { sql: /^CREATE TEMPORARY TABLE/ },
  BEGIN: { sql: /^BEGIN/ },
  COPY: { sql: /^COPY/ },
  "guard query": { sql: /^SELECT COUNT_IF/ },
  "MERGE or INSERT": { sql: /^(?:MERGE|INSERT) INTO \S+"(?:USERS|ORDERS)"/ },
  claim: { sql: /^MERGE INTO \S+"(?:_CHORALE_COMMITS|STATES)"/ },
  COMMIT: { sql: /^COMMIT/ },
  ROLLBACK: { sql: /^ROLLBACK/ },
  DROP: { sql: /^DROP/ },
  REMOVE: { sql: /^REMOVE/ },
  readState: { sql: /^SELECT "STATE"/ },
  logout: { endpoint: "logout" },
} as const satisfies Readonly<Record<string, SnowflakeMatch>>;

export type Site = keyof typeof sites;

/** The service's refusal in these words, in place of what was asked. */
export function refusal(code: string, sqlState = "57014", message = `refused with ${code}`): SnowflakeFault {
  return { kind: "problem", problem: { code, sqlState, message } };
}

/** How rows are loaded, beside users, which are upserted: orders are appended. */
export type Mode = "with a ledger" | "with a state table";

const modeSettings = {
  "with a ledger": {},
  "with a state table": { state_table: "states", state_id: "shop" },
} as const;

const password = "correct-horse-battery-staple";

/** A stand-in whose password is like no other text. */
export function startStandIn(options: Parameters<typeof startSnowflake>[0] = {}): Promise<SnowflakeSandbox> {
  const defaults = { role: "LOADER", warehouse: "LOADING", database: "RAW", schema: "PUBLIC" };
  return startSnowflake({ ...options, users: [{ name: "LOADER", password, defaults }] });
}

/** Starts a stand-in for a test, also one that runs beside others, and stops it. */
export async function withStandIn<T>(
  use: (snowflake: SnowflakeSandbox) => Promise<T>,
  options: Parameters<typeof startSnowflake>[0] = {},
): Promise<T> {
  const snowflake = await startStandIn(options);
  try {
    return await use(snowflake);
  } finally {
    await snowflake.close();
  }
}

/** The settings of a run. Waits are as short as they can be. */
export function settingsOf(
  { url }: Pick<SnowflakeSandbox, "url">,
  mode: Mode,
): Readonly<Record<string, unknown>> {
  return {
    ...{ account: "sandbox", access_url: url, user: "LOADER", password, role: "LOADER" },
    ...{ warehouse: "LOADING", database: "RAW", default_target_schema: "SHOP" },
    ...{ load_method: "upsert", stream_overrides: { orders: { load_method: "append-only" } } },
    ...{ batch_size_rows: 2, retries: 20, retry_delay_seconds: 0.001, put_timeout_seconds: 4 },
    ...modeSettings[mode],
  };
}

const integer = { type: ["null", "integer"] };
const text = { type: ["null", "string"] };
const number = { type: ["null", "number"] };

function schemaLine(stream: string, properties: object): string {
  const schema = { type: "object", properties };
  return JSON.stringify({ type: "SCHEMA", stream, schema, key_properties: ["id"] });
}

/** Writes a RECORD line. */
export function recordLine(stream: string, record: object): string {
  return JSON.stringify({ type: "RECORD", stream, record });
}

/** Writes a STATE line. */
export function stateLine(n: number): string {
  return JSON.stringify({ type: "STATE", value: { n } });
}

export const usersSchema = schemaLine("users", { id: integer, name: text });
export const ordersSchema = schemaLine("orders", { id: integer, total: number });
/** The column that comes later makes the table change between two batches. */
const laterUsersSchema = schemaLine("users", { id: integer, name: text, city: text });

const parts: readonly (readonly string[])[] = [
  [usersSchema, recordLine("users", { id: 1, name: "Ada" }), recordLine("users", { id: 2, name: "Bob" })],
  [ordersSchema, recordLine("orders", { id: 1, total: 1.5 }), recordLine("orders", { id: 2, total: 2 })],
  [
    laterUsersSchema,
    recordLine("users", { id: 1, name: "Ada L.", city: "London" }),
    recordLine("users", { id: 3, name: "Cem", city: "Bursa" }),
    recordLine("orders", { id: 3, total: null }),
  ],
];

/** What a tap writes that goes on from a state. */
export function linesAfter(state: string | undefined): readonly string[] {
  const done: unknown = state === undefined ? { n: 0 } : JSON.parse(state);
  const from = typeof done === "object" && done !== null && "n" in done ? Number(done.n) : Number.NaN;
  const schemas = from === 0 ? [] : [usersSchema, ordersSchema];
  return [
    ...schemas,
    ...parts.flatMap((lines, index) => (index < from ? [] : [...lines, stateLine(index + 1)])),
  ];
}

/** The rows of both tables once all is loaded, each once. */
export const allRows = {
  users: ['[1,"Ada L.","London"]', '[2,"Bob",null]', '[3,"Cem","Bursa"]'],
  orders: ["[1,1.5]", "[2,2]", "[3,null]"],
};

/** Reads the rows that are committed, as JSON texts in order; none where there is no table. */
export async function storedRows(
  snowflake: SnowflakeSandbox,
): Promise<{ readonly users: readonly string[]; readonly orders: readonly string[] }> {
  return { users: await rowsOf(snowflake, "USERS"), orders: await rowsOf(snowflake, "ORDERS") };
}

async function rowsOf(snowflake: SnowflakeSandbox, table: string): Promise<readonly string[]> {
  try {
    const rows = await snowflake.query(`SELECT * FROM RAW.SHOP.${table}`);
    return rows.map((row) => rowText(row)).sort();
  } catch (error) {
    if (error instanceof Error && error.message.includes("does not exist")) return [];
    throw error;
  }
}

function rowText(row: Readonly<Record<string, unknown>>): string {
  const values = Object.entries(row).flatMap(([name, value]) => (name.startsWith("_SDC") ? [] : [value]));
  return JSON.stringify(values, (_, value: unknown) => (typeof value === "bigint" ? Number(value) : value));
}

/** The state that is committed with its rows; undefined when there is none. */
export async function committedState(snowflake: SnowflakeSandbox): Promise<unknown> {
  const [row] = await snowflake.query("SELECT STATE FROM RAW.SHOP.STATES");
  return row?.["STATE"];
}

/** How a run ended. */
export interface FaultRun {
  /** Undefined when it succeeded. */
  readonly error: unknown;
  /** As they were printed. */
  readonly states: readonly string[];
  /** All that was logged, with the error that the run ended with. */
  readonly log: string;
}

type Input = Iterable<string> | AsyncIterable<string>;

/** Runs the target. Never rejects; whatever it says is searched for secrets. */
export async function run(
  settings: Readonly<Record<string, unknown>>,
  input: Input = linesAfter(undefined),
  options: { readonly signal?: AbortSignal } = {},
): Promise<FaultRun> {
  const written: string[] = [];
  const states: string[] = [];
  const log = await createLogger({ name: "test", level: "debug", write: (line) => written.push(line) });
  let error: unknown;
  try {
    const onState = (state: string): void => void states.push(state);
    await targetSnowflake.run(bytesOf(input), { config: settings, log, onState, ...options });
  } catch (thrown) {
    error = thrown;
    log.error("the run failed", { error });
  }
  const text = written.join("");
  expectNoSecrets(text);
  return { error, states, log: text };
}

async function* bytesOf(lines: Input): AsyncIterable<Uint8Array> {
  for await (const line of lines) {
    yield Buffer.from(`${line}\n`);
    // What was read is loaded while more comes.
    await setImmediate();
  }
}

/** Passwords, session tokens, and signatures of the storage's addresses. */
export function expectNoSecrets(said: string): void {
  expect(said).not.toContain(password);
  expect(said).not.toMatch(/ver:1-hint:|[?&]sig=[\w%-]{8}|Bearer [\w-]{8}/);
}

/** Expects an error of one line, of this exit code. */
export function expectFailure({ error }: FaultRun, exitCode: number, text: RegExp): void {
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ exitCode, message: expect.stringMatching(text) });
  expect(error).toMatchObject({ message: expect.stringMatching(/^.+\.$/) });
}

/** The numbers of the states that were printed: each is later than the one before. */
export function stateNumbers({ states }: FaultRun): readonly number[] {
  const numbers = states.map((state) => {
    const value: unknown = JSON.parse(state);
    return typeof value === "object" && value !== null && "n" in value ? Number(value.n) : Number.NaN;
  });
  expect(numbers).toEqual([...new Set(numbers)].sort());
  return numbers;
}

/** Expects that a run loaded all, each row once, and left nothing behind. */
export async function expectAllLoaded(
  snowflake: SnowflakeSandbox,
  done: FaultRun,
  mode: Mode,
): Promise<void> {
  expect(done.error).toBeUndefined();
  expect(await storedRows(snowflake)).toEqual(allRows);
  expect(stateNumbers(done).at(-1)).toBe(3);
  if (mode === "with a state table") expect(await committedState(snowflake)).toBe('{"n":3}');
  expect(await snowflake.stagedFiles()).toEqual([]);
}

/** How many faults were played. */
export function playedFaults({ requests }: SnowflakeSandbox): number {
  return requests.filter(({ fault }) => fault !== undefined).length;
}

/** The statements of a site that were sent so far. */
export function statementsAt({ statements }: SnowflakeSandbox, site: Site): readonly LoggedStatement[] {
  const match = sites[site];
  return statements.filter(({ sql }) => "sql" in match && match.sql.test(sql));
}

/** What a test waits for comes much sooner. */
export const patience = { timeout: 60_000, interval: 20 };

/** The driver waits 1 to 16 seconds, at random, before it sends a request again: now always 1. Answers how to undo it. */
export function hurryDriver(): () => void {
  const random = vi.spyOn(Math, "random").mockReturnValue(0);
  return () => random.mockRestore();
}
