import type { JsonObject } from "../json.ts";
import { sortedRows, type Walk, walkRows } from "./collection.ts";
import { type EndpointContext, includes } from "./endpoint-context.ts";
import { type ListDefinition, type Paging, shownId } from "./generated/list-definition.ts";
import { type ListName, listDefinitions } from "./generated/list-rows.ts";
import { listExtras } from "./list-extras.ts";
import { guidePage, type ListSource, listPage, offsetPage, wholePage, wholePageOnly } from "./list-pages.ts";
import { childrenOf, parentOf } from "./parents.ts";
import type { Row } from "./row.ts";

const pages: Readonly<Record<Paging, (source: ListSource) => JsonObject>> = {
  cursor: listPage,
  offset: offsetPage,
  whole: wholePage,
  "whole-only": wholePageOnly,
  guide: guidePage,
};

function* keep(rows: Iterable<Row>, wanted: (row: Row) => boolean): Generator<Row> {
  for (const row of rows) if (wanted(row)) yield row;
}

/** A row as its list shows it. */
export function shownRow(name: ListName, row: Row, context: EndpointContext): JsonObject {
  const definition: ListDefinition = listDefinitions[name];
  const hidden = new Set(definition.hidden);
  const shown = { ...row, ...listExtras[name]?.add?.(row, context) };
  const id = definition.idForm === undefined ? {} : { id: shownId(definition, row) };
  return Object.fromEntries(Object.entries({ ...shown, ...id }).filter(([key]) => !hidden.has(key)));
}

/** The children of the rows of a page, where `include` asks for them. */
function includedChildren(
  name: ListName,
  page: readonly Row[],
  context: EndpointContext,
): Record<string, JsonObject[]> {
  const included: Record<string, JsonObject[]> = {};
  for (const [key, child] of Object.entries(listExtras[name]?.includes ?? {})) {
    if (!includes(context.source.query, key)) continue;
    const rows = page.flatMap((row) => childrenOf(context.account, child, row));
    included[key] = rows.map((row) => shownRow(child, row, context));
  }
  return included;
}

/** A list as its pages see it; of children only those of the parent that the path names. */
export function listSource(
  name: ListName,
  context: EndpointContext,
  ids: readonly string[] = [],
): ListSource {
  const definition: ListDefinition = listDefinitions[name];
  const { account, source } = context;
  const extras = listExtras[name] ?? {};
  const order = extras.order?.(source.query) ?? definition.order;
  const wanted = extras.keep?.(context) ?? (() => true);
  const parent = definition.path.includes("{id}") ? parentOf(account, definition, ids) : undefined;
  const rows = (walk: Walk): Iterable<Row> =>
    parent === undefined
      ? account.lists[name].rows.inOrder(order, walk)
      : walkRows({ rows: sortedRows(childrenOf(account, name, parent), order), order, walk });
  return {
    ...source,
    order,
    recordsKey: definition.recordsKey ?? definition.path,
    rows: (walk) => keep(rows(walk), wanted),
    show: (row) => shownRow(name, row, context),
    sideLoads: (page) => ({ ...extras.sideLoads?.(page, context), ...includedChildren(name, page, context) }),
  };
}

/** A page of a list in the way of the list. */
export function listAnswer(name: ListName, context: EndpointContext, ids: readonly string[]): JsonObject {
  const { paging = "cursor" }: ListDefinition = listDefinitions[name];
  return pages[paging](listSource(name, context, ids));
}
