import { dateTime, nullable, type ObjectSchema, object, string } from "@chorale/singer";
import type { AnyRecord } from "@chorale/tap-sdk";
import { booleans, type Fields, integers, moments, openObjects, references, texts } from "./fields.ts";

/** A user as events know them; some events say more, such as an address. */
const userDetail = object({
  ...texts("id", "email", "firstName", "lastName", "externalCustomerId", "sfContactId", "sfAccountId"),
  ...texts(...references),
});

const common = {
  ...texts("companyId", "user"),
  userDetail: nullable(userDetail),
};

const portal = texts("companyHost", "companySubdomain");

/** What each event has besides what all have. */
export const eventFields = {
  courseAction: texts("type", "source", "courseSku", "courseTitle", "notifiableId"),
  courseCompletion: {
    ...texts("event", "source", "type", "license", "notifiableId", "title"),
    ...moments("updatedAt"),
  },
  courseView: {
    ...texts("courseId", "courseSku", "courseTitle", "lessonId", "lessonSlug", "lessonTitle"),
    ...texts("sectionId", "sectionSlug", "sectionTitle", "topicId", "topicTitle"),
  },
  login: {
    ...portal,
    ...texts("event", "userAgent", "ipAddress"),
    ...openObjects("browserInfo", "ipGeoInfo"),
  },
  visit: { ...portal, ...texts("event") },
  coursePurchase: {
    ...texts("transactionId", "giftRecipientEmail", "couponCode", "purchasableId", "purchasableType"),
    ...texts("chargeId", "groupId", "orderId", "revenueType", "variation", "shippingMethod", "type", "sku"),
    ...texts("slug", "title", "courseStartDate", "failureCode", "failureMessage"),
    ...integers("priceInCents", "quantity", "amountNet", "amountWithoutDiscount", "amountDiscounted"),
    ...integers("amountCharged", "amountRefunded", "amountDisputed", "amountTaxed"),
    ...booleans("success"),
    coupon: nullable(object({ ...texts("code"), ...integers("amountOffInCents") })),
    referral: nullable(object(texts("source", "referrer", "referrerType"))),
  },
  learningPathAction: {
    ...texts("source", "type", "notifiableId", "learningPathTitle", "learningPathSku", "milestoneTitle"),
  },
  emailCapture: {
    ...portal,
    ...texts("event", "source", "notifiableId", "notifiableType", "anonymousId"),
    ...texts("courseId", "courseSku", "courseTitle"),
  },
  redemptionCodeRedeem: { ...portal, ...texts("event", "redemptionCode", "redemptionCodeGroupLabel") },
} as const satisfies Readonly<Record<string, Fields>>;

/** Makes the schema of an event from its key and its own fields. */
export function eventSchema(key: "id" | "_event_key", fields: Fields): ObjectSchema<AnyRecord> {
  return object({ [key]: string(), timestamp: dateTime(), ...fields, ...common });
}
