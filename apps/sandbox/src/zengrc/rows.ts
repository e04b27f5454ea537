import type { Json, JsonObject } from "../json.ts";
import { type SeededRandom, seededRandom } from "../seeded-random.ts";
import { type FieldKind, type ObjectName, objectKinds } from "./object-kinds.ts";

/** A row as the API shows it. */
export interface Row {
  readonly id: number;
  readonly [key: string]: Json;
}

/** How a row's moments are spelled: with `Z`, with an offset, or without a zone, which then is UTC. */
export type MomentForm = "utc" | "offset" | "zoneless";

/** What every generated row is made from. */
export interface World {
  readonly seed: number;
  readonly sizes: ReadonlyMap<string, number>;
  /** The epoch second that the newest generated row was changed in. */
  readonly endsAt: number;
  readonly moments: MomentForm;
}

/** What one row is made from. */
export interface RowOptions {
  readonly world: World;
  readonly name: ObjectName;
  readonly id: number;
  /** What is given takes the place of what is drawn. */
  readonly fields?: JsonObject;
}

/** Ids of one kind of object stand this far apart, so that some are nobody's. */
export const idStep = 2;
/** Below the first id there is nothing, either. */
export const firstId = 11;

const daySeconds = 86_400;
const spanSeconds = 500 * daySeconds;

/** Texts that break what takes bytes for characters, or quotes carelessly. */
const phrases = [
  "Quarterly access review",
  "Prüfung der Zugänge für Größe & Maß",
  "アクセス権の棚卸し",
  "🔐 MFA für alle",
  'He said "no", then \\ left\ttwo tabs',
  "first line\nsecond line\r\nthird\u2028line",
  "<p>Evidence &amp; <b>proof</b>, 'quoted'; 100 %</p>",
  "  leading and trailing  ",
] as const;

const names = ["Sam Poe", "Kim Day", "Ola Ray", "山田 太郎", "O’Brien, Seán", 'Bob "Bobby" Tables'] as const;
const statuses = ["Draft", "Active", "In Progress", "Completed", "Nicht geprüft"] as const;

/** Spells an epoch second. */
export function momentOf(seconds: number, form: MomentForm): string {
  const text = new Date(seconds * 1000).toISOString();
  if (form === "utc") return text.replace(".000Z", "Z");
  if (form === "zoneless") return text.slice(0, 19);
  return `${new Date((seconds + 7200) * 1000).toISOString().slice(0, 19)}.250+02:00`;
}

function dayOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}

/** Makes a row again from its id: the same options give the same row. */
export function generatedRow(options: RowOptions): Row {
  const { world, name, id, fields = {} } = options;
  const draw = { world, random: seededRandom(world.seed, name, id) };
  const changed = world.endsAt - draw.random.below(spanSeconds);
  const created = changed - draw.random.below(90 * daySeconds);
  const times = {
    created_at: momentOf(created, world.moments),
    updated_at: momentOf(changed, world.moments),
  };
  const drawn = name === "people" ? personFields(world, id) : objectFields(options, draw);
  return { ...drawn, ...times, ...fields, id };
}

/** What a value is drawn with. */
interface Draw {
  readonly world: World;
  readonly random: SeededRandom;
}

function personFields(world: World, id: number): JsonObject {
  return { id, name: nameOf(world, id), email: `person${id}@example.com`, type: "Person" };
}

function objectFields({ world, name, id }: RowOptions, draw: Draw): JsonObject {
  const { type = "", fields = {}, mapped } = objectKinds.get(name) ?? {};
  const { random } = draw;
  return {
    id,
    title: titleOf(world, { name, id }),
    code: `${type.toUpperCase()}-${id}`,
    type,
    status: random.pick(statuses),
    description: random.chance(0.2) ? "" : random.pick(phrases),
    ...Object.fromEntries(Object.entries(fields).map(([key, kind]) => [key, drawValue(kind, draw)])),
    ...(mapped === undefined ? {} : { mapped: mappedTo(mapped, draw) }),
    custom_attributes: customAttributes(draw),
    links: { self: { href: `/api/v2/${name}/${id}` } },
  };
}

function titleOf({ seed }: World, { name, id }: { name: ObjectName; id: number }): string {
  return `${seededRandom(seed, "title", name, id).pick(phrases)} ${id}`;
}

function nameOf({ seed }: World, id: number): string {
  return `${seededRandom(seed, "name", id).pick(names)} ${id}`;
}

function anyIdOf(name: ObjectName, { world, random }: Draw): number | undefined {
  const count = world.sizes.get(name) ?? 0;
  return count === 0 ? undefined : firstId + random.below(count) * idStep;
}

function referenceTo(name: ObjectName, draw: Draw): JsonObject | null {
  const id = anyIdOf(name, draw);
  if (id === undefined) return null;
  return { id, title: titleOf(draw.world, { name, id }), type: objectKinds.get(name)?.type ?? "" };
}

function person(draw: Draw): JsonObject | null {
  const id = anyIdOf("people", draw);
  return id === undefined ? null : { id, name: nameOf(draw.world, id), type: "Person" };
}

function several<Item>(random: SeededRandom, make: () => Item | null): Item[] {
  return Array.from({ length: random.below(3) }, make).filter((item) => item !== null);
}

function mappedTo(kinds: readonly ObjectName[], draw: Draw): JsonObject {
  const lists = kinds.map((kind) => [kind, several(draw.random, () => referenceTo(kind, draw))] as const);
  return Object.fromEntries(lists);
}

/** Values are of any type under the number of the attribute, which is the account's own. */
function customAttributes({ random, world }: Draw): JsonObject {
  const drawn = [
    { id: 12, title: "Weighting", value: random.below(10) },
    { id: 66, title: "Audit category", value: random.pick(phrases) },
    { id: 104, title: "Test of Design", value: random.pick(["Effective", "Ineffective", null]) },
    { id: 128, title: "Hours", value: random.below(1000) / 8 },
    { id: 141, title: "In scope", value: random.chance(0.5) },
    { id: 230, title: "Next review", value: dayOf(world.endsAt + random.below(spanSeconds)) },
  ];
  const kept = drawn.filter(() => random.chance(0.6));
  return Object.fromEntries(kept.map((attribute) => [String(attribute.id), attribute]));
}

const makers: Readonly<Record<Exclude<FieldKind["kind"], "choice" | "reference">, (draw: Draw) => Json>> = {
  text: ({ random }) => random.pick([null, "https://acme.example/?a=1&b=2"]),
  html: ({ random }) => random.pick([null, "", ...phrases]),
  day: ({ random, world }) => (random.chance(0.3) ? null : dayOf(world.endsAt - random.below(spanSeconds))),
  flag: ({ random }) => random.chance(0.5),
  person: (draw) => (draw.random.chance(0.3) ? null : person(draw)),
  people: (draw) => several(draw.random, () => person(draw)),
  reviewers: (draw) =>
    several(draw.random, () => ({
      reviewer: person(draw),
      status: draw.random.pick(["Approved", "Pending"]),
    })),
  tags: ({ random }) => random.pick([[], ["iam"], ["iam", "größe"], "iam"]),
  scores: ({ random }) =>
    random.chance(0.8)
      ? [{ id: 1, title: "Impact", value: random.below(5) }]
      : { impact: random.below(5), likelihood: 1.5 },
};

function drawValue(field: FieldKind, draw: Draw): Json {
  const { random } = draw;
  if (field.kind === "reference") return referenceTo(field.to, draw);
  if (field.kind === "choice") return random.chance(0.3) ? null : random.pick(field.choices);
  return makers[field.kind](draw);
}
