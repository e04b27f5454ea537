import { expect, it } from "vitest";
import { defineTap } from "../src/index.ts";
import { runShop } from "./support/run-shop.ts";
import { lines, orders, tapShop } from "./support/shop.ts";

const rowCount = 2000;
const filler = "x".repeat(18_000);

/** A page that is too large to be held; where it goes on stands behind its records. */
function largePage(): string {
  const rows = Array.from({ length: rowCount }, (_, id) =>
    JSON.stringify({ id, updated_at: "2026-01-01T00:00:00Z", total: 0.1, customer: { name: filler } }),
  );
  return `{"orders":[${rows.join(",")}],"next":"end","more":true}`;
}

it("reads a page that does not fit into memory, its children and what follows it", async () => {
  const page = largePage();
  expect(page.length).toBeGreaterThan(32 * 1024 * 1024);
  const { briefs, lastState, requests, error } = await runShop({
    tap: defineTap({ ...tapShop, streams: [orders, { ...lines, hasChildren: ({ id }) => id === 1999 }] }),
    route: ({ path, query }) => {
      if (path === "/orders/1999/lines") return { body: { lines: [{ id: 1 }] } };
      return query.has("cursor") ? { body: { orders: [], more: false } } : { body: page };
    },
  });
  expect(error).toBeUndefined();
  expect(briefs.filter((line) => line.startsWith("orders "))).toHaveLength(rowCount);
  expect(briefs.at(-1)).toBe("order_lines 1");
  expect(requests).toEqual(["/orders?limit=2", "/orders/1999/lines", "/orders?limit=2&cursor=end"]);
  const bookmark = { updated_at: "2026-01-01T00:00:00Z", cursor: "end" };
  expect(lastState).toEqual({ bookmarks: { orders: bookmark, order_lines: bookmark } });
});
