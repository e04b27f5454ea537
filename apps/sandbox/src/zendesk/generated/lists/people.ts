import type { JsonObject } from "../../../json.ts";
import { byId, byName } from "../../row-order.ts";
import { digits } from "../id-forms.ts";
import type { ListDefinition } from "../list-definition.ts";
import { listIds } from "../world.ts";

/** Groups, memberships, roles and brands. */
export const peopleLists = {
  groups: {
    path: "groups",
    order: byName,
    count: ({ sizes }) => sizes.groups,
    timeline: ({ timelines }) => timelines.groups,
    deletedFields: { deleted: true },
    fields: ({ random, rank }) => ({
      name: `${random.pick(["Support", "Büro", "営業", "Ops"])} ${rank}`,
      description: "",
      is_public: random.chance(0.8),
      default: rank === 0,
      deleted: rank > 0 && random.chance(0.2),
    }),
  },
  group_memberships: {
    path: "group_memberships",
    order: byId,
    count: ({ sizes }) => sizes.group_memberships,
    fields: ({ lists, random, rank }) => ({
      user_id: lists.anyId("users", random),
      group_id: lists.anyId("groups", random),
      default: rank % 3 === 0,
      // Old memberships carry no time of change.
      ...(rank % 7 === 3 ? { created_at: null, updated_at: null } : {}),
    }),
  },
  organization_memberships: {
    path: "organization_memberships",
    order: byId,
    count: ({ sizes }) => Math.min(sizes.users, 50),
    fields: ({ lists, random }) => ({
      user_id: lists.anyId("users", random),
      organization_id: lists.anyId("organizations", random),
      organization_name: random.pick(["Acme", "Müller & Söhne"]),
      default: true,
      view_tickets: true,
    }),
  },
  organization_subscriptions: {
    path: "organization_subscriptions",
    address: null,
    order: byId,
    hidden: ["updated_at"],
    count: ({ sizes }) => Math.min(sizes.organizations, 12),
    fields: ({ lists, random }) => ({
      organization_id: lists.anyId("organizations", random),
      user_id: lists.anyId("users", random),
    }),
  },
  custom_roles: {
    path: "custom_roles",
    address: null,
    order: byName,
    paging: "offset",
    count: () => 4,
    fields: ({ rank, random }) => ({
      name: `Role ${rank} ${random.pick(["", "für Größen"])}`,
      description: rank === 0 ? null : "Made for the team",
      role_type: rank === 3 ? 5 : 4,
      team_member_count: random.below(20),
      configuration: { chat_access: true, ticket_access: random.pick(["all", "assigned-only"]) },
    }),
  },
  brands: {
    path: "brands",
    order: byId,
    count: () => 3,
    deletedFields: { is_deleted: true },
    fields: ({ rank }) => ({
      name: `Brand ${rank}`,
      subdomain: "acme",
      brand_url: "https://acme.zendesk.com",
      has_help_center: rank === 0,
      help_center_state: rank === 0 ? "enabled" : "disabled",
      active: true,
      default: rank === 0,
      is_deleted: rank === 2,
      logo: null,
      ticket_form_ids: [listIds.firstId],
      signature_template: "{{agent.signature}}",
      host_mapping: null,
    }),
  },
  brand_agents: {
    path: "brand_agents",
    order: byId,
    idForm: digits,
    count: ({ sizes }) => Math.min(sizes.users, 9),
    fields: ({ lists, random }) => ({
      brand_id: lists.anyId("brands", random),
      user_id: lists.anyId("users", random),
    }),
  },
  recipient_addresses: {
    path: "recipient_addresses",
    order: byId,
    count: () => 7,
    fields: ({ lists, random, rank }) => ({
      brand_id: lists.anyId("brands", random),
      default: rank === 0,
      name: `Address ${rank}`,
      email: `support${rank}@acme.zendesk.com`,
      forwarding_status: random.pick(["verified", "unknown"]),
      spf_status: "verified",
      cname_status: "verified",
      domain_verification_status: "verified",
      domain_verification_code: null,
    }),
  },
  sharing_agreements: {
    path: "sharing_agreements",
    order: byId,
    paging: "offset",
    count: () => 2,
    fields: ({ rank }) => ({
      name: `Partner ${rank}`,
      partner_name: null,
      remote_subdomain: "foo",
      status: "accepted",
      type: rank === 0 ? "inbound" : "outbound",
    }),
  },
  locales: {
    path: "locales",
    order: byId,
    paging: "offset",
    count: () => 3,
    firstId: 1,
    idStep: 1,
    fields: ({ rank }): JsonObject => ({
      locale: ["en-US", "de", "ja"][rank % 3] ?? "en-US",
      name: ["English", "Deutsch", "日本語"][rank % 3] ?? "English",
    }),
  },
} as const satisfies Record<string, ListDefinition>;
