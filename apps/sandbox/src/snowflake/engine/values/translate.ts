import { translated } from "./expression-translation.ts";
import { translatedFrom } from "./from-translation.ts";
import { syntaxError } from "./problem.ts";
import { translatedQuery } from "./query-translation.ts";
import type { Relation, Scope } from "./relations.ts";
import { itemOf, queryOf, sourceOf } from "./syntax/parse.ts";
import { sourceName } from "./syntax/query-parser.ts";
import type { Token } from "./tokens.ts";
import { type CommonTables, outputName, type Translator } from "./translator.ts";
import type { SqlType } from "./types.ts";

/** A query for DuckDB: its columns are named by {@link outputColumn}. */
export interface TranslatedQuery {
  readonly sql: string;
  readonly columns: readonly { readonly name: string; readonly type: SqlType }[];
}

/** An expression for DuckDB, and the name that Snowflake would give its column. */
export interface TranslatedExpression {
  readonly sql: string;
  readonly type: SqlType;
  readonly name: string;
}

/** What a MERGE or a DELETE reads: `sql` stands in a FROM or USING, alias included. */
export interface TranslatedSource {
  readonly sql: string;
  readonly relation: Relation;
}

/** Answers the name of a translated query's column: `"C1"` for the first, quoted. */
export function outputColumn(index: number): string {
  return outputName(index);
}

/** Translates a whole query: SELECT, WITH, VALUES and what joins them. Every token must belong to it. */
export function translateQuery(tokens: readonly Token[], scope: Scope): TranslatedQuery {
  return translatedQuery(queryOf(tokens), {
    surroundings: { tables: new Map() },
    translator: translatorOf(scope),
  });
}

/** Translates one expression over `scope.relations`. Every token must belong to it. */
export function translateExpression(tokens: readonly Token[], scope: Scope): TranslatedExpression {
  const { expression, name } = itemOf(tokens);
  const value = translatorOf(scope).expression(expression, {
    relations: scope.relations ?? [],
    aliases: new Map(),
  });
  const column = expression.kind === "column" ? expression.parts.at(-1) : undefined;
  return { sql: value.sql, type: value.type, name: name ?? column ?? sourceName(tokens) };
}

/** Translates a table, or a query in parentheses, with its alias. Every token must belong to it. */
export function translateSource(tokens: readonly Token[], scope: Scope): TranslatedSource {
  const { sql, relations } = translatedFrom(sourceOf(tokens), { tables: new Map() }, translatorOf(scope));
  const [relation, ...others] = relations;
  if (relation === undefined || others.length > 0) throw syntaxError(tokens[0]);
  return { sql, relation };
}

/** Makes the translator of one statement. */
function translatorOf(scope: Scope): Translator {
  let names = 0;
  const now = BigInt(Date.now()) * 1_000_000n;
  const setting = (name: string) => {
    const value = scope.parameters.get(name);
    return value === undefined ? undefined : String(value);
  };
  const freshName = () => {
    names += 1;
    return `"r${names}"`;
  };
  const make = (tables: CommonTables, isTry: boolean): Translator => {
    const translator: Translator = {
      scope,
      now,
      zone: setting("TIMEZONE") ?? "America/Los_Angeles",
      setting,
      isTry,
      tables,
      freshName,
      expression: (expression, frame) => translated(expression, frame, translator),
      query: (query, surroundings) => translatedQuery(query, { surroundings, translator }),
      withTables: (others) => make(others, isTry),
      trying: () => make(tables, true),
    };
    return translator;
  };
  return make(new Map(), false);
}
