export { clari } from "./client.ts";
export { tapClari } from "./tap.ts";
