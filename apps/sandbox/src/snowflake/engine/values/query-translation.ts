import { castTo } from "./casts.ts";
import type { Surroundings } from "./from-translation.ts";
import { orderSql } from "./functions/calls.ts";
import { compilationError, setColumnCount, syntaxErrorAt } from "./problem.ts";
import { translatedSelect } from "./select-translation.ts";
import type { Expression, OrderItem, Query, QueryBody } from "./syntax/tree.ts";
import {
  type CommonTables,
  derivedColumns,
  type Frame,
  outputName,
  type QueryResult,
  type Translator,
} from "./translator.ts";
import { commonType, type Typed } from "./typed.ts";
import { typeName } from "./types.ts";
import { unified } from "./unification.ts";

interface Place {
  readonly surroundings: Surroundings;
  readonly translator: Translator;
}

/** Translates a query with its common tables, its order and its limit. */
export function translatedQuery(query: Query, place: Place): QueryResult {
  const common = commonTables(query, place);
  const inner = { ...place, surroundings: { ...place.surroundings, tables: common.tables } };
  const body = orderedBody(query, inner);
  const limit = query.limit === undefined ? "" : ` LIMIT ${count(query.limit, inner)}`;
  const offset = query.offset === undefined ? "" : ` OFFSET ${count(query.offset, inner)}`;
  return { sql: `${common.sql}${body.sql}${limit}${offset}`, columns: body.columns };
}

function commonTables(query: Query, place: Place): { readonly sql: string; readonly tables: CommonTables } {
  const tables = new Map(place.surroundings.tables);
  const written: string[] = [];
  for (const { name, columns, query: inner } of query.with) {
    const result = translatedQuery(inner, {
      ...place,
      surroundings: { ...place.surroundings, tables: new Map(tables) },
    });
    const alias = place.translator.freshName();
    if (columns.length > 0 && columns.length !== result.columns.length)
      throw setColumnCount(columns.length, result.columns.length);
    tables.set(name, {
      sql: alias,
      columns: result.columns.map((column, index) => ({ ...column, name: columns[index] ?? column.name })),
    });
    written.push(`${alias} AS (${result.sql})`);
  }
  return { sql: written.length === 0 ? "" : `WITH ${written.join(", ")} `, tables };
}

function orderedBody(query: Query, place: Place): QueryResult {
  if (query.body.kind === "select") return translatedSelect(query.body, query.orderBy, place);
  const result = translatedBody(query.body, place);
  if (query.orderBy.length === 0) return result;
  const alias = place.translator.freshName();
  const frame: Frame = {
    relations: [{ parts: [], columns: derivedColumns(result.columns, alias) }],
    aliases: new Map(),
  };
  const keys = orderSql(query.orderBy, (item) => resultKey(item, frame, place.translator));
  return { sql: `SELECT * FROM (${result.sql}) AS ${alias} ORDER BY ${keys}`, columns: result.columns };
}

function resultKey(item: OrderItem, frame: Frame, translator: Translator): string {
  if (item.expression.kind === "number") return outputName(Number(item.expression.text) - 1);
  return translator.expression(item.expression, frame).sql;
}

function translatedBody(body: QueryBody, place: Place): QueryResult {
  switch (body.kind) {
    case "select":
      return translatedSelect(body, [], place);
    case "nested":
      return translatedQuery(body.query, place);
    case "values":
      return translatedValues(body.rows, place);
    case "set":
      return combined(body, place);
  }
}

function combined(body: Extract<QueryBody, { readonly kind: "set" }>, place: Place): QueryResult {
  const [left, right] = [translatedBody(body.left, place), translatedBody(body.right, place)];
  if (left.columns.length !== right.columns.length)
    throw setColumnCount(left.columns.length, right.columns.length);
  const columns = left.columns.map((column, index) => {
    const other = right.columns[index] ?? column;
    const type = commonType({ sql: "", type: column.type }, { sql: "", type: other.type });
    if (type === undefined) {
      const types = `${typeName(column.type)} and ${typeName(other.type)}`;
      throw compilationError(
        "001790",
        "42601",
        `inconsistent data type for result columns for set operator input branches, expected ${types}`,
      );
    }
    return { name: column.name, type };
  });
  const sides = [left, right].map((side) => castSide(side, columns, place.translator));
  return { sql: `(${sides.join(` ${body.operator} `)})`, columns };
}

function castSide(side: QueryResult, columns: QueryResult["columns"], translator: Translator): string {
  const alias = translator.freshName();
  const values = derivedColumns(side.columns, alias).map((column, index) => {
    const cast = castTo(column, columns[index]?.type ?? column.type, translator);
    return `${cast.sql} AS ${outputName(index)}`;
  });
  return `SELECT ${values.join(", ")} FROM (${side.sql}) AS ${alias}`;
}

/** Functions whose values VALUES does not take. */
const refusedInValues = new Set([
  "PARSE_JSON",
  "TRY_PARSE_JSON",
  "TO_VARIANT",
  "TO_OBJECT",
  "TO_ARRAY",
  "OBJECT_CONSTRUCT",
  "OBJECT_CONSTRUCT_KEEP_NULL",
  "ARRAY_CONSTRUCT",
]);

function translatedValues(rows: readonly (readonly Expression[])[], place: Place): QueryResult {
  const width = rows[0]?.length ?? 0;
  const frame: Frame = {
    relations: [],
    aliases: new Map(),
    ...(place.surroundings.outer && { outer: place.surroundings.outer }),
  };
  const values = rows.map((row) => {
    if (row.length !== width)
      throw compilationError(
        "002021",
        "42601",
        `Invalid VALUES list: rows of ${width} and ${row.length} values`,
      );
    return row.map((expression) => constantValue(expression, frame, place.translator));
  });
  const columns = Array.from({ length: width }, (_, index) =>
    unified(
      values.map((row) => row[index] ?? { sql: "NULL", type: { kind: "variant" } }),
      "VALUES",
      place.translator,
    ),
  );
  const written = rows.map((_, row) => `(${columns.map((column) => column[row]?.sql ?? "NULL").join(", ")})`);
  const names = columns.map((_, index) => outputName(index)).join(", ");
  const alias = place.translator.freshName();
  return {
    sql: `SELECT * FROM (VALUES ${written.join(", ")}) AS ${alias}(${names})`,
    columns: columns.map((column, index) => ({
      name: `COLUMN${index + 1}`,
      type: column[0]?.type ?? { kind: "variant" },
    })),
  };
}

function constantValue(expression: Expression, frame: Frame, translator: Translator): Typed {
  if (expression.kind === "call" && refusedInValues.has(expression.name)) {
    throw compilationError(
      "002014",
      "22000",
      `Invalid expression [${expression.name}(...)] in VALUES clause`,
    );
  }
  return translator.expression(expression, frame);
}

/** A LIMIT is a whole number or NULL, which is none. */
function count(expression: Expression, place: Place): string {
  if (expression.kind === "number" && /^[0-9]+$/.test(expression.text)) return expression.text;
  if (expression.kind === "null") return "NULL";
  if (expression.kind === "bind") {
    const value = place.translator.scope.binds[expression.index]?.value;
    if (typeof value === "string" && /^[0-9]+$/.test(value)) return value;
    throw syntaxErrorAt(expression.at, "?");
  }
  throw syntaxErrorAt({ line: 1, column: 0 }, "LIMIT");
}
