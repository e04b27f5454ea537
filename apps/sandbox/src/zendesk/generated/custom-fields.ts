import type { Json } from "../../json.ts";
import type { SeededRandom } from "../../seeded-random.ts";
import { isoTime } from "../row.ts";
import { anyIdOf, dayInSeconds, phrases, type World } from "./world.ts";

/** A custom ticket field and the values that tickets hold in it. */
export interface CustomField {
  readonly type: string;
  valueFor(world: World, random: SeededRandom): Json;
}

/** The id of the first custom field; the others follow it. */
export const firstCustomFieldId = 6_130_830_400_001;

/** One field of each kind; integers and decimals come as numbers and as strings, as fields of different age do. */
export const customTicketFields: readonly CustomField[] = [
  { type: "checkbox", valueFor: (_, random) => random.chance(0.5) },
  {
    type: "multiselect",
    valueFor: (_, random) => (random.chance(0.3) ? [] : ["red", "größe_xl"]),
  },
  { type: "tagger", valueFor: (_, random) => `option_${random.below(9)}` },
  {
    type: "date",
    valueFor: ({ endsAt }, random) => isoTime(endsAt - random.below(900) * dayInSeconds).slice(0, 10),
  },
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
