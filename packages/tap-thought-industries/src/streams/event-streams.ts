import { eventStream } from "../events/event-stream.ts";

const user = { properties: ["user"], people: ["userDetail"] };
const device = ["userAgent", "ipAddress", "ipGeoInfo"];

/**
 * Events, by the names that their paths have. Those without an id of the vendor's get an `_event_key`. Course
 * actions unite enrolments, changes of status, completions, certificates and withdrawals.
 */
export const eventStreams = [
  eventStream({ name: "course_actions", event: "courseAction", key: "id", personal: user }),
  eventStream({ name: "course_completions", event: "courseCompletion", key: "id", personal: user }),
  eventStream({ name: "course_views", event: "courseView", key: "_event_key", personal: user }),
  eventStream({
    name: "logins",
    event: "login",
    key: "_event_key",
    personal: { ...user, properties: ["user", ...device] },
  }),
  eventStream({ name: "visits", event: "visit", key: "_event_key", personal: user }),
  eventStream({
    name: "course_purchases",
    event: "coursePurchase",
    key: "id",
    personal: { ...user, properties: ["user", "giftRecipientEmail"] },
  }),
  eventStream({ name: "learning_path_actions", event: "learningPathAction", key: "id", personal: user }),
  eventStream({ name: "email_captures", event: "emailCapture", key: "_event_key", personal: user }),
  eventStream({ name: "code_redemptions", event: "redemptionCodeRedeem", key: "_event_key", personal: user }),
];
