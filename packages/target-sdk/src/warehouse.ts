import type { Logger } from "@chorale/singer";
import type { ColumnSpec, ColumnType } from "./columns.ts";

/** How records reach a table. */
export type LoadMethod = "append-only" | "upsert" | "overwrite";

/** The table that a SCHEMA message asks for. */
export interface TableSpec {
  readonly stream: string;
  /** The properties that identify a row; empty when none do. */
  readonly keyProperties: readonly string[];
  readonly columns: readonly ColumnSpec[];
  /** Whether the `_sdc_` columns are kept. */
  readonly addRecordMetadata: boolean;
}

/** A column as the warehouse has it now. */
export interface ShapedColumn {
  readonly property: string;
  /** The column's name in the warehouse. */
  readonly name: string;
  /** What the column can hold now: as wide as was asked for, or wider. */
  readonly type: ColumnType;
}

/** Bytes that make a line unsafe to stage as it came. They are looked for in whole chunks. */
export type UnsafeBytes = "invalid-utf8" | "unicode-escape" | "nul";

/** Which lines of a stream may be staged as the bytes they came in. */
export interface LaneRules {
  /** Why every line of the stream has to be rewritten; absent when it need not be. */
  readonly rewriteAll?: string;
  readonly unsafeBytes: readonly UnsafeBytes[];
  /** A line of more bytes than this has to be rewritten, so that what is said of large values applies. */
  readonly longLineBytes?: number;
  /** Whether a parsed record has to be rewritten. Called only where the record is parsed anyway. */
  unsafeRecord?(record: Readonly<Record<string, unknown>>): boolean;
}

/** A table that was made or changed for its stream, and what may be loaded into it as it came. */
export interface TableShape {
  readonly spec: TableSpec;
  /** The table's whole name, as a person reads it. */
  readonly table: string;
  readonly columns: readonly ShapedColumn[];
  readonly lane: LaneRules;
}

/** A file of newline-delimited JSON: lines of RECORD messages, or bare records. */
export interface SpoolFile {
  readonly path: string;
  readonly compression: "none" | "gzip" | "zstd";
  readonly rows: number;
  /** The file's size on disk. */
  readonly bytes: number;
}

/** The moments of a batch, for its metadata columns. */
export interface BatchTimes {
  readonly syncStartedAt: Date;
  /** When its first record arrived. */
  readonly receivedAt: Date;
  /** When it was closed. Its milliseconds are the rows' `_sdc_sequence`: greater in each batch of a stream. */
  readonly batchedAt: Date;
}

/** The records of one stream, in order, closed and on disk. */
export interface SpooledBatch {
  /** Unique among all batches of all runs. */
  readonly id: string;
  readonly shape: TableShape;
  readonly loadMethod: LoadMethod;
  readonly hardDelete: boolean;
  readonly files: readonly SpoolFile[];
  readonly rows: number;
  /** Where the record is in each line: under `record`, or the line itself (files of a BATCH message). */
  readonly root: "record" | "line";
  /** The version of all its records, where the lines do not say: those of a BATCH message's files. */
  readonly version?: number;
  /**
   * Whether the lines were written by the SDK's rewriting lane, value by value in the form of
   * {@link ColumnType}: they are safe, and neither staging nor a commit may refuse them.
   */
  readonly rewritten: boolean;
  readonly times: BatchTimes;
}

/** A batch that the warehouse can read. */
export interface StagedBatch {
  readonly batch: SpooledBatch;
  /** The session's own name for it: a temporary table, a path in a stage. */
  readonly token: string;
  /**
   * Whether the session is done with the batch's files, which are then removed at once. Else they stay until the
   * batch is committed or discarded. A commit may not refuse a batch whose files are gone.
   * @default false
   */
  readonly copied?: boolean;
}

/** A batch that may not be loaded from the bytes it came in. The SDK rewrites it and stages it again. */
export interface RefusedBatch {
  readonly refused: string;
}

