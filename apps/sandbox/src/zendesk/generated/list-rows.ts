import type { JsonObject } from "../../json.ts";
import { type SeededRandom, seededRandom } from "../../seeded-random.ts";
import type { GeneratedRows } from "../collection.ts";
import { isoTime, type Row } from "../row.ts";
import { byCount, byCreation, byId, byName, byPosition, byTitle, type RowOrder } from "../row-order.ts";
import { type Timeline, timeline } from "../timeline.ts";
import { customTicketFields, firstCustomFieldId } from "./custom-fields.ts";
import { stampOfUpdate } from "./user-rows.ts";
import { anyIdOf, dayInSeconds, phrases, type World } from "./world.ts";

interface RowContext {
  readonly world: World;
  readonly random: SeededRandom;
  readonly id: number;
  readonly rank: number;
}

/** A list that is small and plain: where it is found, how it is sorted, and what its rows hold. */
export interface ListDefinition {
  /** The path below `/api/v2`. */
  readonly path: string;
  /** The key of the rows in an answer. @default the path */
  readonly recordsKey?: string;
  readonly order: RowOrder;
  /** Ignores `page[size]`, as lists without cursors do. */
  readonly offsetOnly?: boolean;
  /** Keys of the stored row that the list does not show. */
  readonly hidden?: readonly string[];
  readonly count: (world: World) => number;
  readonly timeline?: (world: World) => Timeline;
  /** @default 6130900000000 */
  readonly firstId?: number;
  /** @default 16 */
  readonly idStep?: number;
  readonly fields: (context: RowContext) => JsonObject;
}

const titled = ({ random, rank }: RowContext): JsonObject => {
  const title = `${random.pick(phrases)} ${rank}`;
  return {
    title,
    raw_title: title,
    active: random.chance(0.9),
    position: 1 + (rank % 7),
    default: rank === 0,
  };
};

const conditions: JsonObject = {
  all: [{ field: "status", operator: "less_than", value: "solved" }],
  any: [{ field: "tags", operator: "includes", value: ["vip", "größe"] }],
};

const actions: readonly JsonObject[] = [
  { field: "status", value: "pending" },
  { field: "comment_value", value: ["channel:all", "Hello {{ticket.requester.name}} 👋"] },
  { field: "priority", value: null },
];

const systemFieldTypes = [
  "subject",
  "description",
  "status",
  "tickettype",
  "priority",
  "group",
  "assignee",
] as const;

function fieldDefinition(context: RowContext, type: string): JsonObject {
  const options = [
    { id: context.id + 1, name: "Größe XL", raw_name: "Größe XL", value: "größe_xl", default: false },
  ];
  return {
    ...titled(context),
    type,
    key: `field_${context.rank}`,
    description: context.random.pick(phrases),
    regexp_for_validation: type === "regexp" ? "AB-\\d+" : null,
    ...(type === "tagger" || type === "multiselect" ? { custom_field_options: options } : {}),
  };
}

function keyedField(context: RowContext): JsonObject {
  const types = ["dropdown", "date", "decimal", "integer", "checkbox", "multiselect", "lookup", "text"];
  return { ...fieldDefinition(context, types[context.rank % types.length] ?? "text"), system: false };
}

