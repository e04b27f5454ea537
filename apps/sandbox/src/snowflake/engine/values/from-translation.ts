import { asBoolean } from "./casts.ts";
import { physicalName, quoted } from "./names.ts";
import { comparison } from "./operators.ts";
import { compilationError, invalidIdentifier, unsupportedFeature } from "./problem.ts";
import type { Relation, TableSource } from "./relations.ts";
import type { FromItem } from "./syntax/tree.ts";
import {
  type CommonTables,
  type DerivedTable,
  derivedColumns,
  type Frame,
  type Translator,
} from "./translator.ts";

/** What a FROM reads. */
export interface TranslatedFrom {
  readonly sql: string;
  readonly relations: readonly Relation[];
}

/** What surrounds a FROM: common tables and the queries around. */
export interface Surroundings {
  readonly outer?: Frame;
  readonly tables: CommonTables;
}

/** Translates what follows FROM. Throws 002003 for a table that is missing. */
export function translatedFrom(
  item: FromItem,
  surroundings: Surroundings,
  translator: Translator,
): TranslatedFrom {
  switch (item.kind) {
    case "table":
      return fromTable(item, surroundings, translator);
    case "stage": {
      const source = translator.scope.stagedRow?.(item.stage, item.options);
      if (source === undefined) throw unsupportedFeature("query of a stage");
      return fromSource(source, item, translator);
    }
    case "query":
      return fromDerived(translator.query(item.query, surroundings), item, translator);
    case "generator": {
      const alias = translator.freshName();
      return {
        sql: `range(${item.rows}) AS ${alias}`,
        relations: [{ parts: item.alias ? [item.alias.name] : [], columns: [] }],
      };
    }
    case "join":
      return joined(item, surroundings, translator);
  }
}

type TableItem = Extract<FromItem, { readonly kind: "table" | "stage" }>;

function fromTable(
  item: Extract<FromItem, { readonly kind: "table" }>,
  surroundings: Surroundings,
  translator: Translator,
): TranslatedFrom {
  const [name, ...others] = item.parts;
  const common = name === undefined || others.length > 0 ? undefined : surroundings.tables.get(name);
  if (common === undefined) return fromSource(translator.scope.table(item.parts), item, translator);
  const alias = translator.freshName();
  const relation = {
    parts: [item.alias?.name ?? name ?? ""],
    columns: renamed(derivedColumns(common.columns, alias), item),
  };
  return { sql: `${common.sql} AS ${alias}`, relations: [relation] };
}

function fromSource(source: TableSource, item: TableItem, translator: Translator): TranslatedFrom {
  const alias = translator.freshName();
  const named = "parts" in item ? item.parts : [];
  const parts = item.alias === undefined ? (source.parts ?? named) : [item.alias.name];
  const columns = source.columns.map(({ name, type }) => ({
    name,
    type,
    sql: `${alias}.${quoted(physicalName(name))}`,
  }));
  return { sql: `${source.sql} AS ${alias}`, relations: [{ parts, columns: renamed(columns, item) }] };
}

function fromDerived(
  result: DerivedTable,
  item: FromItem & { kind: "query" },
  translator: Translator,
): TranslatedFrom {
  const alias = translator.freshName();
  const parts = item.alias === undefined ? [] : [item.alias.name];
  const columns = renamed(derivedColumns(result.columns, alias), item);
  return { sql: `(${result.sql}) AS ${alias}`, relations: [{ parts, columns }] };
}

/** Gives columns the names that an alias has for them. */
function renamed(
  columns: Relation["columns"],
  item: Exclude<FromItem, { readonly kind: "join" }>,
): Relation["columns"] {
  const names = item.alias?.columns ?? [];
  if (names.length === 0) return columns;
  if (names.length !== columns.length) {
    const text = `Invalid column alias list: expected ${columns.length} names, got ${names.length}`;
    throw compilationError("002020", "42601", text);
  }
  return columns.map((column, index) => ({ ...column, name: names[index] ?? column.name }));
}

type Join = Extract<FromItem, { readonly kind: "join" }>;

function joined(item: Join, surroundings: Surroundings, translator: Translator): TranslatedFrom {
  const left = translatedFrom(item.left, surroundings, translator);
  const right = translatedFrom(item.right, surroundings, translator);
  if (item.using !== undefined) return joinedUsing(item, item.using, { left, right, translator });
  const relations = [...left.relations, ...right.relations];
  if (item.on === undefined) return { sql: `${left.sql} CROSS JOIN ${right.sql}`, relations };
  const frame: Frame = {
    relations,
    aliases: new Map(),
    ...(surroundings.outer && { outer: surroundings.outer }),
  };
  const condition = asBoolean(
    translator.withTables(surroundings.tables).expression(item.on, frame),
    translator,
  );
  return { sql: `(${left.sql} ${item.join} JOIN ${right.sql} ON ${condition})`, relations };
}

function joinedUsing(
  item: Join,
  names: readonly string[],
  sides: { left: TranslatedFrom; right: TranslatedFrom; translator: Translator },
): TranslatedFrom {
  if (item.join !== "INNER" && item.join !== "LEFT") throw unsupportedFeature(`${item.join} JOIN USING`);
  const find = (relations: readonly Relation[], name: string) => {
    const found = relations
      .flatMap(({ columns }) => columns)
      .find((column) => column.name === name && column.isMerged !== true);
    if (found === undefined) throw invalidIdentifier(name);
    return found;
  };
  const conditions = names.map((name) => {
    const pair = { left: find(sides.left.relations, name), right: find(sides.right.relations, name) };
    return comparison({ operator: "=", ...pair, at: { line: 1, column: 0 } }, sides.translator);
  });
  const merged = sides.right.relations.map((relation) => ({
    ...relation,
    columns: relation.columns.map((column) =>
      names.includes(column.name) ? { ...column, isMerged: true } : column,
    ),
  }));
  const sql = `(${sides.left.sql} ${item.join} JOIN ${sides.right.sql} ON ${conditions.join(" AND ")})`;
  return { sql, relations: [...sides.left.relations, ...merged] };
}
