import type { JsonObject } from "../../json.ts";
import { type SeededRandom, seededRandom } from "../../seeded-random.ts";
import { uuidOf } from "./identifiers.ts";
import { blockSize } from "./moments.ts";
import { person, shippingOf } from "./people.ts";

/** The names of events as paths spell them. */
export const eventNames = [
  "courseAction",
  "courseCompletion",
  "courseView",
  "login",
  "visit",
  "coursePurchase",
  "learningPathAction",
  "emailCapture",
  "redemptionCodeRedeem",
] as const;

export type EventName = (typeof eventNames)[number];

/** What an event is made from. */
interface EventDraft {
  readonly seed: number;
  readonly index: number;
  readonly timestamp: string;
  readonly random: SeededRandom;
}

/** Events of these kinds carry whole seconds. */
export const wholeSecondEvents: ReadonlySet<EventName> = new Set(["courseView", "coursePurchase"]);

const courses = [
  "Git Basics",
  "CI/CD für alle",
  "セキュリティ",
  'Runners & "Executors"',
  "Agile, part 2",
] as const;
/** More than two blocks of events share a moment never, so that no learner does the same thing twice in it. */
const learners = 16 * blockSize;

function companyHost(): JsonObject {
  return { companyHost: "learn.example.com", companySubdomain: "example" };
}

function course({ seed, random }: EventDraft): { id: string; title: string; sku: string | null } {
  const place = random.below(courses.length);
  const title = courses[place] ?? courses[0];
  return { id: uuidOf(seed, "course", place), title, sku: random.chance(0.5) ? `GB-${100 + place}` : null };
}

function courseAction(draft: EventDraft): JsonObject {
  const { id, title, sku } = course(draft);
  const type = draft.random.pick(["enrollment", "statusChange", "certificate", "accessRevoked"]);
  const source = draft.random.pick(["added", "purchased", "completed", "revoked"]);
  return { type, source, notifiableId: id, courseTitle: title, courseSku: sku };
}

function courseCompletion(draft: EventDraft): JsonObject {
  const { id, title } = course(draft);
  const updatedAt = new Date(Date.parse(draft.timestamp) + 1000).toISOString();
  const fixed = { event: "course-completed", source: "course", type: "completion", license: null };
  return { ...fixed, updatedAt, notifiableId: id, title };
}

function courseView(draft: EventDraft): JsonObject {
  const { id, title, sku } = course(draft);
  const { seed, random } = draft;
  const topic = random.below(40);
  return {
    courseId: id,
    courseTitle: title,
    courseSku: sku,
    lessonId: uuidOf(seed, "lesson", topic >> 3),
    lessonTitle: `Lesson ${topic >> 3}`,
    lessonSlug: `lesson-${topic >> 3}`,
    sectionId: uuidOf(seed, "section", topic >> 4),
    sectionTitle: `Section ${topic >> 4}`,
    sectionSlug: `section-${topic >> 4}`,
    topicId: uuidOf(seed, "topic", topic),
    topicTitle: `Page ${topic}`,
  };
}

function login({ random }: EventDraft): JsonObject {
  return {
    event: "login",
    ...companyHost(),
    userAgent: "Mozilla/5.0 (X11; Linux x86_64)",
    browserInfo: { name: "Chrome", version: String(100 + random.below(30)) },
    ipAddress: `203.0.113.${random.below(256)}`,
    ipGeoInfo: { country: "US", ll: [random.below(90), random.below(180)] },
  };
}

function coursePurchase(draft: EventDraft): JsonObject {
  const { id, title, sku } = course(draft);
  const { seed, index, random } = draft;
  const price = 100 * random.below(500);
  return {
    transactionId: `tx-${index}`,
    giftRecipientEmail: random.chance(0.1) ? `gift.${index}@example.com` : null,
    coupon: random.chance(0.2) ? { code: "SPRING", amountOffInCents: 500 } : null,
    couponCode: null,
    priceInCents: price,
    purchasableId: id,
    purchasableType: "course",
    orderId: uuidOf(seed, "order", index),
    revenueType: "course",
    quantity: 1 + random.below(3),
    type: "purchase",
    sku,
    slug: "git-basics",
    title,
    amountNet: price,
    amountCharged: price,
    amountRefunded: 0,
    success: random.chance(0.9),
    referral: { source: "mail", referrer: null, referrerType: null },
  };
}

function learningPathAction({ seed, random }: EventDraft): JsonObject {
  const notifiableId = uuidOf(seed, "path", random.below(9));
  const fixed = { type: "enrollment", source: "added", milestoneTitle: null };
  return { ...fixed, notifiableId, learningPathTitle: "Git Associate", learningPathSku: "LP-1" };
}

function emailCapture(draft: EventDraft): JsonObject {
  const { id, title, sku } = course(draft);
  const event = { event: "emailCapture", source: "paywall", ...companyHost() };
  const target = {
    notifiableId: id,
    notifiableType: "course",
    courseId: id,
    courseSku: sku,
    courseTitle: title,
  };
  return { ...event, ...target, anonymousId: `a-${draft.index}` };
}

function redemptionCodeRedeem({ random }: EventDraft): JsonObject {
  const redemptionCode = random.pick(["WELCOME24", "SPRING", "VIP"]);
  return { event: "redemptionCodeRedeem", ...companyHost(), redemptionCode, redemptionCodeGroupLabel: "Q2" };
}

const ownFields: Readonly<Record<EventName, (draft: EventDraft) => JsonObject>> = {
  courseAction,
  courseCompletion,
  courseView,
  login,
  visit: () => ({ event: "visit", ...companyHost() }),
  coursePurchase,
  learningPathAction,
  emailCapture,
  redemptionCodeRedeem,
};

const withId: ReadonlySet<EventName> = new Set([
  "courseAction",
  "courseCompletion",
  "coursePurchase",
  "learningPathAction",
]);

/** Makes the event of a place among all of its kind. */
export function generatedEvent(
  name: EventName,
  { seed, index, moment }: { seed: number; index: number; moment: number },
): JsonObject {
  const random = seededRandom(seed, name, index);
  const timestamp = new Date(moment).toISOString();
  const learner = index % learners;
  const detail = {
    ...person(seed, learner),
    ...(name === "coursePurchase" ? shippingOf(seed, learner) : {}),
  };
  return {
    ...(withId.has(name) ? { id: uuidOf(seed, name, index) } : {}),
    timestamp,
    companyId: uuidOf(seed, "company", 0),
    ...ownFields[name]({ seed, index, timestamp, random }),
    ...(name === "emailCapture"
      ? { user: `prospect.${index}@example.com` }
      : { user: `learner.${learner}@example.com`, userDetail: detail }),
  };
}
