import { type Column, displayPart } from "../catalogue/model.ts";
import type { Cursor } from "../parsing/cursor.ts";
import { problems } from "../problems.ts";
import { assignmentCast } from "../values/assignment.ts";
import { syntaxError } from "../values/problem.ts";
import type { Token } from "../values/tokens.ts";
import { translateExpression } from "../values/translate.ts";
import type { SqlType } from "../values/types.ts";
import type { Work } from "./command.ts";
import { scopeOf } from "./scope.ts";

/** A column as CREATE TABLE and ADD COLUMN write it. */
export interface ColumnDefinition {
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly default: readonly Token[] | null;
  readonly comment: string | null;
  readonly isKey: boolean;
}

/** The columns and the keys between the parentheses of CREATE TABLE. */
export interface TableDefinition {
  readonly columns: readonly ColumnDefinition[];
  readonly primaryKey: readonly string[];
}

/** Reads the parentheses of CREATE TABLE. Keys are taken and never enforced, as in Snowflake. */
export function parseTableDefinition(cursor: Cursor): TableDefinition {
  const columns: ColumnDefinition[] = [];
  const keys: string[] = [];
  cursor.list(() => {
    const constraint = parseConstraint(cursor);
    if (constraint === undefined) columns.push(parseColumn(cursor));
    else keys.push(...constraint);
  });
  if (columns.length === 0) throw syntaxError(undefined);
  const primaryKey = [...keys, ...columns.filter(({ isKey }) => isKey).map(({ name }) => name)];
  return {
    columns: columns.map((column) =>
      primaryKey.includes(column.name) ? { ...column, nullable: false } : column,
    ),
    primaryKey,
  };
}

/** Reads a constraint of the whole table; answers the columns of a primary key. */
function parseConstraint(cursor: Cursor): readonly string[] | undefined {
  const isNamed = cursor.takes("CONSTRAINT");
  if (isNamed) cursor.name();
  if (cursor.takes("PRIMARY", "KEY")) return cursor.list(() => cursor.name());
  if (cursor.takes("UNIQUE")) {
    cursor.list(() => cursor.name());
    return [];
  }
  if (isNamed) throw cursor.unexpected();
  return undefined;
}

/** Reads one column. */
export function parseColumn(cursor: Cursor): ColumnDefinition {
  let column: ColumnDefinition = {
    name: cursor.name(),
    type: cursor.type(),
    nullable: true,
    default: null,
    comment: null,
    isKey: false,
  };
  for (let more = parseProperty(cursor); more !== undefined; more = parseProperty(cursor)) {
    column = { ...column, ...more };
  }
  return column;
}

function parseProperty(cursor: Cursor): Partial<ColumnDefinition> | undefined {
  if (cursor.takes("NOT", "NULL")) return { nullable: false };
  if (cursor.takes("NULL")) return { nullable: true };
  if (cursor.takes("COMMENT")) return { comment: cursor.text() };
  if (cursor.takes("PRIMARY", "KEY")) return { isKey: true };
  if (cursor.takes("UNIQUE")) return {};
  if (cursor.takes("DEFAULT")) return { default: parseDefault(cursor) };
  const refused = cursor.takesOneOf("AUTOINCREMENT", "IDENTITY", "COLLATE", "MASKING", "REFERENCES");
  if (refused !== undefined) throw problems.unsupported(refused);
  return undefined;
}

function parseDefault(cursor: Cursor): readonly Token[] {
  const first = cursor.next();
  if (first.kind === "operator" && first.text === "(") throw syntaxError(first);
  const rest = cursor.takeUntil(
    ({ kind, text, value }) =>
      (kind === "operator" && (text === "," || text === ")")) ||
      (kind === "word" && ["NOT", "NULL", "COMMENT", "PRIMARY", "UNIQUE"].includes(value)),
  );
  return [first, ...rest];
}

/** Makes columns of definitions; their ids begin at `firstId`. Throws 002025 for a name that stands twice. */
export function buildColumns(work: Work, definitions: readonly ColumnDefinition[], firstId = 1): Column[] {
  const names = new Set<string>();
  return definitions.map((definition, index) => {
    if (names.has(definition.name)) throw problems.duplicateColumn(displayPart(definition.name));
    names.add(definition.name);
    const { name, type, nullable, comment } = definition;
    return {
      id: `c${firstId + index}`,
      name,
      type,
      nullable,
      comment,
      default: buildDefault(work, definition),
    };
  });
}

function buildDefault(work: Work, { default: tokens, type, name }: ColumnDefinition): Column["default"] {
  const [first] = tokens ?? [];
  if (tokens === null || first === undefined) return null;
  const scope = scopeOf(work);
  const value = translateExpression(tokens, scope);
  const { parameters } = scope;
  const end = tokens.at(-1)?.end ?? first.end;
  return {
    text: work.statement.sql.slice(first.start, end),
    sql: assignmentCast(value.sql, { from: value.type, to: type, column: name, parameters }),
  };
}
