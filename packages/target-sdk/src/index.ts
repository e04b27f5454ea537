export * from "./columns.ts";
export * from "./warehouse.ts";
