import type { JsonSchema } from "@chorale/singer";
import type { SeededRandom } from "./random.ts";

/** How large the records are: lines of about 380 bytes with 10 properties, or 633 bytes with 20. */
export type RecordSize = "narrow" | "wide";

/** What the records of a size look like, and how one is written. */
export interface RecordKind {
  readonly schema: JsonSchema;
  /** Writes the record as JSON text. Nothing in it needs an escape. */
  record(id: number, random: SeededRandom): string;
}

const words =
  `account adjusts agent always amount answer archive arrives balance before billing branch budget carries
  channel client closing column commit contract credit customer daily delivery detail device domain during
  editor engine entry evening exact export façade factor field figure finish forward garden general green
  ground handle harbour header history holds import income inside invoice issue journal kept ledger length
  letter limit little logistics maintains market member memory message middle minute monthly narrow naïve
  neighbour network number object office offset opens order origin package parcel partner payment people
  planning pocket policy portal previous priority process product profile purchase quality quarter question
  reason receipt record refund region renewal repeats report request reserve résumé return review river
  routine sample season second section segment serial service shelf shipping signal simple single special
  stable stage station status stream string summary supplier support surface system target ticket timber
  token total trade transfer travel trial tunnel update upper usage value vendor version village visit
  volume waits warehouse weekly window winter within wording yearly yellow zone`.split(/\s+/);

const noteWords = 11;
const statuses = ["new", "open", "pending", "hold", "solved", "closed"];
const cities = ["Amsterdam", "Bologna", "Cork", "Dresden", "Évora", "Freiburg", "Göteborg", "Helsinki"];
const countries = ["NL", "IT", "IE", "DE", "PT", "SE", "FI", "FR", "ES", "PL"];

const nullable = (type: string): JsonSchema => ({ type: [type, "null"] });
const moment: JsonSchema = { type: ["string", "null"], format: "date-time" };

const narrowProperties: Record<string, JsonSchema> = {
  id: { type: "integer" },
  name: nullable("string"),
  email: nullable("string"),
  created_at: moment,
  updated_at: moment,
  amount: nullable("number"),
  active: nullable("boolean"),
  city: nullable("string"),
  status: nullable("string"),
  note: nullable("string"),
};

const wideProperties: Record<string, JsonSchema> = {
  ...narrowProperties,
  external_id: nullable("string"),
  country: nullable("string"),
  priority: nullable("string"),
  quantity: nullable("integer"),
  score: nullable("number"),
  due_on: { type: ["string", "null"], format: "date" },
  rating: nullable("integer"),
  url: nullable("string"),
  tags: { type: ["array", "null"], items: { type: "string" } },
  address: { type: ["object", "null"], properties: { street: nullable("string"), code: nullable("string") } },
};

const schemaOf = (properties: Record<string, JsonSchema>): JsonSchema => ({
  type: "object",
  properties,
  required: ["id"],
});

/** What each size of record looks like. */
export const recordKinds: Readonly<Record<RecordSize, RecordKind>> = {
  narrow: { schema: schemaOf(narrowProperties), record: (id, random) => `${narrowPart(id, random)}}` },
  wide: {
    schema: schemaOf(wideProperties),
    record: (id, random) => `${narrowPart(id, random)},${widePart(id, random)}}`,
  },
};

function narrowPart(id: number, random: SeededRandom): string {
  const name = pick(words, random);
  const amount = random.below(9_000_000) / 100;
  return (
    `{"id":${id},"name":"${name} ${pick(words, random)}","email":"${random.below(100_000)}@example.com",` +
    `"created_at":"${momentText(random)}","updated_at":"${momentText(random)}","amount":${amount},` +
    `"active":${random.below(3) > 0},"city":"${pick(cities, random)}","status":"${pick(statuses, random)}",` +
    `"note":${random.below(50) === 0 ? "null" : `"${phrase(noteWords, random)}"`}`
  );
}

function widePart(id: number, random: SeededRandom): string {
  const rating = random.below(4) === 0 ? "null" : `${random.below(5)}`;
  const code = 10_000 + random.below(89_999);
  const score = random.below(1_000_000) / 1_000_000;
  return (
    `"external_id":"${hex(random)}-${hex(random)}","country":"${pick(countries, random)}","priority":null,` +
    `"quantity":${random.below(1_000)},"score":${score},"due_on":"2026-${twoDigits(1 + random.below(12))}-17",` +
    `"rating":${rating},"url":"https://example.com/orders/${id}",` +
    `"tags":["${pick(words, random)}","${pick(words, random)}"],` +
    `"address":{"street":"${pick(words, random)} street","code":"${code}"}`
  );
}

function pick(from: readonly string[], random: SeededRandom): string {
  return from[random.below(from.length)] ?? "";
}

function phrase(count: number, random: SeededRandom): string {
  let text = pick(words, random);
  for (let index = 1; index < count; index += 1) text += ` ${pick(words, random)}`;
  return text;
}

function hex(random: SeededRandom): string {
  return random
    .below(2 ** 32)
    .toString(16)
    .padStart(8, "0");
}

function momentText(random: SeededRandom): string {
  const time = `${twoDigits(random.below(24))}:${twoDigits(random.below(60))}:${twoDigits(random.below(60))}`;
  return `2025-${twoDigits(1 + random.below(12))}-${twoDigits(1 + random.below(28))}T${time}Z`;
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}
