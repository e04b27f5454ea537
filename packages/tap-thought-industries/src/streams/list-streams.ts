import { listStream } from "../lists/list-stream.ts";
import { references } from "../schemas/fields.ts";

const nobody = { properties: [], people: [] };

const userProperties = [
  ...["email", "firstName", "lastName", "shippingName", "state", "zipCode", "asset"],
  ...["externalCustomerId", "stripeCustomerId", "sfContactId", "customFields", ...references],
];

const definitions = [
  { name: "users", list: "users", personal: { properties: userProperties, people: [] } },
  // The one list whose rows have another key than the path.
  { name: "content", list: "content", recordsKey: "contentItems", personal: nobody },
  { name: "meetings", list: "meetings", personal: nobody },
  { name: "clients", list: "clients", personal: nobody },
  {
    name: "assessment_attempts",
    list: "assessmentAttempts",
    personal: { properties: [], people: ["user"] },
  },
  { name: "coupons", list: "coupons", personal: nobody },
] as const;

/** Lists, read whole each time: none of them can be asked for what changed. */
export const listStreams = definitions.map((definition) => listStream(definition, { resumes: false }));

/** The same lists, gone on with at the last cursor. */
export const resumedListStreams = definitions.map((definition) => listStream(definition, { resumes: true }));
