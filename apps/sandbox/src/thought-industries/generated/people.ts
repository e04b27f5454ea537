import type { JsonObject } from "../../json.ts";
import { seededRandom } from "../../seeded-random.ts";
import { uuidOf } from "./identifiers.ts";

const firstNames = ["Lee", "Zoë", "José", "美咲", "Amina", "Søren", "D'Arcy", "Ирина", 'Ann "Nan"'] as const;
const lastNames = ["Ng", "Müller", "O'Brien", "佐藤", "Haddad", "Åström", "Smith-Jones", "Петрова"] as const;
const states = ["CA", "NY", "Bayern", null] as const;
const countries = ["US", "DE", "JP", null] as const;

const references = Array.from({ length: 10 }, (_, index) => `ref${index + 1}`);

/** What is known of a learner wherever the learner turns up. */
export function person(seed: number, index: number): JsonObject {
  const random = seededRandom(seed, "person", index);
  return {
    id: uuidOf(seed, "user", index),
    email: `learner.${index}@example.com`,
    firstName: random.pick(firstNames),
    lastName: random.pick(lastNames),
    externalCustomerId: random.chance(0.3) ? `ext-${index}` : null,
    sfContactId: random.chance(0.2) ? `003${String(index).padStart(12, "0")}` : null,
    sfAccountId: random.chance(0.2) ? `001${String(index % 7).padStart(12, "0")}` : null,
    ...Object.fromEntries(references.map((name, place) => [name, place === 0 ? `team-${index % 5}` : null])),
  };
}

/** What purchases say of a learner besides. */
export function shippingOf(seed: number, index: number): JsonObject {
  const random = seededRandom(seed, "shipping", index);
  return {
    shippingName: `Learner ${index}`,
    address1: `${index + 1} Main Street`,
    address2: null,
    city: "Springfield",
    state: random.pick(states),
    zipCode: String(10_000 + (index % 90_000)),
    telephone: `+1 555 ${String(index % 10_000).padStart(4, "0")}`,
    country: random.pick(countries),
    stripeCustomerId: random.chance(0.5) ? `cus_${index}` : null,
    client: null,
  };
}
