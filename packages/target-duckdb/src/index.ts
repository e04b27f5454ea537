export type { DuckdbConfig } from "./config.ts";
export { duckdbDialect } from "./dialect.ts";
export { targetDuckdb } from "./target.ts";
