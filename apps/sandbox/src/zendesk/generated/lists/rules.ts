import { byCategory, byCount, byCreation, byId, byPosition, byTitle } from "../../row-order.ts";
import { digits, uuid } from "../id-forms.ts";
import type { ListDefinition } from "../list-definition.ts";
import { listId } from "../world.ts";
import { actions, conditions, titled } from "./drawn.ts";

const policyMetrics = [
  {
    priority: "urgent",
    metric: "first_reply_time",
    target: 60,
    target_in_seconds: 3600,
    business_hours: false,
  },
];

/** What works on tickets by rules: macros, triggers, views, policies and more. */
export const ruleLists = {
  macros: {
    path: "macros",
    order: byTitle,
    count: ({ sizes }) => sizes.macros,
    fields: (context) => ({ ...titled(context), description: null, actions, restriction: null }),
  },
  tags: {
    path: "tags",
    order: byCount,
    hidden: ["id", "url", "created_at", "updated_at"],
    count: ({ sizes }) => sizes.tags,
    fields: ({ random, rank }) => ({
      name: `tag_${rank}${random.pick(["", "_größe", "_日本"])}`,
      count: random.below(90),
    }),
  },
  triggers: {
    path: "triggers",
    order: byCategory,
    hidden: ["category_position"],
    count: () => 13,
    fields: (context) => ({
      ...titled(context),
      description: null,
      conditions,
      actions,
      category_id: String(listId(context.rank % 3)),
      category_position: 1 + (context.rank % 3),
    }),
  },
  trigger_categories: {
    path: "trigger_categories",
    address: null,
    order: byPosition,
    idForm: digits,
    count: () => 3,
    fields: ({ rank }) => ({ name: `Category ${rank}`, position: 1 + rank }),
  },
  automations: {
    path: "automations",
    order: byPosition,
    count: () => 7,
    fields: (context) => ({ ...titled(context), conditions, actions }),
  },
  views: {
    path: "views",
    order: byCreation,
    count: () => 14,
    fields: (context) => ({
      ...titled(context),
      description: null,
      conditions,
      execution: { columns: [] },
      restriction: null,
    }),
  },
  sla_policies: {
    path: "slas/policies",
    recordsKey: "sla_policies",
    order: byPosition,
    paging: "offset",
    count: () => 2,
    fields: ({ rank }) => ({
      title: `SLA ${rank}`,
      description: null,
      position: rank,
      filter: conditions,
      policy_metrics: policyMetrics,
    }),
  },
  group_sla_policies: {
    path: "group_slas/policies",
    recordsKey: "group_sla_policies",
    order: byPosition,
    paging: "whole",
    idForm: uuid,
    count: () => 2,
    fields: ({ rank }) => ({
      title: `Group SLA ${rank}`,
      description: null,
      position: rank,
      filter: conditions,
      policy_metrics: policyMetrics,
    }),
  },
  deletion_schedules: {
    path: "deletion_schedules",
    order: byId,
    count: () => 2,
    fields: (context) => ({
      title: `Forget ${context.rank}`,
      description: null,
      active: context.rank === 0,
      default: context.rank === 1,
      object: context.rank === 0 ? "ticket" : "attachment",
      conditions,
    }),
  },
  workspaces: {
    path: "workspaces",
    order: byPosition,
    paging: "offset",
    count: () => 2,
    fields: (context) => ({
      title: `Workspace ${context.rank}`,
      description: null,
      position: context.rank,
      activated: true,
      apps: [],
      conditions,
      macro_ids: [],
      macros: [],
      selected_macros: [],
      prefer_workspace_app_order: false,
      ticket_form_id: listId(0),
    }),
  },
  queues: {
    path: "queues",
    order: byPosition,
    hidden: ["position"],
    paging: "whole",
    idForm: uuid,
    count: () => 2,
    fields: ({ rank, lists, random }) => {
      const groups = [{ id: lists.anyId("groups", random), name: "Support" }];
      return {
        name: `Queue ${rank}`,
        description: null,
        position: rank,
        order: rank + 1,
        priority: 1 + rank,
        definition: conditions,
        primary_groups: { count: 1, groups },
        secondary_groups: { count: 0, groups: [] },
      };
    },
  },
  dynamic_content_items: {
    path: "dynamic_content/items",
    recordsKey: "items",
    order: byId,
    count: () => 5,
    fields: ({ rank, id, world }) => ({
      name: `Greeting ${rank}`,
      placeholder: `{{dc.greeting_${rank}}}`,
      default_locale_id: 1,
      outdated: false,
      variants: [
        {
          url: `${world.account}/api/v2/dynamic_content/items/${id}/variants/${id + 1}.json`,
          id: id + 1,
          content: "Grüß Gott",
          locale_id: 1,
          active: true,
          default: true,
          outdated: false,
        },
      ],
    }),
  },
} as const satisfies Record<string, ListDefinition>;
