import type { CastContext } from "./moment-casts.ts";
import type { Relation, RelationColumn, Scope } from "./relations.ts";
import type { Expression, Query } from "./syntax/tree.ts";
import type { Typed } from "./typed.ts";
import type { SqlType } from "./types.ts";

/** What a place in a statement can name. */
export interface Frame {
  readonly relations: readonly Relation[];
  /** Names of a SELECT's own items. */
  readonly aliases: ReadonlyMap<string, Expression>;
  /** Whether an item's name goes before a column's, as in ORDER BY. */
  readonly prefersAliases?: boolean;
  /** The frame of the query around this one. */
  readonly outer?: Frame;
}

/** A common table expression that queries may read. */
export type CommonTables = ReadonlyMap<string, DerivedTable>;

/** A query's rows under a name. */
export interface DerivedTable {
  readonly sql: string;
  readonly columns: readonly { readonly name: string; readonly type: SqlType }[];
}

/** A translated query. */
export interface QueryResult {
  readonly sql: string;
  readonly columns: readonly { readonly name: string; readonly type: SqlType }[];
}

/** Translates the parts of one statement. */
export interface Translator extends CastContext {
  readonly scope: Scope;
  /** The statement's start, in nanoseconds since 1970. */
  readonly now: bigint;
  expression(expression: Expression, frame: Frame): Typed;
  query(query: Query, surroundings: { readonly outer?: Frame; readonly tables: CommonTables }): QueryResult;
  /** Common tables that a subquery within an expression may read. */
  readonly tables: CommonTables;
  /** Answers a translator whose subqueries may read more. */
  withTables(tables: CommonTables): Translator;
  /** Answers a translator whose casts answer NULL for what they cannot cast. */
  trying(): Translator;
  /** Answers a name that the statement does not use elsewhere. */
  freshName(): string;
}

/** Answers the name of a query's column in DuckDB. */
export function outputName(index: number): string {
  return `"C${index + 1}"`;
}

/** Answers the columns of a derived table as a relation has them. */
export function derivedColumns(columns: DerivedTable["columns"], alias: string): readonly RelationColumn[] {
  return columns.map(({ name, type }, index) => ({ name, type, sql: `${alias}.${outputName(index)}` }));
}
