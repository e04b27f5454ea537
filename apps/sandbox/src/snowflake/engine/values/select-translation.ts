import { asBoolean } from "./casts.ts";
import { isNamed } from "./columns.ts";
import { type Surroundings, translatedFrom } from "./from-translation.ts";
import { orderSql } from "./functions/calls.ts";
import { invalidIdentifier, syntaxErrorAt } from "./problem.ts";
import type { Expression, OrderItem, Select, SelectItem } from "./syntax/tree.ts";
import { type Frame, outputName, type QueryResult, type Translator } from "./translator.ts";
import type { Typed } from "./typed.ts";

interface Item {
  readonly name: string;
  readonly value: Typed;
  readonly expression?: Expression;
}

/** Translates one SELECT with the sort keys that follow it. */
export function translatedSelect(
  select: Select,
  order: readonly OrderItem[],
  { surroundings, translator: base }: { surroundings: Surroundings; translator: Translator },
): QueryResult {
  const translator = base.withTables(surroundings.tables);
  const from = select.from === undefined ? undefined : translatedFrom(select.from, surroundings, translator);
  const frame: Frame = {
    relations: from?.relations ?? [],
    aliases: aliasesOf(select.items),
    ...(surroundings.outer !== undefined && { outer: surroundings.outer }),
  };
  const items = select.items.flatMap((item) => translatedItems(item, frame, translator));
  const condition = (expression: Expression) =>
    asBoolean(translator.expression(expression, frame), translator);
  const sql = [
    `SELECT ${select.isDistinct ? "DISTINCT " : ""}${items.map(({ value }, index) => `${value.sql} AS ${outputName(index)}`).join(", ")}`,
    from === undefined ? "" : `FROM ${from.sql}`,
    select.where === undefined ? "" : `WHERE ${condition(select.where)}`,
    groupSql(select, items, (expression) => translator.expression(expression, frame).sql),
    select.having === undefined ? "" : `HAVING ${condition(select.having)}`,
    select.qualify === undefined ? "" : `QUALIFY ${condition(select.qualify)}`,
    order.length === 0
      ? ""
      : `ORDER BY ${orderSql(order, (item) => sortKey(item, items, { frame, translator }))}`,
  ];
  return {
    sql: sql.filter((part) => part !== "").join(" "),
    columns: items.map(({ name, value }) => ({ name, type: value.type })),
  };
}

/** Names of columns that are no more than themselves are no aliases: they would stand for themselves for ever. */
function aliasesOf(items: readonly SelectItem[]): ReadonlyMap<string, Expression> {
  return new Map(
    items.flatMap((item): [string, Expression][] =>
      item.kind === "expression" && item.isNamed ? [[item.name, item.expression]] : [],
    ),
  );
}

function translatedItems(item: SelectItem, frame: Frame, translator: Translator): readonly Item[] {
  if (item.kind === "star") return starItems(item, frame);
  const own = new Map([...frame.aliases].filter(([name]) => name !== item.name));
  const value = translator.expression(item.expression, { ...frame, aliases: own });
  return [{ name: item.name, value, expression: item.expression }];
}

function starItems(item: Extract<SelectItem, { readonly kind: "star" }>, frame: Frame): readonly Item[] {
  const relations = frame.relations.filter((relation) => isNamed(relation, item.parts));
  if (relations.length === 0)
    throw item.parts.length > 0
      ? invalidIdentifier(item.parts.join("."), item.at)
      : syntaxErrorAt(item.at, "*");
  const isQualified = item.parts.length > 0;
  return relations
    .flatMap(({ columns }) => columns)
    .filter((column) => !item.excluded.includes(column.name) && (isQualified || column.isMerged !== true))
    .map((column) => ({ name: column.name, value: column }));
}

function groupSql(select: Select, items: readonly Item[], read: (expression: Expression) => string): string {
  if (select.groupBy === "ALL") return "GROUP BY ALL";
  if (select.groupBy.length === 0) return "";
  const keys = select.groupBy.map((expression) => {
    const position = expression.kind === "number" ? items[Number(expression.text) - 1] : undefined;
    return position === undefined ? read(expression) : position.value.sql;
  });
  return `GROUP BY ${keys.join(", ")}`;
}

/** A number is an item's place, a name first an item's, and anything else an expression. */
function sortKey(
  item: OrderItem,
  items: readonly Item[],
  { frame, translator }: { frame: Frame; translator: Translator },
): string {
  const { expression } = item;
  if (expression.kind === "number" && items[Number(expression.text) - 1] !== undefined) {
    return outputName(Number(expression.text) - 1);
  }
  const [name, ...others] = expression.kind === "column" ? expression.parts : [];
  const index = others.length > 0 ? -1 : items.findIndex((candidate) => candidate.name === name);
  if (index >= 0) return outputName(index);
  return translator.expression(expression, { ...frame, prefersAliases: true }).sql;
}
