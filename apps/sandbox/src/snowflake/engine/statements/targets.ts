import { type Column, displayPart, fullName, type Table } from "../catalogue/model.ts";
import type { NamedTable } from "../catalogue/namespace.ts";
import type { Cursor, NameParts } from "../parsing/cursor.ts";
import { problems } from "../problems.ts";
import { type TargetSql, targetSql } from "../storage/table-sql.ts";
import { assignmentCast } from "../values/assignment.ts";
import type { Scope } from "../values/relations.ts";
import type { Token } from "../values/tokens.ts";
import { translateExpression } from "../values/translate.ts";
import { typeName } from "../values/types.ts";
import type { Work } from "./command.ts";

/** The table of an UPDATE, DELETE or MERGE as it was written. */
export interface WrittenTarget {
  readonly parts: NameParts;
  readonly alias: string | null;
}

/** The table of an UPDATE, DELETE or MERGE as it is read. */
export interface Target extends NamedTable {
  readonly sql: TargetSql;
}

/** Reads a table's name and its alias, if one stands before the next of the words. */
export function parseTarget(cursor: Cursor, ...words: readonly string[]): WrittenTarget {
  const parts = cursor.dottedName();
  if (cursor.takes("AS")) return { parts, alias: cursor.name() };
  const isOver = cursor.isAtEnd || words.some((word) => cursor.sees(word));
  return { parts, alias: isOver ? null : cursor.name() };
}

/** Finds the table and refuses it without the privilege. */
export function openTarget({ session }: Work, written: WrittenTarget, privileges: readonly string[]): Target {
  const { name, table } = session.names.table(written.parts, "Table");
  for (const privilege of privileges) session.check(privilege, "TABLE", fullName(name));
  const parts = written.alias === null ? fullName(name) : [written.alias];
  return { name, table, sql: targetSql(table, session.transactionId, parts) };
}

/** Translates a condition. None is always true. */
export function condition(tokens: readonly Token[] | null, scope: Scope): string {
  if (tokens === null) return "true";
  const { sql, type } = translateExpression(tokens, scope);
  if (type.kind !== "boolean") {
    throw problems.other("001003", "42601", `Invalid data type [${typeName(type)}] for predicate`);
  }
  return `(${sql})`;
}

/** A `column = value` of SET. */
export interface WrittenAssignment {
  readonly column: readonly string[];
  readonly value: readonly Token[];
}

/** Reads the assignments of SET up to one of the words. */
export function parseAssignments(cursor: Cursor, ...words: readonly string[]): readonly WrittenAssignment[] {
  const assignments: WrittenAssignment[] = [];
  do {
    const column = cursor.dottedName(4);
    cursor.expectOperator("=");
    assignments.push({ column, value: cursor.takeItem(...words) });
  } while (cursor.takesOperator(","));
  return assignments;
}

/** Answers the SQL of the columns that SET assigns, cast as their columns are. */
export function assignedColumns(
  { table, sql }: Target,
  assignments: readonly WrittenAssignment[],
  scope: Scope,
): ReadonlyMap<Column, string> {
  const assigned = new Map<Column, string>();
  for (const { column: written, value } of assignments) {
    const column = assignedColumn(table, sql, written);
    if (assigned.has(column)) throw problems.duplicateColumn(displayPart(column.name));
    assigned.set(column, assignedValue(column, value, scope));
  }
  return assigned;
}

/** Translates a value and casts it to its column's type. */
export function assignedValue(column: Column, tokens: readonly Token[], scope: Scope): string {
  const { sql, type } = translateExpression(tokens, scope);
  const { parameters } = scope;
  return assignmentCast(sql, { from: type, to: column.type, column: column.name, parameters });
}

function assignedColumn(table: Table, { relation }: TargetSql, written: readonly string[]): Column {
  const qualifier = written.slice(0, -1);
  const own = relation.parts.slice(relation.parts.length - qualifier.length);
  const isOwn =
    qualifier.length <= relation.parts.length && qualifier.every((part, index) => part === own[index]);
  const column = table.columns.find(({ name }) => name === written.at(-1));
  if (!isOwn || column === undefined) throw problems.invalidIdentifier(written.map(displayPart).join("."));
  return column;
}
