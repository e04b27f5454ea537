import type { JsonObject } from "../../json.ts";
import { type SeededRandom, seededRandom } from "../../seeded-random.ts";
import type { GeneratedRows } from "../collection.ts";
import { epochSeconds, isoTime, type Row } from "../row.ts";
import { keyedValues, userFields } from "./custom-fields.ts";
import { anyIdOf, dayInSeconds, listId, phrases, type RowOptions, type World } from "./world.ts";

const names = [
  "Ana Müller",
  "山田 太郎",
  "O’Brien, Seán",
  "محمد علي",
  'Bob "Bobby" Tables',
  "Zoë 🦊",
] as const;

/** The second that exports order every object but tickets by. */
export function stampOfUpdate(row: Row): number {
  return epochSeconds(row["updated_at"]);
}

function photoOf(world: World, id: number): JsonObject {
  const picture = (size: number, pictureId: number): JsonObject => ({
    url: `${world.account}/api/v2/attachments/${pictureId}.json`,
    id: pictureId,
    file_name: `profile_${id}.png`,
    content_url: `${world.account}/system/photos/${pictureId}/profile.png`,
    mapped_content_url: `${world.account}/system/photos/${pictureId}/profile.png`,
    content_type: "image/png",
    size: size * 127,
    width: size,
    height: size,
    inline: false,
    deleted: false,
  });
  return { ...picture(80, id + 1), thumbnails: [picture(32, id + 2)] };
}

/** What a deleted user's row says. */
export function deletedUserFields(options: { permanently: boolean }): JsonObject {
  const scrubbed = { permanently_deleted: true, name: "Permanently Deleted User", phone: null, photo: null };
  return { active: false, email: null, ...(options.permanently ? scrubbed : {}) };
}

const roles = ["end-user", "end-user", "end-user", "agent", "admin"] as const;

function roleFields(role: (typeof roles)[number], random: SeededRandom): JsonObject {
  const staff = role !== "end-user";
  return {
    role,
    role_type: staff ? 4 : null,
    custom_role_id: staff ? listId(role === "admin" ? 0 : 1) : null,
    moderator: staff,
    ticket_restriction: staff ? null : "requested",
    restricted_agent: !staff,
    two_factor_auth_enabled: staff ? random.chance(0.5) : null,
    is_billing_admin: role === "admin",
    report_csv: staff,
    chat_only: false,
  };
}

/** A user with the keys of a list; an export leaves `chat_only` out. */
export function userRow(options: RowOptions): Row {
  const { world, id, stamp, fields = {}, alive = false } = options;
  const random = seededRandom(world.seed, "user", id);
  // The first user is the one whose credentials the stand-in accepts.
  const isCaller = id === world.timelines.users.firstId;
  const lost =
    random.chance(0.06) && !alive && !isCaller ? deletedUserFields({ permanently: random.chance(0.3) }) : {};
  return {
    id,
    url: `${world.account}/api/v2/users/${id}.json`,
    name: `${random.pick(names)} ${random.below(10_000)}`,
    email: random.chance(0.9) ? `user${id}@example.com` : null,
    created_at: isoTime(stamp - random.below(90 * dayInSeconds)),
    updated_at: isoTime(stamp),
    time_zone: "America/New_York",
    iana_time_zone: "America/New_York",
    phone: random.chance(0.7) ? null : `+1555${1_000_000 + random.below(8_999_999)}`,
    shared_phone_number: null,
    photo: random.chance(0.8) ? null : photoOf(world, id),
    locale_id: 1,
    locale: "en-US",
    organization_id: random.chance(0.4) ? null : anyIdOf(world.timelines.organizations, random),
    verified: random.chance(0.6),
    external_id: random.chance(0.8) ? null : `crm-${id}`,
    tags: random.chance(0.7) ? [] : ["beta", "größe"],
    alias: null,
    active: true,
    shared: false,
    shared_agent: false,
    last_login_at: random.chance(0.5) ? null : isoTime(stamp - random.below(dayInSeconds)),
    signature: null,
    details: random.chance(0.8) ? null : random.pick(phrases),
    notes: random.chance(0.8) ? "" : random.pick(phrases),
    only_private_comments: false,
    suspended: random.chance(0.02),
    default_group_id: anyIdOf(world.timelines.groups, random),
    user_fields: keyedValues(userFields, world, id),
    ...roleFields(isCaller ? "admin" : random.pick(roles), random),
    ...lost,
    ...fields,
  };
}

/** The identities of a user, as `include=identities` shows them; a deleted user has none. */
export function identitiesOf(user: Row, world: World): Row[] {
  if (user["active"] !== true) return [];
  const random = seededRandom(world.seed, "identities", user.id);
  const values = [
    ...(typeof user["email"] === "string" ? [{ type: "email", value: user["email"] }] : []),
    ...(random.chance(0.3) ? [{ type: "phone_number", value: `+1555${user.id % 10_000_000}` }] : []),
    ...(random.chance(0.2) ? [{ type: "google", value: `google${user.id}@example.com` }] : []),
  ];
  return values.map(({ type, value }, index) => {
    const id = 7_000_000_000_000 + (user.id % 1_000_000_000_000) * 4 + index;
    return {
      url: `${world.account}/api/v2/users/${user.id}/identities/${id}.json`,
      id,
      user_id: user.id,
      type,
      value,
      primary: index === 0,
      verified: random.chance(0.7),
      ...(type === "email" ? { deliverable_state: "deliverable", undeliverable_count: 0 } : {}),
      created_at: user["created_at"] ?? null,
      updated_at: user["updated_at"] ?? null,
    };
  });
}

/** The generated users. */
export function userRows(world: World): GeneratedRows {
  const { users } = world.timelines;
  return {
    timeline: users,
    stampOf: stampOfUpdate,
    stampKey: "updated_at",
    rowAt: (position) => userRow({ world, id: users.idAt(position), stamp: users.stampAt(position) }),
  };
}
