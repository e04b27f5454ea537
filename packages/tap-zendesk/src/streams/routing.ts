import { type Bookmark, isObject } from "@chorale/singer";
import { createLoopGuard, type PageAnswer, type PageWalk, type Pagination } from "@chorale/tap-sdk";
import { findAvailability } from "../availability.ts";
import { zendesk } from "../client.ts";
import { objectsIn } from "../hidden.ts";
import { accountBucket } from "../rate-headers.ts";
import { type SchemaName, schemaOf } from "../schemas/schema-of.ts";

/** The cursor stands in the link to the next page; an empty page is the last. It is good for the next run, too. */
const routingPages: Pagination = Object.freeze({
  first({ cursor }: Bookmark) {
    return typeof cursor === "string" ? { searchParams: { cursor } } : undefined;
  },
  walk(): PageWalk {
    const guard = createLoopGuard();
    return {
      after(page) {
        const cursor = cursorOf(page);
        if (cursor === undefined) return {};
        if (page.recordCount === 0) return { position: { cursor } };
        guard.visit(cursor, "the same cursor");
        return { position: { cursor }, next: { searchParams: { cursor } } };
      },
    };
  },
});

function cursorOf({ body }: PageAnswer): string | undefined {
  const link = isObject(body) ? body["next_page"] : undefined;
  const params =
    typeof link === "string" ? URL.parse(link, "https://zendesk.invalid/")?.searchParams : undefined;
  return params?.get("cursor") ?? undefined;
}

function routingExport({ name, last }: { name: SchemaName; last: string }) {
  const path = `incremental/routing/${last}`;
  return zendesk.stream({
    name,
    schema: schemaOf(name),
    keyProperties: ["id"],
    replicationKey: "time",
    path,
    recordsAt: last,
    bucket: accountBucket,
    pagination: routingPages,
    discover: (context) => findAvailability(context, { path: "routing/attributes", searchParams: {} }),
  });
}

/** What changed of skills, their values, and who and what has them. */
export const routingExports = [
  routingExport({ name: "routing_attributes_export", last: "attributes" }),
  routingExport({ name: "routing_attribute_values_export", last: "attribute_values" }),
  routingExport({ name: "routing_instance_values_export", last: "instance_values" }),
];

/** What conditions on skills can be made of; the definitions have no keys. */
export const routingAttributeDefinitions = zendesk.customStream({
  name: "routing_attribute_definitions",
  schema: schemaOf("routing_attribute_definitions"),
  keyProperties: [],
  discover: (context) =>
    findAvailability(context, { path: "routing/attributes/definitions", searchParams: {} }),
  async *records({ http }) {
    const { body } = await http.request("GET", "routing/attributes/definitions", { bucket: accountBucket });
    const definitions: unknown = isObject(body) ? body["definitions"] : undefined;
    for (const [name, list] of Object.entries(Object(definitions))) {
      const applies_to = name.replace(/^conditions_/, "");
      for (const definition of objectsIn(list)) yield { applies_to, ...definition };
    }
  },
});
