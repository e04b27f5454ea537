import type { Json, JsonObject } from "../../json.ts";
import { type SeededRandom, seededRandom } from "../../seeded-random.ts";
import { isoTime } from "../row.ts";
import { anyIdOf, dayInSeconds, phrases, type World } from "./world.ts";

/** A field of a ticket, user or organization and the values that they hold in it. */
export interface CustomField {
  readonly type: string;
  /** The key of a user's or an organization's field. */
  readonly key?: string;
  valueFor(world: World, random: SeededRandom): Json;
}

/** The id of the first custom field; the others follow it. */
export const firstCustomFieldId = 6_130_830_400_001;

/** The types of the fields that every ticket has. */
export const systemTicketFields = [
  "subject",
  "description",
  "status",
  "tickettype",
  "priority",
  "group",
  "assignee",
] as const;

function dayOf({ endsAt }: World, random: SeededRandom): string {
  return isoTime(endsAt - (endsAt % dayInSeconds) - random.below(900) * dayInSeconds);
}

/** One field of each kind; integers and decimals come as numbers and as strings, as fields of different age do. */
export const customTicketFields: readonly CustomField[] = [
  { type: "checkbox", valueFor: (_, random) => random.chance(0.5) },
  {
    type: "multiselect",
    valueFor: (_, random) => (random.chance(0.3) ? [] : ["red", "größe_xl"]),
  },
  { type: "tagger", valueFor: (_, random) => `option_${random.below(9)}` },
  { type: "date", valueFor: (world, random) => dayOf(world, random).slice(0, 10) },
  {
    type: "decimal",
    valueFor: (_, random) =>
      random.chance(0.5) ? random.below(1e6) / 100 : "12345678901234567890.123456789",
  },
  {
    type: "integer",
    valueFor: (_, random) => (random.chance(0.5) ? random.below(1e9) : "745"),
  },
  {
    type: "lookup",
    valueFor: ({ timelines }, random) => anyIdOf(timelines.users, random),
  },
  { type: "text", valueFor: (_, random) => random.pick(phrases) },
  {
    type: "textarea",
    valueFor: (_, random) => `${random.pick(phrases)}\n${random.pick(phrases)}`,
  },
  { type: "regexp", valueFor: (_, random) => `AB-${1000 + random.below(9000)}` },
  { type: "partialcreditcard", valueFor: () => "XXXXXXXXXXXX4242" },
];

/** The fields of users: dates come with a time of day, integers and decimals also as strings. */
export const userFields: readonly CustomField[] = [
  { key: "plan", type: "dropdown", valueFor: (_, random) => random.pick(["option_1", "option_2", null]) },
  { key: "joined", type: "date", valueFor: dayOf },
  { key: "score", type: "decimal", valueFor: (_, random) => random.pick([5.1, "5.10", null]) },
  { key: "seats", type: "integer", valueFor: (_, random) => random.pick([12, "745", null]) },
  { key: "newsletter", type: "checkbox", valueFor: (_, random) => random.chance(0.5) },
  {
    key: "languages",
    type: "multiselect",
    valueFor: (_, random) => random.pick([["de", "größe_xl"], [], null]),
  },
  {
    key: "manager",
    type: "lookup",
    valueFor: ({ timelines }, random) => {
      const id = anyIdOf(timelines.users, random);
      return id === null || random.chance(0.5) ? id : String(id);
    },
  },
  { key: "motto", type: "text", valueFor: (_, random) => random.pick(phrases) },
];

/** The fields of organizations. */
export const organizationFields: readonly CustomField[] = [
  { key: "tier", type: "dropdown", valueFor: (_, random) => random.pick(["gold", "silver", null]) },
  { key: "employees", type: "integer", valueFor: (_, random) => random.pick([250, "250", null]) },
  { key: "since", type: "date", valueFor: dayOf },
  {
    key: "revenue",
    type: "decimal",
    valueFor: (_, random) => random.pick([1.5, "12345678901234567890.5", null]),
  },
  { key: "active_customer", type: "checkbox", valueFor: (_, random) => random.chance(0.5) },
  { key: "regions", type: "multiselect", valueFor: (_, random) => random.pick([["emea", "日本"], [], null]) },
  { key: "owner", type: "lookup", valueFor: ({ timelines }, random) => anyIdOf(timelines.users, random) },
  { key: "notes_of_sales", type: "textarea", valueFor: (_, random) => random.pick(phrases) },
];

/** What a row holds in keyed fields; each value is drawn by its key, so that fields do not depend on each other. */
export function keyedValues(fields: readonly CustomField[], world: World, id: number): JsonObject {
  const values = fields.map((field) => {
    const key = field.key ?? "";
    return [key, field.valueFor(world, seededRandom(world.seed, "field", key, id))] as const;
  });
  return Object.fromEntries(values);
}
