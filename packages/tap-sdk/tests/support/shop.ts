import {
  array,
  dateTime,
  decimal,
  integer,
  nullable,
  object,
  optional,
  secret,
  string,
  withDefault,
} from "@chorale/singer";
import { defineRestClient, defineTap, type Pagination, type Tap } from "../../src/index.ts";
import type { Answer, LocalRequest, Route } from "./local-server.ts";

export const shopConfig = object({
  base_url: string(),
  api_token: secret(string()),
  start_date: optional(dateTime()),
  page_size: withDefault(integer(), 2),
});

export const shop = defineRestClient({
  config: shopConfig,
  baseUrl: ({ base_url }) => base_url,
  headers: ({ api_token }) => ({ authorization: `Bearer ${api_token}` }),
  concurrency: () => 3,
  attempts: 2,
  classify: ({ status }) => (status === 404 ? "skip" : undefined),
});

/** `next` in the body is the cursor of the next page; it is kept in the bookmark. */
export const byCursor: Pagination = {
  first: ({ cursor }) =>
    typeof cursor === "string" ? { searchParams: { cursor }, dropParams: ["updated_since"] } : undefined,
  walk: () => ({
    after: ({ body }) => {
      const next: unknown = Reflect.get(Object(body), "next");
      const more: unknown = Reflect.get(Object(body), "more");
      if (typeof next !== "string") return {};
      const position = { cursor: next };
      return more === true
        ? { position, next: { searchParams: { cursor: next }, dropParams: ["updated_since"] } }
        : { position };
    },
  }),
};

export const orders = shop.stream({
  name: "orders",
  schema: object({
    id: integer(),
    updated_at: nullable(dateTime()),
    total: nullable(decimal()),
    customer: nullable(object({ name: nullable(string()), email: nullable(string()) })),
  }),
  keyProperties: ["id"],
  replicationKey: "updated_at",
  sorted: true,
  path: "orders",
  searchParams: ({ bookmark, config }) => ({ updated_since: bookmark, limit: config.page_size }),
  recordsAt: "orders",
  pagination: byCursor,
});

export const lines = shop.stream({
  name: "order_lines",
  schema: object({ id: integer(), order_id: integer() }),
  keyProperties: ["id"],
  parent: orders,
  path: ({ parent }) => `orders/${parent.id}/lines`,
  recordsAt: "lines",
  transform: (line, { parent }) => ({ ...line, order_id: parent.id }),
});

export const notes = shop.stream({
  name: "line_notes",
  schema: object({ id: integer(), line_id: integer() }),
  keyProperties: ["id"],
  parent: lines,
  path: ({ parent }) => `lines/${parent.id}/notes`,
  recordsAt: "",
  transform: (note, { parent }) => ({ ...note, line_id: parent.id }),
});

export const products = shop.stream({
  name: "products",
  schema: object({ id: integer(), changed: nullable(dateTime()), tags: nullable(array(string())) }),
  keyProperties: ["id"],
  replicationKey: "changed",
  filteredBy: "client",
  path: "products",
  recordsAt: "products",
});

export const tags = shop.stream({
  name: "tags",
  schema: object({ name: string() }),
  keyProperties: ["name"],
  path: "tags",
  recordsAt: "tags",
});

export const shopStreams = [orders, lines, notes, products, tags];

export type ShopConfig = Parameters<typeof shop.options.baseUrl>[0];

export const tapShop: Tap<ShopConfig> = defineTap({
  name: "tap-shop",
  package: new URL("../../package.json", import.meta.url),
  description: "A shop of the tests",
  config: shopConfig,
  streams: shopStreams,
});

export interface ShopData {
  readonly orders: readonly {
    readonly id: number;
    readonly updated_at: string | null;
    readonly [key: string]: unknown;
  }[];
  readonly lines?: Readonly<Record<number, readonly { readonly id: number }[]>>;
  readonly notes?: Readonly<Record<number, readonly { readonly id: number }[]>>;
  readonly products?: readonly Record<string, unknown>[];
  readonly tags?: readonly Record<string, unknown>[];
}

/** Answers as the shop's API does. A cursor is the offset of the next order. */
export function shopRoute(data: ShopData): Route {
  return ({ path, query, headers }: LocalRequest): Answer | undefined => {
    if (headers.authorization !== "Bearer shop-secret-token") return { status: 401, body: { error: "no" } };
    if (path === "/orders") return ordersPage(data, query);
    if (path === "/products") return { body: { products: data.products ?? [] } };
    if (path === "/tags") return { body: { tags: data.tags ?? [] } };
    const [, list, id = ""] = /^\/(orders|lines)\/(\d+)\//.exec(path) ?? [];
    if (list === "orders") return found(data.lines?.[Number(id)], (found) => ({ lines: found }));
    if (list === "lines") return found(data.notes?.[Number(id)], (found) => found);
    return undefined;
  };
}

function found<T>(rows: T | undefined, body: (rows: T) => unknown): Answer | undefined {
  return rows === undefined ? undefined : { body: body(rows) };
}

function ordersPage({ orders: all }: ShopData, query: URLSearchParams): Answer {
  const since = query.get("updated_since");
  const cursor = query.get("cursor");
  const limit = Number(query.get("limit") ?? "2");
  const first = all.findIndex(({ updated_at: at }) => since === null || at === null || at >= since);
  const start = cursor === null ? (first === -1 ? all.length : first) : Number(cursor);
  const rows = all.slice(start, start + limit);
  const end = start + rows.length;
  return { body: { orders: rows, next: String(end), more: end < all.length } };
}
