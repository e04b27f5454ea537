import { defineTap } from "@chorale/tap-sdk";
import { tapZendesk } from "@chorale/tap-zendesk";

/**
 * The tap for Zendesk under a name of its own, for a second account: with its own command, its own settings in the
 * environment, and its own schema in the warehouse.
 *
 * @example
 * ```ts
 * for await (const message of tapZendeskCommunityRelations.sync({ config })) console.log(message);
 * ```
 */
export const tapZendeskCommunityRelations = defineTap({
  ...tapZendesk,
  name: "tap-zendesk-community-relations",
  package: new URL("../package.json", import.meta.url),
  description: "Extracts tickets, users and what belongs to them from the Zendesk of community relations",
});
