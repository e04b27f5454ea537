import { strict as assert } from "node:assert";
import { isObject, parseExact } from "@chorale/singer";
import { asBatches } from "./batch-files.ts";
import type {
  StoredColumn,
  StoredRow,
  SuiteLimits,
  SuiteSummary,
  TargetSuiteOptions,
} from "./target-under-test.ts";

/** How records reach the target in a run of a case. */
export type SuiteMode = "records" | "unvalidated" | "batches";

/** What a case may set for one run. */
export interface RunSettings {
  /** Settings of the target, on top of the configuration of the case's database. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Called with each state that the target prints, before the target goes on. */
  readonly onState?: (state: unknown) => Promise<void>;
  /** Breaks the input off with this error, after the last line. */
  readonly inputError?: Error;
  /** The size of the pieces that the input comes in, in bytes. */
  readonly chunkBytes?: number;
  /** Holds the input back before the line of this index, until a state was printed. */
  readonly waitForStateAt?: number;
}

/** How a run ended. */
export interface RunOutcome {
  /** The states that were printed, parsed without losing a digit. */
  readonly states: readonly unknown[];
  readonly summary: SuiteSummary | undefined;
  /** What the run was rejected with; undefined when it succeeded. */
  readonly error: unknown;
}

/** What a case works with: a target, and a database that no other case touches. */
export interface SuiteContext {
  readonly mode: SuiteMode;
  readonly limits: Required<SuiteLimits>;
  /** Runs the target on lines, and checks that it prints only states that it received, in their order. Never rejects for a failed run. */
  run(lines: readonly string[], run?: RunSettings): Promise<RunOutcome>;
  readState(settings: Readonly<Record<string, unknown>>): Promise<string | undefined>;
  about(): Promise<object>;
  /** All rows of the stream's table, by column name. */
  rows(stream: string): Promise<readonly StoredRow[]>;
  /** The columns of the stream's table; empty when there is no table. */
  columns(stream: string): Promise<readonly StoredColumn[]>;
  createTable(
    stream: string,
    table: Omit<Parameters<TargetSuiteOptions["createTable"]>[1], "name">,
  ): Promise<void>;
  tableName(stream: string): string;
  columnName(property: string): string;
}

const defaultLimits: Required<SuiteLimits> = {
  nulInStrings: "kept",
  exactNumbersInJson: true,
  signedZero: true,
  caseSensitiveColumns: false,
  wideIntegers: false,
  looseJson: false,
  nameLength: 255,
};

/** Makes the context of one case. `folder` is an empty folder that files of BATCH messages go to. */
export async function createContext(
  options: TargetSuiteOptions,
  { testId, mode, folder }: { testId: string; mode: SuiteMode; folder: string },
): Promise<SuiteContext> {
  const config = await options.config(testId);
  const tableName = options.tableName ?? ((stream) => stream.replaceAll(/[.\- ]/g, "_"));
  const columnName = options.columnName ?? ((property) => property);
  return {
    mode,
    limits: { ...defaultLimits, ...options.limits },
    run: (lines, run = {}) => runLines(options, { config, lines, run, mode, folder }),
    readState: (settings) => options.target.readState({ ...config, ...settings }),
    about: () => options.target.about(),
    rows: (stream) => options.readRows(config, tableName(stream)),
    columns: (stream) => options.readColumns(config, tableName(stream)),
    createTable: (stream, table) =>
      options.createTable(config, {
        name: tableName(stream),
        rows: table.rows,
        columns: table.columns.map(({ name, type }) => ({ name: columnName(name), type })),
      }),
    tableName,
    columnName,
  };
}

async function runLines(
  { target }: TargetSuiteOptions,
  {
    config,
    lines,
    run,
    mode,
    folder,
  }: {
    config: Readonly<Record<string, unknown>>;
    lines: readonly string[];
    run: RunSettings;
    mode: SuiteMode;
    folder: string;
  },
): Promise<RunOutcome> {
  const sent = mode === "batches" ? await asBatches(lines, folder) : lines;
  const validation = mode === "unvalidated" ? { validate_records: false } : {};
  const received = sent.flatMap((line) => line.split(/\r?\n/)).flatMap(stateValueOf);
  const observer = new StateObserver(received, run.onState);
  let outcome: Pick<RunOutcome, "summary" | "error"> = { summary: undefined, error: undefined };
  try {
    const summary = await target.run(chunksOf(sent, { ...run, printed: observer.printed }), {
      config: { ...config, ...validation, ...run.settings },
      onState: (text) => observer.observe(text),
    });
    outcome = { summary, error: undefined };
  } catch (error) {
    outcome = { summary: undefined, error };
  }
  observer.rethrow();
  return { states: observer.states, ...outcome };
}

/** Sees each state as it is printed. What it finds wrong fails the case, whatever the target makes of it. */
class StateObserver {
  readonly states: unknown[] = [];
  /** Resolves when a first state was printed. */
  readonly printed: Promise<void>;
  readonly #received: readonly unknown[];
  readonly #onState: RunSettings["onState"];
  #position = 0;
  #failure: { readonly error: unknown } | undefined;
  #resolvePrinted: () => void = () => undefined;

  constructor(received: readonly unknown[], onState: RunSettings["onState"]) {
    this.#received = received;
    this.#onState = onState;
    this.printed = new Promise((resolve) => {
      this.#resolvePrinted = resolve;
    });
  }

  async observe(text: string): Promise<void> {
    try {
      const state = parseExact(text);
      this.states.push(state);
      const isNext = (value: unknown, index: number): boolean =>
        index >= this.#position && sameJson(value, state);
      const found = this.#received.findIndex(isNext);
      assert.notEqual(found, -1, `the state ${text} was not received after the one printed before it`);
      this.#position = found + 1;
      await this.#onState?.(state);
      this.#resolvePrinted();
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    }
  }

  rethrow(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

/** Tells whether two parsed values are written as the same JSON. */
export function sameJson(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function stateValueOf(line: string): unknown[] {
  if (!/state/i.test(line)) return [];
  try {
    const message = parseExact(line);
    return isObject(message) && /^state$/i.test(String(message["type"])) ? [message["value"]] : [];
  } catch {
    return [];
  }
}

async function* chunksOf(
  lines: readonly string[],
  {
    chunkBytes = 65_536,
    inputError,
    waitForStateAt = lines.length,
    printed,
  }: RunSettings & { readonly printed: Promise<void> },
): AsyncGenerator<Uint8Array> {
  yield* piecesOf(lines.slice(0, waitForStateAt), chunkBytes);
  if (waitForStateAt < lines.length) await printed;
  yield* piecesOf(lines.slice(waitForStateAt), chunkBytes);
  if (inputError !== undefined) throw inputError;
}

function* piecesOf(lines: readonly string[], size: number): Generator<Uint8Array> {
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}
