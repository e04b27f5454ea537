export { tapZendeskCommunityRelations } from "./tap.ts";
