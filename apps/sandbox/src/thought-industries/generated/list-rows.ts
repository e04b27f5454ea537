import type { JsonObject } from "../../json.ts";
import { type SeededRandom, seededRandom } from "../../seeded-random.ts";
import { uuidOf } from "./identifiers.ts";
import { person } from "./people.ts";

/** The names of lists as paths spell them. */
export const listNames = [
  "users",
  "content",
  "meetings",
  "clients",
  "assessmentAttempts",
  "coupons",
] as const;

export type ListName = (typeof listNames)[number];

/** The key of a list's rows in its answers; that of `content` is not its path. */
export function recordsKeyOf(name: ListName): string {
  return name === "content" ? "contentItems" : name;
}

interface RowDraft {
  readonly seed: number;
  readonly index: number;
  readonly createdAt: string;
  readonly random: SeededRandom;
}

function user({ seed, index, createdAt, random }: RowDraft): JsonObject {
  return {
    ...person(seed, index),
    roleKey: random.pick(["student", "manager", "admin"]),
    clientId: null,
    country: "US",
    state: null,
    zipCode: String(10_000 + index),
    language: "en",
    balance: 0,
    disabled: random.chance(0.1),
    createdAt,
    lastActiveAt: random.chance(0.2) ? null : createdAt,
    customFields: { team: `team-${index % 5}` },
    allocatedLearningPaths: [],
    allocatedLicenses: [],
    purchasedCourses: random.chance(0.2) ? [uuidOf(seed, "course", 1)] : [],
    purchasedBundles: [],
    waitlistedCourses: [],
  };
}

function content({ index, createdAt, random }: RowDraft): JsonObject {
  return {
    kind: random.pick(["courseGroup", "article", "learningPath"]),
    title: `Course ${index}`,
    slug: `course-${index}`,
    sku: random.chance(0.5) ? `GB-${index}` : null,
    status: "published",
    source: null,
    language: "en",
    description: "The café\nsecond line",
    tags: ["git"],
    authorsAndInstructors: ["Lee Ng"],
    customFields: {},
    hasChildren: true,
    freeWithRegistration: false,
    priceInCents: 100 * random.below(90),
    seatsLimit: null,
    enrollmentCount: random.below(1000),
    createdAt,
    updatedAt: createdAt,
  };
}

function meeting({ seed, index, createdAt }: RowDraft): JsonObject {
  return {
    title: `Meeting ${index}`,
    startDate: createdAt,
    endDate: createdAt,
    location: "Room 1",
    attendeeInfo: "Bring a laptop.",
    instructors: ["Lee Ng"],
    course: { id: uuidOf(seed, "course", 0), title: "Git Basics" },
  };
}

function client({ index, createdAt }: RowDraft): JsonObject {
  const named = { name: `Client ${index}`, slug: `client-${index}`, sku: null, tags: [] };
  return { ...named, disabled: false, createdAt, updatedAt: createdAt };
}

function assessmentAttempt({ seed, index, createdAt, random }: RowDraft): JsonObject {
  const { id, email } = person(seed, index % 50);
  const answer = { id: `an-${index}`, question: "What is a branch?", answer: "A pointer", correct: true };
  return {
    status: random.pick(["finished", "started"]),
    grade: random.below(101),
    passed: random.chance(0.7),
    timeElapsedInSeconds: random.below(3600),
    courseId: uuidOf(seed, "course", 0),
    course: { title: "Git Basics" },
    assessment: { id: "as-1", title: "Final", type: "test", minPassingPercent: 80 },
    user: { id: id ?? null, email: email ?? null, clientId: null },
    answers: [answer],
    createdAt,
    updatedAt: createdAt,
  };
}

function coupon({ index, random }: RowDraft): JsonObject {
  return {
    code: `CODE-${index}`,
    active: random.chance(0.8),
    percentOff: random.chance(0.5) ? 10 : null,
    amountOffInCents: null,
    maxRedemptions: null,
    timesRedeemed: random.below(9),
    redeemBy: null,
    appliesToUser: null,
    allowMultipleInCart: false,
  };
}

const rowsOf: Readonly<Record<ListName, (draft: RowDraft) => JsonObject>> = {
  users: user,
  content,
  meetings: meeting,
  clients: client,
  assessmentAttempts: assessmentAttempt,
  coupons: coupon,
};

/** Makes the row of a place in a list. */
export function generatedRow(
  name: ListName,
  { seed, index, createdAt }: { seed: number; index: number; createdAt: number },
): JsonObject {
  const random = seededRandom(seed, name, index);
  const id = uuidOf(seed, name === "users" ? "user" : name, index);
  return { id, ...rowsOf[name]({ seed, index, createdAt: new Date(createdAt).toISOString(), random }) };
}
