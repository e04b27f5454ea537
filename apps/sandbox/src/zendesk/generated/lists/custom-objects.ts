import type { JsonObject } from "../../../json.ts";
import { byId, byPosition } from "../../row-order.ts";
import { type CustomField, userFields } from "../custom-fields.ts";
import { ulid } from "../id-forms.ts";
import type { ListDefinition, RowContext } from "../list-definition.ts";
import { listIds, phrases } from "../world.ts";
import { nulls, titled, withinParent } from "./drawn.ts";

/** How many fields the objects have; the rows of fields and the values of records follow from it. */
const fieldsOfObjects = [5, 2, 8] as const;

function keyOf(parentId: number | null): string | null {
  return parentId === null ? null : `object_${(parentId - listIds.firstId) / listIds.idStep}`;
}

function fieldsOf(parentId: number | null): readonly CustomField[] {
  const rank = parentId === null ? 0 : (parentId - listIds.firstId) / listIds.idStep;
  return userFields.slice(0, fieldsOfObjects[rank % fieldsOfObjects.length]);
}

/** Ids of users are strings here. */
function byUsers({ lists, random }: RowContext): JsonObject {
  return {
    created_by_user_id: String(lists.anyId("users", random)),
    updated_by_user_id: String(lists.anyId("users", random)),
  };
}

/** Custom objects, their fields and their records. */
export const customObjectLists = {
  custom_objects: {
    path: "custom_objects",
    order: byId,
    pathKey: "key",
    hidden: ["id"],
    count: () => 3,
    fields: (context) => ({
      key: `object_${context.rank}`,
      title: `Object ${context.rank}`,
      raw_title: `Object ${context.rank}`,
      title_pluralized: `Objects ${context.rank}`,
      raw_title_pluralized: `Objects ${context.rank}`,
      description: context.random.pick(phrases),
      raw_description: "",
      ...byUsers(context),
    }),
  },
  custom_object_fields: {
    path: "custom_objects/{id}/fields",
    recordsKey: "custom_object_fields",
    order: byPosition,
    hidden: ["custom_object_key", "default"],
    parent: { list: "custom_objects", key: "custom_object_key", sizes: fieldsOfObjects },
    fields: (context) => {
      const field = fieldsOf(context.parentId)[context.index];
      return {
        ...titled(context),
        custom_object_key: keyOf(context.parentId),
        key: field?.key ?? `field_${context.rank}`,
        type: field?.type ?? "text",
        description: "",
        raw_description: "",
        ...nulls("regexp_for_validation", "relationship_filter", "relationship_target_type", "tag"),
        custom_field_options: [],
        system: false,
      };
    },
  },
  custom_object_records: {
    path: "custom_objects/{id}/records",
    recordsKey: "custom_object_records",
    order: byId,
    idForm: ulid,
    parent: { list: "custom_objects", key: "custom_object_key", sizes: [140, 3, 0] },
    fields: (context) => {
      const { world, random, parentId } = context;
      const values = fieldsOf(parentId).map(
        (field) => [field.key ?? "", field.valueFor(world, random)] as const,
      );
      return {
        ...withinParent(context),
        custom_object_key: keyOf(parentId),
        name: `Record ${context.index}`,
        external_id: random.chance(0.5) ? null : `ext-${context.rank}`,
        custom_object_fields: Object.fromEntries(values),
        ...byUsers(context),
      };
    },
  },
} as const satisfies Record<string, ListDefinition>;
