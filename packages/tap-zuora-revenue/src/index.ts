export { zuoraRevenue } from "./client.ts";
export { tapZuoraRevenue } from "./tap.ts";
