import type { JsonObject } from "../../json.ts";
import { seededRandom } from "../../seeded-random.ts";
import type { GeneratedRows } from "../collection.ts";
import { isoTime, type Row } from "../row.ts";
import { keyedValues, organizationFields } from "./custom-fields.ts";
import { stampOfUpdate } from "./user-rows.ts";
import { anyIdOf, dayInSeconds, phrases, type RowOptions, type World } from "./world.ts";

/** What a deleted organization's row says: when, and a name that frees the old one. */
export function deletedOrganizationFields(row: Row, stamp: number): JsonObject {
  return { deleted_at: isoTime(stamp), name: `${row.id}_deleted_${String(row["name"])}` };
}

/** An organization with the keys of an export; a list leaves `deleted_at` out. */
export function organizationRow(options: RowOptions): Row {
  const { world, id, stamp, fields = {}, alive = false } = options;
  const random = seededRandom(world.seed, "organization", id);
  const deleted = random.chance(0.1) && !alive;
  const row = {
    url: `${world.account}/api/v2/organizations/${id}.json`,
    id,
    name: `${random.pick(["Acme", "Müller & Söhne", "株式会社テスト", "L’Été"])} ${id % 1_000_000}`,
    shared_tickets: random.chance(0.2),
    shared_comments: false,
    external_id: random.chance(0.7) ? null : `org-${id}`,
    created_at: isoTime(stamp - random.below(200 * dayInSeconds)),
    updated_at: isoTime(stamp),
    domain_names: random.chance(0.5) ? [] : ["example.com", "example.org"],
    details: random.chance(0.5) ? null : random.pick(phrases),
    notes: random.chance(0.5) ? "" : random.pick(phrases),
    group_id: random.chance(0.7) ? null : anyIdOf(world.timelines.groups, random),
    tags: random.chance(0.6) ? [] : ["gold"],
    organization_fields: keyedValues(organizationFields, world, id),
    deleted_at: null,
  };
  return { ...row, ...(deleted ? deletedOrganizationFields(row, stamp) : {}), ...fields };
}

/** The generated organizations. */
export function organizationRows(world: World): GeneratedRows {
  const { organizations } = world.timelines;
  return {
    timeline: organizations,
    stampOf: stampOfUpdate,
    stampKey: "updated_at",
    rowAt: (position) =>
      organizationRow({ world, id: organizations.idAt(position), stamp: organizations.stampAt(position) }),
  };
}
