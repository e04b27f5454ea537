import type { Features } from "./features.ts";
import type { PageSource } from "./page-links.ts";
import type { Quirks } from "./quirks.ts";
import type { StoredAccount } from "./store.ts";

/** What an endpoint answers from. */
export interface EndpointContext {
  readonly account: StoredAccount;
  readonly source: PageSource;
  readonly nowSeconds: number;
  readonly features: Features;
  readonly quirks: Quirks;
}

/** Tells whether a request asks for a side-load. */
export function includes(query: URLSearchParams, name: string): boolean {
  return (query.get("include") ?? "").split(",").includes(name);
}
