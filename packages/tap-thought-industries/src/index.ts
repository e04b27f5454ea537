export { thoughtIndustries } from "./client.ts";
export { tapThoughtIndustries } from "./tap.ts";
