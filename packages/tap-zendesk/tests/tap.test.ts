import { startZendesk } from "@chorale/sandbox";
import { type TapReplica, tapTestSuite } from "@chorale/tap-sdk/testing";
import { tapZendesk } from "../src/index.ts";
import { unlimited } from "./support/account.ts";
import { startSmallPages } from "./support/small-pages.ts";

/** One moment for all replicas, so that all have the same records. */
const startedAt = Date.now();

async function replica(): Promise<TapReplica> {
  const account = await startZendesk({
    data: {
      kind: "generated",
      seed: 3,
      tickets: 24,
      users: 18,
      organizations: 17,
      groups: 8,
      group_memberships: 14,
      macros: 6,
      tags: 11,
    },
    clock: () => startedAt,
    rateLimits: unlimited,
  });
  const gateway = await startSmallPages(account.url);
  return {
    config: {
      base_url: gateway.url,
      email: "admin@example.com",
      api_token: "sandbox-token",
      start_date: "2020-01-01T00:00:00Z",
    },
    requests: () => account.requests.map(({ target }) => target),
    fail: ({ status, headers = {}, times }) => {
      const retryAfter = Number(headers["retry-after"] ?? "0");
      account.faults.add({
        path: "/**",
        ...(Number.isFinite(times) ? { nth: Array.from({ length: times }, (_, index) => index + 1) } : {}),
        fault: { kind: "status", status, retry_after_seconds: retryAfter },
      });
    },
    close: async () => {
      await gateway.close();
      await account.close();
    },
  };
}

tapTestSuite(tapZendesk, {
  replica,
  expectedStreams: [
    "tickets",
    "ticket_audits",
    "ticket_comments",
    "ticket_metrics",
    "users",
    "user_identities",
    "organizations",
    "ticket_metric_events",
    "ticket_events",
    "satisfaction_ratings",
    "audit_logs",
    "ticket_skips",
    "talk_calls",
    "talk_call_legs",
    "articles",
    "routing_attribute_definitions",
    "routing_attributes_export",
    "routing_attribute_values_export",
    "routing_instance_values_export",
    "groups",
    "group_memberships",
    "tags",
    "macros",
    "ticket_fields",
    "ticket_forms",
    "sla_policies",
    "group_sla_policies",
    "brands",
    "automations",
    "triggers",
    "trigger_categories",
    "views",
    "custom_roles",
    "custom_statuses",
    "user_fields",
    "organization_fields",
    "organization_memberships",
    "organization_subscriptions",
    "deleted_tickets",
    "deleted_users",
    "suspended_tickets",
    "ticket_activities",
    "satisfaction_reasons",
    "sharing_agreements",
    "recipient_addresses",
    "dynamic_content_items",
    "locales",
    "workspaces",
    "queues",
    "schedules",
    "schedule_holidays",
    "routing_attributes",
    "routing_attribute_values",
    "custom_objects",
    "custom_object_fields",
    "custom_object_records",
    "brand_agents",
    "ticket_form_statuses",
    "deletion_schedules",
    "jira_links",
    "side_conversations",
    "email_notifications",
    "talk_phone_numbers",
    "talk_agents_activity",
    "talk_addresses",
    "talk_greetings",
    "talk_greeting_categories",
    "talk_ivrs",
    "talk_lines",
    "categories",
    "sections",
    "article_attachments",
    "article_comments",
    "article_votes",
    "article_comment_votes",
    "topics",
    "posts",
    "post_comments",
    "post_votes",
    "post_comment_votes",
  ],
  // No generated ticket was deleted in the last 30 days, which is all that their list shows.
  limits: {
    empty: ["deleted_tickets"],
    rereads: ["ticket_metric_events", "satisfaction_ratings", "ticket_skips"],
  },
  resumePoints: 5,
});
