export { type XactlyConfig, xactly } from "./client.ts";
export { connectRoute } from "./connect-route.ts";
export { type OpenRoute, ResultGone, type RouteContext, type SqlRoute, type SqlRow } from "./sql-route.ts";
export { tapXactly, tapXactlyBy } from "./tap.ts";
