import {
  anything,
  array,
  boolean,
  nullable,
  number,
  type ObjectSchema,
  object,
  string,
  union,
} from "@chorale/singer";
import type { AnyRecord } from "@chorale/tap-sdk";
import { booleans, type Fields, integers, lists, moments, openObjects, references, texts } from "./fields.ts";

const assessment = object({ ...texts("id", "title", "type"), minPassingPercent: nullable(number()) });

/** The vendor says that it is a truth value; others have seen texts. */
const correct = nullable(union(boolean(), string()));

const answer = object({
  ...texts("id", "question"),
  answer: nullable(anything()),
  correct,
  hasDefaultGrade: correct,
});

/** What each list's rows have besides their `id`. */
export const listFields = {
  users: {
    ...texts(
      "email",
      "firstName",
      "lastName",
      "roleKey",
      "clientId",
      "country",
      "state",
      "zipCode",
      "language",
    ),
    ...texts("asset", "externalCustomerId", "learnerUserId", "managerUserId", "stripeCustomerId"),
    ...texts("sfAccountId", "sfContactId", "shippingName", ...references),
    ...moments("createdAt", "lastActiveAt"),
    ...booleans("disabled"),
    ...openObjects("customFields"),
    ...lists("allocatedLearningPaths", "allocatedLicenses", "purchasedCourses", "purchasedBundles"),
    ...lists("waitlistedCourses"),
    balance: nullable(union(number(), string())),
  },
  content: {
    ...texts("kind", "title", "slug", "sku", "status", "source", "url", "asset", "assetAltText", "language"),
    ...texts("description", "metaTitle", "metaDescription", "contentTypeLabel"),
    ...texts("courseStartDate", "courseEndDate", "enrollmentStartDate", "enrollmentEndDate"),
    ...lists("tags", "authorsAndInstructors"),
    ...openObjects("customFields"),
    ...booleans("hasChildren", "freeWithRegistration", "waitlistingEnabled", "waitlistingTriggered"),
    ...integers("priceInCents", "suggestedRetailPriceInCents", "seatsLimit", "enrollmentCount"),
    ...integers("waitlistCount"),
    ...moments("createdAt", "updatedAt"),
  },
  meetings: {
    ...texts("title", "startDate", "endDate", "location", "attendeeInfo"),
    ...lists("instructors"),
    course: nullable(object(texts("id", "title"))),
  },
  clients: {
    ...texts("name", "slug", "sku"),
    ...lists("tags"),
    ...booleans("disabled"),
    ...moments("createdAt", "updatedAt"),
  },
  assessmentAttempts: {
    ...texts("status", "courseId"),
    ...integers("grade", "timeElapsedInSeconds"),
    ...booleans("passed"),
    ...moments("createdAt", "updatedAt"),
    course: nullable(object(texts("id", "title"))),
    assessment: nullable(assessment),
    user: nullable(object(texts("id", "email", "clientId"))),
    answers: nullable(array(answer)),
  },
  coupons: {
    ...texts("code", "redeemBy"),
    ...booleans("active", "allowMultipleInCart"),
    ...integers("percentOff", "amountOffInCents", "maxRedemptions", "timesRedeemed"),
    appliesToUser: nullable(anything()),
  },
} as const satisfies Readonly<Record<string, Fields>>;

/** Makes the schema of a list's rows from their own fields. */
export function listSchema(fields: Fields): ObjectSchema<AnyRecord> {
  return object({ id: string(), ...fields });
}
