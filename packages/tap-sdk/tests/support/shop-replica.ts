import type { ReplicaFault, TapReplica } from "../../src/testing/index.ts";
import { type Route, serve } from "./local-server.ts";
import { type ShopData, shopRoute } from "./shop.ts";

export const shopToken = "shop-secret-token";

/** Enough of everything: pages, empty lists, missing values, children of children. */
export const shopData: ShopData = {
  orders: [
    { id: 1, updated_at: "2026-01-01T00:00:00Z", total: 1.5, customer: { name: "Ann", email: null } },
    { id: 2, updated_at: "2026-01-02T00:00:00Z", total: null },
    { id: 3, updated_at: "2026-01-02T00:00:00Z", total: 1e-7 },
    { id: 4, updated_at: null },
    { id: 5, updated_at: "2026-01-03T00:00:00Z", total: 12 },
  ],
  lines: { 1: [{ id: 11 }, { id: 12 }], 2: [{ id: 21 }], 3: [], 5: [{ id: 51 }] },
  notes: { 11: [{ id: 111 }], 12: [{ id: 121 }, { id: 122 }], 21: [], 51: [{ id: 511 }] },
  products: [
    { id: 1, changed: "2026-02-01T00:00:00Z" },
    { id: 2, changed: null },
    { id: 3, changed: "2026-01-01T00:00:00Z", tags: ["a"] },
  ],
  tags: [{ name: "red" }, { name: "blue" }],
};

/** A shop that is a replica: with requests to look at, and faults to plant. */
export async function shopReplica(route: Route = shopRoute(shopData)): Promise<TapReplica> {
  let fault: ReplicaFault = { status: 200, times: 0 };
  const server = await serve((request) => {
    if (fault.times === 0) return route(request);
    fault = { ...fault, times: fault.times - 1 };
    return { status: fault.status, headers: { ...fault.headers } };
  });
  return {
    config: { base_url: server.url, api_token: shopToken },
    requests: () => server.requests,
    fail: (next) => {
      fault = next;
    },
    close: server.close,
  };
}
