export { adaptive } from "./client.ts";
export { tapAdaptive } from "./tap.ts";
