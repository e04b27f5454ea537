import type { JsonObject } from "../json.ts";
import { isJsonObject } from "../json.ts";
import { organizationList, shownTicket, userList } from "./account-lists.ts";
import type { EndpointContext } from "./endpoint-context.ts";
import { listSource } from "./list-endpoints.ts";
import { pageLink } from "./page-links.ts";
import { invalidPagination, invalidValue } from "./problems.ts";
import { epochSeconds, type Row } from "./row.ts";
import { byLatestCreation, type Place } from "./row-order.ts";
import type { StoredTable } from "./table.ts";

interface Searched {
  readonly table: StoredTable;
  readonly found: (row: Row) => boolean;
  readonly show: (row: Row) => JsonObject;
}

/** What can be searched for: archived tickets are found, nothing that was deleted is. */
function searchedIn(context: EndpointContext): Searched {
  const { account, source } = context;
  const type = source.query.get("filter[type]");
  const plain = { ...context, source: { ...source, query: new URLSearchParams() } };
  switch (type) {
    case "ticket":
      return {
        table: account.tickets,
        found: (row) => row["status"] !== "deleted",
        show: (row) => shownTicket(row, account),
      };
    case "user":
      return { table: account.users, found: (row) => row["active"] === true, show: userList(plain).show };
    case "organization":
      return {
        table: account.organizations,
        found: (row) => row["deleted_at"] === null,
        show: organizationList(plain).show,
      };
    case "group":
      return {
        table: account.lists.groups,
        found: (row) => row["deleted"] !== true,
        show: listSource("groups", plain).show,
      };
    default:
      throw invalidValue("filter[type] must be one of ticket, user, organization, group");
  }
}

const fields: Readonly<Record<string, string>> = {
  updated: "updated_at",
  updated_at: "updated_at",
  created: "created_at",
  created_at: "created_at",
};

/** A term such as `updated>=2024-01-01T00:00:00Z`; of other terms only `type:` is known. */
function termOf(term: string): (row: Row) => boolean {
  const [, name = "", operator = "", value = ""] = /^(\w+)(>=|<=|>|<|:)(.+)$/u.exec(term) ?? [];
  if (name === "type" && operator === ":") return () => true;
  const field = fields[name];
  const bound = Date.parse(value) / 1000;
  if (field === undefined || Number.isNaN(bound)) throw invalidValue(`query: ${term} is not understood`);
  const compare: Readonly<Record<string, (stamp: number) => boolean>> = {
    ">=": (stamp) => stamp >= bound,
    "<=": (stamp) => stamp <= bound,
    ">": (stamp) => stamp > bound,
    "<": (stamp) => stamp < bound,
    ":": (stamp) => stamp === bound,
  };
  return (row) => compare[operator]?.(epochSeconds(row[field])) === true;
}

const cursorLivesSeconds = 3600;

function searchCursor(row: Row, nowSeconds: number): string {
  const cursor = {
    field: "created_at",
    desc: true,
    tieBreakField: "id",
    tieBreakDesc: false,
    sortValues: [epochSeconds(row["created_at"]) * 1000, row.id],
    createdAt: nowSeconds * 1000,
  };
  return Buffer.from(JSON.stringify(cursor)).toString("base64");
}

function placeOfCursor(cursor: string, nowSeconds: number): Place {
  const bad = invalidPagination("page[after] is not a cursor of this search");
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(cursor, "base64").toString());
  } catch {
    throw bad;
  }
  const values = isJsonObject(parsed) ? parsed["sortValues"] : undefined;
  const created = isJsonObject(parsed) ? parsed["createdAt"] : undefined;
  if (!Array.isArray(values) || typeof created !== "number") throw bad;
  if (nowSeconds - created / 1000 > cursorLivesSeconds) throw invalidPagination("page[after] has expired");
  return [Number(values[0]) / 1000, Number(values[1])];
}

function pageSizeOf(query: URLSearchParams): number {
  const given = query.get("page[size]") ?? "100";
  const size = Number(given);
  if (!/^\d+$/u.test(given) || size < 1) throw invalidPagination("page[size] must be a positive integer");
  if (size > 1000) throw invalidPagination("page[size] cannot be greater than 1000");
  return size;
}

/** A page of the export of a search: the newest first, with cursors that live for an hour. */
export function searchExportPage(context: EndpointContext): JsonObject {
  const { source, nowSeconds, quirks } = context;
  const { query } = source;
  const indexed = nowSeconds - (quirks.searchLagSeconds ?? 0);
  const searched = searchedIn(context);
  const terms = (query.get("query") ?? "").split(/\s+/u).filter((term) => term !== "");
  const wanted = terms.map(termOf);
  const size = pageSizeOf(query);
  const after = query.get("page[after]");
  const from = after === null ? undefined : placeOfCursor(after, nowSeconds);
  const isFound = (row: Row): boolean =>
    epochSeconds(row["updated_at"]) <= indexed && searched.found(row) && wanted.every((fits) => fits(row));
  const page: Row[] = [];
  for (const row of searched.table.rows.inOrder(byLatestCreation, from === undefined ? {} : { from })) {
    if (isFound(row)) page.push(row);
    if (page.length > size) break;
  }
  const shown = page.slice(0, size);
  const last = page.length > size ? shown.at(-1) : undefined;
  const cursor = last === undefined ? null : searchCursor(last, nowSeconds);
  const type = query.get("filter[type]");
  return {
    results: shown.map((row) => ({ ...searched.show(row), result_type: type })),
    facets: null,
    meta: { has_more: cursor !== null, after_cursor: cursor, before_cursor: null },
    links: { prev: null, next: cursor === null ? null : pageLink(source, { "page[after]": cursor }) },
  };
}