/** Every plain list of a generated account, by the name that a store knows it by. */
export const listDefinitions = {
  groups: {
    path: "groups",
    order: byName,
    count: ({ sizes }) => sizes.groups,
    timeline: ({ timelines }) => timelines.groups,
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
    fields: ({ world, random, rank }) => ({
      user_id: anyIdOf(world.timelines.users, random),
      group_id: anyIdOf(world.timelines.groups, random),
      default: rank % 3 === 0,
      // Old memberships carry no time of change.
      ...(rank % 7 === 3 ? { created_at: null, updated_at: null } : {}),
    }),
  },
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
  ticket_fields: {
    path: "ticket_fields",
    order: byPosition,
    count: () => systemFieldTypes.length + customTicketFields.length,
    firstId: firstCustomFieldId - systemFieldTypes.length,
    idStep: 1,
    fields: (context) => {
      const custom = customTicketFields[context.rank - systemFieldTypes.length];
      const type = custom?.type ?? systemFieldTypes[context.rank] ?? "text";
      return { ...fieldDefinition(context, type), removable: custom !== undefined };
    },
  },
  user_fields: { path: "user_fields", order: byPosition, count: () => 8, fields: keyedField },
  organization_fields: { path: "organization_fields", order: byPosition, count: () => 8, fields: keyedField },
  organization_memberships: {
    path: "organization_memberships",
    order: byId,
    count: ({ sizes }) => Math.min(sizes.users, 50),
    fields: ({ world, random }) => ({
      user_id: anyIdOf(world.timelines.users, random),
      organization_id: anyIdOf(world.timelines.organizations, random),
      organization_name: random.pick(["Acme", "Müller & Söhne"]),
      default: true,
      view_tickets: true,
    }),
  },
  brands: {
    path: "brands",
    order: byId,
    count: () => 3,
    fields: ({ rank }) => ({
      name: `Brand ${rank}`,
      subdomain: "acme",
      active: true,
      default: rank === 0,
      is_deleted: rank === 2,
      logo: null,
    }),
  },
  triggers: {
    path: "triggers",
    order: byPosition,
    count: () => 13,
    fields: (context) => ({
      ...titled(context),
      description: null,
      conditions,
      actions,
      category_id: "31337",
    }),
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
  ticket_forms: {
    path: "ticket_forms",
    order: byPosition,
    offsetOnly: true,
    count: () => 2,
    fields: ({ rank }) => ({
      name: `Form ${rank}`,
      position: rank,
      active: true,
      default: rank === 0,
      ticket_field_ids: [],
      deleted_at: null,
    }),
  },
  sla_policies: {
    path: "slas/policies",
    recordsKey: "sla_policies",
    order: byPosition,
    offsetOnly: true,
    count: () => 2,
    fields: ({ rank }) => ({
      title: `SLA ${rank}`,
      description: null,
      position: rank,
      filter: conditions,
      policy_metrics: [
        {
          priority: "urgent",
          metric: "first_reply_time",
          target: 60,
          target_in_seconds: 3600,
          business_hours: false,
        },
      ],
    }),
  },
} as const satisfies Record<string, ListDefinition>;

/** The name of a plain list. */
export type ListName = keyof typeof listDefinitions;

/** A row of a plain list; what is given takes the place of what is drawn. */
export function listRow(options: {
  world: World;
  name: string;
  definition: ListDefinition;
  place: { id: number; rank: number; stamp: number };
  fields?: JsonObject;
}): Row {
  const { world, name, definition, place, fields = {} } = options;
  const { id, rank, stamp } = place;
  const random = seededRandom(world.seed, name, id);
  const drawn = definition.fields({ world, random, id, rank });
  return {
    url: `${world.account}/api/v2/${definition.path}/${id}.json`,
    id,
    created_at: isoTime(stamp - random.below(90 * dayInSeconds)),
    updated_at: isoTime(stamp),
    ...drawn,
    ...fields,
  };
}

/** The generated rows of a plain list. */
export function listRows(world: World, name: string, definition: ListDefinition): GeneratedRows {
  const rows =
    definition.timeline?.(world) ??
    timeline({
      seed: world.seed,
      name,
      count: definition.count(world),
      firstId: definition.firstId ?? 6_130_900_000_000,
      idStep: definition.idStep ?? 16,
      endsAt: world.endsAt,
      spanSeconds: 400 * dayInSeconds,
    });
  return {
    timeline: rows,
    stampOf: stampOfUpdate,
    rowAt: (position) => {
      const id = rows.idAt(position);
      return listRow({
        world,
        name,
        definition,
        place: { id, rank: rows.rankFrom(id), stamp: rows.stampAt(position) },
      });
    },
  };
}
