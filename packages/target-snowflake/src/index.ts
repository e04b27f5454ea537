export type { SnowflakeConfig } from "./config.ts";
export { type SnowflakeDialectOptions, snowflakeDialect } from "./dialect.ts";
export { targetSnowflake } from "./target.ts";
