import type { JsonObject } from "../json.ts";
import { withKeyedFields } from "./defined-fields.ts";
import type { EndpointContext } from "./endpoint-context.ts";
import { callerId } from "./generated/lists/ticket-lists.ts";
import { Refusal, recordNotFound } from "./problems.ts";

/** What an administrator switched on. */
export function accountSettings({ features }: EndpointContext): JsonObject {
  return {
    settings: {
      branding: { header_color: "78A300", favicon_url: null },
      active_features: {
        ticket_forms: features.ticket_forms,
        customer_satisfaction: features.customer_satisfaction,
        voice: features.talk,
        business_hours: features.business_hours,
        ticket_tagging: true,
      },
      side_conversations: { show_in_context_panel: features.side_conversations },
      tickets: { agent_ticket_deletion: true, tagging: true },
      localization: { locale_ids: [1] },
    },
  };
}

/** The user whose credentials were given. */
export function currentUser({ account }: EndpointContext): JsonObject {
  const id = callerId(account.world);
  const user = id === null ? undefined : account.users.get(id);
  if (user === undefined) throw new Refusal(recordNotFound);
  return { user: withKeyedFields(user, account, "user_fields") };
}

/** Talk's summary, by which one sees whether an account has Talk. */
export function talkOverview({ account }: EndpointContext): JsonObject {
  const calls = account.lists.talk_calls.rows;
  let total = 0;
  for (const _ of calls.all()) total += 1;
  return { account_overview: { total_calls: total, average_call_duration: 60, max_calls_waiting: 0 } };
}

/** What skills can be decided by. */
export function attributeDefinitions(): JsonObject {
  const definition = (subject: string, title: string): JsonObject => ({
    title,
    subject,
    type: "list",
    group: "ticket",
    nullable: false,
    repeatable: false,
    operators: [{ value: "is", title: "Is", terminal: false }],
    values: [{ value: "open", title: "Open", enabled: true }],
  });
  return {
    definitions: {
      conditions_all: [definition("status", "Status"), definition("priority", "Priority")],
      conditions_any: [definition("current_tags", "Tags")],
    },
  };
}
