export { zendesk } from "./client.ts";
export { tapZendesk } from "./tap.ts";
