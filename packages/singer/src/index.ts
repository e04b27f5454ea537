export * from "./errors.ts";
export * from "./exact-json.ts";
export * from "./json.ts";
export * from "./json-schema.ts";
export * from "./log.ts";
export * from "./messages.ts";
export * from "./schema.ts";
