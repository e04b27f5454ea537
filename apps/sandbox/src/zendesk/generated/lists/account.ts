import { byCreation, byId, byLatestCreation, byTime } from "../../row-order.ts";
import { uuid } from "../id-forms.ts";
import type { ListDefinition } from "../list-definition.ts";
import { written } from "./drawn.ts";

/** Logs, business hours and the skills that tickets are routed by. */
export const accountLists = {
  audit_logs: {
    path: "audit_logs",
    order: byLatestCreation,
    hidden: ["updated_at"],
    stampKey: "created_at",
    count: () => 120,
    fields: (context) => ({
      ...written(context),
      action: context.random.pick(["create", "update", "destroy", "login", "exported"]),
      action_label: "Updated",
      actor_id: context.lists.anyId("users", context.random),
      actor_name: "Ana Müller",
      change_description: "Role changed from Administrator to End User",
      ip_address: "192.0.2.1",
      source_id: context.lists.anyId("users", context.random),
      source_label: "Team member: Ana Müller",
      source_type: "user",
    }),
  },
  schedules: {
    path: "business_hours/schedules",
    address: null,
    recordsKey: "schedules",
    order: byId,
    paging: "whole-only",
    count: () => 2,
    fields: ({ rank }) => ({
      name: `Schedule ${rank}`,
      time_zone: "Eastern Time (US & Canada)",
      intervals: [{ start_time: 1980, end_time: 2460 }],
    }),
  },
  schedule_holidays: {
    path: "business_hours/schedules/{id}/holidays",
    address: null,
    recordsKey: "holidays",
    order: byId,
    paging: "whole-only",
    hidden: ["schedule_id", "created_at", "updated_at"],
    parent: { list: "schedules", key: "schedule_id", sizes: [3, 0] },
    fields: ({ parentId, index }) => ({
      schedule_id: parentId,
      name: `Holiday ${index}`,
      start_date: `2026-0${1 + index}-01`,
      end_date: `2026-0${1 + index}-02`,
    }),
  },
  routing_attributes: {
    path: "routing/attributes",
    recordsKey: "attributes",
    order: byCreation,
    paging: "offset",
    idForm: uuid,
    count: () => 3,
    fields: ({ rank }) => ({ name: `Skill ${rank}` }),
  },
  routing_attribute_values: {
    path: "routing/attributes/{id}/values",
    recordsKey: "attribute_values",
    order: byCreation,
    paging: "whole",
    idForm: uuid,
    parent: { list: "routing_attributes", key: "attribute_id", sizes: [2, 3, 0] },
    fields: ({ parentId, index }) => ({
      attribute_id: parentId === null ? null : uuid.show(parentId),
      name: `Value ${index}`,
    }),
  },
  routing_instance_values: {
    path: "incremental/routing/instance_values",
    address: null,
    recordsKey: "instance_values",
    order: byTime,
    hidden: ["created_at", "updated_at"],
    idForm: uuid,
    stampKey: "time",
    count: ({ sizes }) => Math.min(sizes.tickets, 40),
    fields: (context) => {
      const { lists, random } = context;
      const value = lists.anyId("routing_attribute_values", random);
      const type = random.pick([
        "associate_agent",
        "unassociate_agent",
        "associate_ticket",
        "unassociate_ticket",
      ]);
      const instance = lists.anyId(type.endsWith("agent") ? "users" : "tickets", random);
      const { created_at: time } = written(context);
      return {
        ...written(context),
        attribute_value_id: value === null ? null : uuid.show(value),
        instance_id: String(instance),
        time: time ?? null,
        type,
      };
    },
  },
} as const satisfies Record<string, ListDefinition>;
