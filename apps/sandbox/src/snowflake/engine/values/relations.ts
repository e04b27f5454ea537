import type { Bind, SessionPlace } from "../../contract.ts";
import type { Token } from "./tokens.ts";
import type { SqlType } from "./types.ts";

/** A column that a statement can name: `sql` is how DuckDB is asked for it. */
export interface RelationColumn {
  readonly name: string;
  readonly type: SqlType;
  readonly sql: string;
  /** Whether JOIN … USING merged it into the left table's: it is found only with its table's name. */
  readonly isMerged?: boolean;
}

/** Something that stands in a FROM. */
export interface Relation {
  /** Names that may stand before its columns, outermost first: `["DB", "SCHEMA", "T"]`, `["ALIAS"]`, or none. */
  readonly parts: readonly string[];
  readonly columns: readonly RelationColumn[];
}

/** Where rows come from. */
export interface TableSource {
  /** What DuckDB reads: `"db"."schema"."T"`, or a query in parentheses. Its columns bear physical names. */
  readonly sql: string;
  readonly columns: readonly { readonly name: string; readonly type: SqlType }[];
  /** Its full name, for columns that are named with it. */
  readonly parts?: readonly string[];
}

/** What a statement's names and parameters stand for. */
export interface Scope {
  /** Answers the table of a name's parts (exact names), or throws 002003. */
  table(parts: readonly string[]): TableSource;
  readonly binds: readonly Bind[];
  readonly place: SessionPlace;
  readonly user?: string;
  /** The session's number. @default "1" */
  readonly session?: string;
  readonly parameters: ReadonlyMap<string, string | number | boolean>;
  /** Inside COPY: the rows of a stage's files, with columns `$1`, `METADATA$FILENAME` and so on; absent, stages are refused. */
  readonly stagedRow?: (stage: Token, options: readonly Token[]) => TableSource;
  /** What an expression can name, besides what its own subqueries read: the tables of an UPDATE, DELETE or MERGE. */
  readonly relations?: readonly Relation[];
  /** Answers a session variable's value; absent, variables are refused. */
  readonly variable?: (name: string) => { readonly sql: string; readonly type: SqlType } | undefined;
}