/** One thing that a commit does. */
export type CommitStep =
  /** The table's former rows go (`overwrite`). */
  | { readonly kind: "replace"; readonly shape: TableShape }
  | { readonly kind: "load"; readonly staged: StagedBatch }
  | ({ readonly kind: "activate" } & Activation);

/** Rows of other versions of a table become obsolete. */
export interface Activation {
  readonly shape: TableShape;
  /** Rows of a smaller version, and those without one, are deleted or marked. */
  readonly version: number;
  readonly hardDelete: boolean;
}

/** The state that a commit makes durable together with its rows. */
export interface StateReceipt {
  /** The row's key in the state table. */
  readonly id: string;
  /** The state's value: JSON text as it was received. */
  readonly value: string;
}

/** What is committed together: all of it or nothing. */
export interface CommitUnit {
  /** Unique among all commits of all runs; a ledger row carries it. */
  readonly id: string;
  /** Applied in their order. The order between those of different tables is of no consequence. */
  readonly steps: readonly CommitStep[];
  readonly state?: StateReceipt;
}

/** What a commit did. */
export interface CommitResult {
  /** Rows loaded, by stream. */
  readonly rows: ReadonlyMap<string, number>;
}

/**
 * Nothing of a unit was committed, because these batches of it may not be loaded from the bytes they came in. The
 * SDK rewrites them, stages them again and commits the rest and them in a new unit.
 */
export interface RefusedCommit {
  /** At least one; none of them was rewritten. */
  readonly refused: readonly { readonly staged: StagedBatch; readonly reason: string }[];
}

/** Takes what a run would do. */
export interface DryRun {
  /** Takes the text of a statement, without secrets. */
  statement(sql: string): void;
}

/** What a warehouse is told when it is connected to. */
export interface WarehouseContext {
  readonly log: Logger;
  /**
   * Aborted when the run ends early: while connecting at once, later only after a commit that has begun has
   * ended, so it may be given to every request and every wait.
   */
  readonly signal: AbortSignal;
  /** A private folder that is removed after the run. */
  readonly tempDir: string;
  /**
   * Set when the run only shows what it would do: the session changes nothing, neither in the warehouse nor in its
   * stages, hands each statement that it would run to `statement`, in their order, and answers as if it had. No
   * state goes out. Only for targets that offer it, in `commands.dryRun`.
   */
  readonly dryRun?: DryRun;
}

/** How a session wants its spool files. */
export interface SpoolRules {
  readonly compression: "none" | "gzip" | "zstd";
  /** A file is closed at this size on disk, and the batch goes on in another. */
  readonly maxFileBytes: number;
}

/**
 * A connection to a warehouse, and what a target's author writes.
 *
 * What may overlap: units that share no stream are committed at the same time, `parallelCommits` of them at most; those
 * of one stream, and those with a state, are committed one after the other in the order of their records. `prepare` is
 * never called twice at a time, and of a table only while no commit of that table runs. No batch is staged
 * twice at a time. Apart from that `prepare`, `stage`, `commit` and `discard` may run at the same time.
 */
export interface WarehouseSession {
  readonly spool: SpoolRules;
  /**
   * How many commits of units that share no stream may run at the same time.
   * @default 1
   */
  readonly parallelCommits?: number;
  /** Makes the table, or adds and widens columns. Outside any commit. Throws `ConfigError` or `LoadError`. */
  prepare(spec: TableSpec): Promise<TableShape>;
  /** Brings the batch's files to where the warehouse can read them. Harmless if repeated. */
  stage(batch: SpooledBatch): Promise<StagedBatch | RefusedBatch>;
  /** One transaction: all of the unit, or nothing. Throws `LoadError`. */
  commit(unit: CommitUnit): Promise<CommitResult | RefusedCommit>;
  /** Forgets a staged batch that will not be committed. */
  discard(staged: StagedBatch): Promise<void>;
  /** The committed state of `id` as JSON text; undefined when there is none. */
  readState(id: string): Promise<string | undefined>;
  close(): Promise<void>;
}

/** A kind of warehouse: it connects, and every run has a session of its own. */
export interface Warehouse<Config> {
  connect(config: Config, context: WarehouseContext): Promise<WarehouseSession>;
}
