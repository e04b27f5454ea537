import type { Readable } from "node:stream";

/** A value that a statement's `?` or `:1` stands for, as the wire carries it. */
export interface Bind {
  /** FIXED, REAL, TEXT, BOOLEAN, DATE, TIME, TIMESTAMP_NTZ, TIMESTAMP_LTZ, TIMESTAMP_TZ, BINARY. */
  readonly type: string;
  readonly value: string | null | readonly (string | null)[];
}

/** A statement that a client sent. */
export interface EngineStatement {
  readonly sql: string;
  readonly binds: readonly Bind[];
  readonly queryId: string;
  /** Session parameters for this statement only. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Aborted when the client cancels the statement. */
  readonly signal: AbortSignal;
}

/** A column of a result, as `rowtype` names it. */
export interface ResultColumn {
  readonly name: string;
  readonly type:
    | "fixed"
    | "real"
    | "text"
    | "boolean"
    | "date"
    | "time"
    | "timestamp_ntz"
    | "timestamp_ltz"
    | "timestamp_tz"
    | "binary"
    | "variant"
    | "object"
    | "array";
  readonly nullable: boolean;
  readonly precision?: number;
  readonly scale?: number;
  readonly length?: number;
}

/** What a statement answered: rows in the encodings of the JSON rowset. */
export interface RowsResult {
  readonly kind: "rows";
  /** SELECT 0x1000, INSERT 0x3100, UPDATE 0x3200, DELETE 0x3300, MERGE 0x3400, COPY 0x3600, SCL 0x4000, TCL 0x5000, DDL 0x6000. */
  readonly statementTypeId: number;
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** A PUT: where its files go. The client uploads them. */
export interface PutResult {
  readonly kind: "put";
  /** Paths on the client's disk, as they were written. */
  readonly sources: readonly string[];
  /** The stage's files. */
  readonly stage: StageLocation;
  readonly autoCompress: boolean;
  readonly sourceCompression: string;
  readonly overwrite: boolean;
  readonly parallel: number;
}

/** A stage, and a path in it. */
export interface StageLocation {
  /** Unique among all stages, also those of the same name that were dropped. */
  readonly stageId: string;
  /** Without a slash at its beginning; empty or ending in a slash. */
  readonly path: string;
  /** Whether clients encrypt what they put into it. */
  readonly isEncrypted: boolean;
}

/** What a statement fails with: `code` such as `002003`, `sqlState` such as `42S02`. */
export interface EngineProblem {
  readonly code: string;
  readonly sqlState: string;
  readonly message: string;
}

/** A file of a stage. */
export interface StageFile {
  /** The path within the stage. */
  readonly path: string;
  readonly bytes: number;
  readonly md5: string;
  readonly modifiedAt: Date;
}

/** The files of all stages, decrypted. The wire fills it, the engine reads it. */
export interface StageFiles {
  /** Files whose path begins with `prefix`, in the order of their paths. */
  list(stageId: string, prefix: string): Promise<readonly StageFile[]>;
  /** The bytes as they were uploaded: still compressed. */
  open(stageId: string, path: string): Readable;
  remove(stageId: string, path: string): Promise<void>;
  /** Removes a stage's files. */
  drop(stageId: string): Promise<void>;
}

/** Who logs in, and with what. */
export interface EngineLogin {
  readonly user: string;
  /** The number that the client knows the session by. @default one that the engine counts */
  readonly session?: number;
  readonly role?: string;
  readonly warehouse?: string;
  readonly database?: string;
  readonly schema?: string;
}

/** What a session works in now; null where nothing is set. Names as stored: folded. */
export interface SessionPlace {
  readonly database: string | null;
  readonly schema: string | null;
  readonly warehouse: string | null;
  readonly role: string | null;
}

/** One session: a connection of its own, with its temporary objects and its open transaction. */
export interface EngineSession {
  readonly place: SessionPlace;
  /** Parameters that the client is told of. */
  readonly parameters: ReadonlyMap<string, string | number | boolean>;
  /** Statements of a session may overlap. Rejects with an error that carries an {@link EngineProblem}. */
  execute(statement: EngineStatement): Promise<RowsResult | PutResult>;
  /** Rolls back and drops what is temporary. Harmless if repeated. */
  close(): Promise<void>;
}

/** A role's world: what a stand-in is filled with at its start. Names as stored. */
export interface EngineWorld {
  readonly databases: readonly { readonly name: string; readonly schemas: readonly string[] }[];
  readonly warehouses: readonly string[];
  /** Roles by name; the privileges that a role lacks, as `CREATE TABLE ON SCHEMA RAW.PUBLIC`, `USAGE ON WAREHOUSE LOADING`. */
  readonly roles: Readonly<Record<string, { readonly lacks: readonly string[] }>>;
}

/** A Snowflake account's SQL over DuckDB. */
export interface Engine {
  /** Opens a session. What it asks to work in and is not there is left out. */
  openSession(login: EngineLogin): Promise<EngineSession>;
  /** Closes all sessions and lets go of the database. Harmless if repeated. */
  close(): Promise<void>;
}

/** What an engine is made with. */
export interface EngineOptions {
  readonly world: EngineWorld;
  readonly files: StageFiles;
  /** A folder for its database and its temporary files. */
  readonly folder: string;
  /** After how long without a statement an open transaction is aborted that others wait for. @default 300000 */
  readonly abandonedTransactionMs?: number;
}
