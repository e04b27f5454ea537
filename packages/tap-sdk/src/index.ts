export * from "./definitions.ts";
export * from "./http/http-client.ts";
export * from "./pagination.ts";
