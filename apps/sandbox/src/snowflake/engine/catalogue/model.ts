import type { SqlType } from "../values/types.ts";

/** Objects as the account keeps them. Names are exact. DDL changes them in place: it is never rolled back. */

/** A column of a table. */
export interface Column {
  /** Its name in DuckDB, which stays when the column is renamed. */
  readonly id: string;
  name: string;
  type: SqlType;
  nullable: boolean;
  readonly default: ColumnDefault | null;
  comment: string | null;
}

/** What a column holds when an INSERT leaves it out. */
export interface ColumnDefault {
  /** As it was written. */
  readonly text: string;
  /** For DuckDB, cast to the column's type. */
  readonly sql: string;
}

/** How a table is kept. */
export type TableKind = "TABLE" | "TRANSIENT" | "TEMPORARY";

/** A file that COPY put into a table. */
export interface LoadedFile {
  readonly path: string;
  readonly stageId: string;
  readonly md5: string;
  readonly bytes: number;
  readonly loadedAt: Date;
  readonly rowCount: number;
  readonly rowsParsed: number;
  readonly status: "LOADED" | "PARTIALLY LOADED";
  readonly errorCount: number;
}

/** A table. */
export interface Table {
  /** Its name in DuckDB, which no other table ever gets. */
  readonly id: string;
  readonly kind: TableKind;
  columns: Column[];
  primaryKey: readonly string[];
  comment: string;
  retentionDays: number;
  readonly createdOn: Date;
  readonly owner: string;
  /** The stage `@%table`. */
  readonly stage: Stage;
  /** What COPY loaded, by stage and path. */
  history: Map<string, LoadedFile>;
  nextColumn: number;
}

/** A stage. */
export interface Stage {
  readonly id: string;
  readonly isTemporary: boolean;
  readonly encryption: "SNOWFLAKE_FULL" | "SNOWFLAKE_SSE";
  /** Where an external stage's files are; null for an internal one. */
  readonly url: string | null;
  readonly comment: string;
  readonly createdOn: Date;
  readonly owner: string;
}

/** A file format with the options as they were written. */
export interface FileFormat {
  readonly options: ReadonlyMap<string, OptionValue>;
  readonly createdOn: Date;
  readonly owner: string;
}

/** The value of an option: a word or number in capitals, a text, or a list. */
export type OptionValue =
  | { readonly kind: "word" | "text"; readonly value: string }
  | { readonly kind: "list"; readonly values: readonly string[] };

/** A schema. */
export interface Schema {
  readonly name: string;
  readonly createdOn: Date;
  readonly owner: string;
  readonly comment: string;
  readonly isTransient: boolean;
  readonly tables: Map<string, Table>;
  readonly stages: Map<string, Stage>;
  readonly formats: Map<string, FileFormat>;
}

/** A database. */
export interface Database {
  readonly name: string;
  readonly createdOn: Date;
  readonly owner: string;
  readonly comment: string;
  readonly isTransient: boolean;
  readonly schemas: Map<string, Schema>;
}

/** A privilege that was granted. */
export interface Grant {
  readonly privilege: string;
  readonly objectKind: string;
  readonly objectName: string;
  readonly granteeKind: string;
  readonly grantee: string;
  readonly grantedBy: string;
  readonly createdOn: Date;
}

/** The objects that only one session sees. */
export interface TemporaryObjects {
  /** By the name of {@link objectKey}. */
  readonly tables: Map<string, Table>;
  readonly stages: Map<string, Stage>;
}

/** Where an object is. */
export interface ObjectName {
  readonly database: string;
  readonly schema: string;
  readonly name: string;
}

/** A name of one text for an object, which no other object's has. */
export function objectKey({ database, schema, name }: ObjectName): string {
  return JSON.stringify([database, schema, name]);
}

/** Spells a name as messages do: in quotes where Snowflake needs them. */
export function displayName(parts: readonly string[]): string {
  return parts.map(displayPart).join(".");
}

/** Spells one part of a name. */
export function displayPart(part: string): string {
  return /^[A-Z_][A-Z0-9_$]*$/u.test(part) ? part : `"${part.replaceAll('"', '""')}"`;
}

/** The parts of an object's full name. */
export function fullName({ database, schema, name }: ObjectName): readonly string[] {
  return [database, schema, name];
}
