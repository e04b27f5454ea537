export { zengrc } from "./client.ts";
export { tapZengrc } from "./tap.ts";
