import type { JsonObject } from "../../../json.ts";
import { byId, byPosition } from "../../row-order.ts";
import {
  type CustomField,
  customTicketFields,
  firstCustomFieldId,
  organizationFields,
  systemTicketFields,
  userFields,
} from "../custom-fields.ts";
import { digits } from "../id-forms.ts";
import type { ListDefinition, RowContext } from "../list-definition.ts";
import { listId, phrases } from "../world.ts";
import { nulls, titled } from "./drawn.ts";

function fieldDefinition(context: RowContext, type: string): JsonObject {
  const options = [
    { id: context.id + 1, name: "Größe XL", raw_name: "Größe XL", value: "größe_xl", default: false },
  ];
  return {
    ...titled(context),
    type,
    key: `field_${context.rank}`,
    description: context.random.pick(phrases),
    raw_description: "",
    ...nulls("tag", "relationship_filter"),
    regexp_for_validation: type === "regexp" ? "AB-\\d+" : null,
    ...(type === "tagger" || type === "multiselect" || type === "dropdown"
      ? { custom_field_options: options }
      : {}),
    ...(type === "lookup" ? { relationship_target_type: "zen:user" } : {}),
  };
}

function keyedField(fields: readonly CustomField[]): ListDefinition["fields"] {
  return (context) => {
    const { type = "text", key = `field_${context.rank}` } = fields[context.rank] ?? {};
    return { ...fieldDefinition(context, type), key, system: false };
  };
}

/** What a field of tickets has beyond those of users. */
function ticketFieldDetails(context: RowContext, type: string): JsonObject {
  const { title = null } = titled(context);
  return {
    ...nulls("creator_user_id", "creator_app_name", "sub_type_id"),
    agent_can_edit: true,
    agent_description: null,
    raw_agent_description: "",
    collapsed_for_agents: false,
    editable_in_portal: true,
    required: false,
    required_in_portal: false,
    title_in_portal: title,
    raw_title_in_portal: title,
    visible_in_portal: true,
    ...(type === "status" ? { system_field_options: [{ name: "Open", value: "open" }] } : {}),
  };
}

const categories = ["new", "open", "pending", "hold", "solved", "solved"] as const;

/** The definitions of fields, and the forms and statuses that use them. */
export const fieldLists = {
  ticket_fields: {
    path: "ticket_fields",
    order: byPosition,
    hidden: ["default"],
    count: () => systemTicketFields.length + customTicketFields.length,
    firstId: firstCustomFieldId - systemTicketFields.length,
    idStep: 1,
    fields: (context) => {
      const custom = customTicketFields[context.rank - systemTicketFields.length];
      const type = custom?.type ?? systemTicketFields[context.rank] ?? "text";
      return {
        ...ticketFieldDetails(context, type),
        ...fieldDefinition(context, type),
        removable: custom !== undefined || context.rank >= systemTicketFields.length,
      };
    },
  },
  user_fields: {
    path: "user_fields",
    order: byPosition,
    hidden: ["default"],
    count: () => userFields.length,
    fields: keyedField(userFields),
  },
  organization_fields: {
    path: "organization_fields",
    order: byPosition,
    hidden: ["default"],
    count: () => organizationFields.length,
    fields: keyedField(organizationFields),
  },
  ticket_forms: {
    path: "ticket_forms",
    order: byPosition,
    paging: "offset",
    count: () => 2,
    fields: ({ rank }) => ({
      name: `Form ${rank}`,
      raw_name: `Form ${rank}`,
      display_name: `Form ${rank}`,
      raw_display_name: `Form ${rank}`,
      position: rank,
      active: true,
      default: rank === 0,
      end_user_visible: true,
      in_all_brands: true,
      restricted_brand_ids: [],
      ticket_field_ids: [firstCustomFieldId],
      agent_conditions: [],
      end_user_conditions: [],
      deleted_at: null,
    }),
  },
  custom_statuses: {
    path: "custom_statuses",
    order: byId,
    paging: "whole",
    count: () => categories.length,
    fields: ({ rank }) => {
      const category = categories[rank] ?? "open";
      const label = `${category} ${rank}`;
      return {
        status_category: category,
        agent_label: label,
        raw_agent_label: label,
        end_user_label: label,
        raw_end_user_label: label,
        description: "",
        raw_description: "",
        end_user_description: "",
        raw_end_user_description: "",
        active: true,
        default: rank < 5,
      };
    },
  },
  ticket_form_statuses: {
    path: "ticket_form_statuses",
    address: null,
    order: byId,
    hidden: ["created_at", "updated_at"],
    idForm: digits,
    count: () => 4,
    fields: ({ rank }) => ({ ticket_form_id: listId(rank % 2), custom_status_id: listId(rank) }),
  },
} as const satisfies Record<string, ListDefinition>;
