import type { ColumnType } from "../columns.ts";

/** What the suite needs of a target: any `Target` of this package has it. */
export interface SuiteTarget {
  readonly name: string;
  run(
    input: AsyncIterable<Uint8Array>,
    options: {
      readonly config: unknown;
      readonly onState?: (state: string) => void | Promise<void>;
      readonly signal?: AbortSignal;
    },
  ): Promise<SuiteSummary>;
  readState(config: unknown): Promise<string | undefined>;
  about(): Promise<object>;
}

/** What the suite reads of a run's summary. */
export interface SuiteSummary {
  readonly streams: ReadonlyMap<string, SuiteStreamSummary>;
  readonly state: string | undefined;
}

/** What the suite reads of a stream's part of a run. */
export interface SuiteStreamSummary {
  readonly records: number;
  readonly loaded: number;
  readonly skipped: number;
  readonly quarantined: number;
}

/**
 * A value as `readRows` answers it: integers as bigint, doubles as number, decimals as plain text, moments as
 * `YYYY-MM-DDTHH:MM:SS.ffffffZ`, dates as `YYYY-MM-DD`, times as `HH:MM:SS.ffffff`, JSON values as JSON text.
 */
export type StoredValue = null | boolean | bigint | number | string;

/** A row by column name, made with `Object.fromEntries` so that a column named `__proto__` survives. */
export type StoredRow = Readonly<Record<string, StoredValue>>;

/** A column as `readColumns` answers it. */
export interface StoredColumn {
  readonly name: string;
  readonly kind: ColumnType["kind"];
}

/** A table that was there before the target. */
export interface ExistingTable {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[];
  /** Values as text that the warehouse casts, in the order of the columns. */
  readonly rows: readonly (readonly (string | null)[])[];
}

/**
 * What a warehouse cannot do as others can. A limit changes what the suite expects; no case is skipped.
 * The README of the target names the same limits.
 */
export interface SuiteLimits {
  /** What becomes of NUL within a text. @default "kept" */
  readonly nulInStrings?: "kept" | "replaced" | "removed";
  /** Whether JSON columns keep numbers that a double cannot hold. @default true */
  readonly exactNumbersInJson?: boolean;
  /** Whether a double column keeps the sign of zero. @default true */
  readonly signedZero?: boolean;
  /** Whether columns whose names differ only by case can live in one table. @default false */
  readonly caseSensitiveColumns?: boolean;
  /** Whether an integer column holds 38 digits without being asked to. @default false */
  readonly wideIntegers?: boolean;
  /** Whether the warehouse takes a comma too many in lines that are not validated. @default false */
  readonly looseJson?: boolean;
  /** The longest name, in characters. @default 255 */
  readonly nameLength?: number;
}

/** What a target's author gives the suite. */
export interface TargetSuiteOptions {
  readonly target: SuiteTarget;
  /** Answers the configuration of an empty database or schema. Called once per case with an id that no other case has. */
  config(testId: string): Promise<Readonly<Record<string, unknown>>>;
  /** Reads all rows of a table, in any order; empty when there is no table. Called also while a run is under way. */
  readRows(config: Readonly<Record<string, unknown>>, table: string): Promise<readonly StoredRow[]>;
  /** Reads the columns of a table in their order; empty when the table does not exist. */
  readColumns(config: Readonly<Record<string, unknown>>, table: string): Promise<readonly StoredColumn[]>;
  /** Makes and fills a table in the place where the target looks for it. */
  createTable(config: Readonly<Record<string, unknown>>, table: ExistingTable): Promise<void>;
  /** Answers the name of a stream's table. @default the stream's name, `.` `-` and spaces as `_` */
  tableName?(stream: string): string;
  /** Answers the name of a property's column. @default the property's name */
  columnName?(property: string): string;
  readonly limits?: SuiteLimits;
  /**
   * Which cases are declared, counted from 1, where several test files share them to run at the same time: the first of two
   * files has `{ number: 1, of: 2 }`. Every part has to be in some file.
   * @default all of them
   */
  readonly part?: { readonly number: number; readonly of: number };
  /**
   * In which of the ways that a case has (validated lines, lines without validation, files of BATCH messages) it is run: in
   * `all`, or in one of them, the next case in the next one, for a quick look at a slow warehouse.
   * @default "all"
   */
  readonly modes?: "all" | "in turn";
}
