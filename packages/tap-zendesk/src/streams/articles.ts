import { findAvailability } from "../availability.ts";
import { zendesk } from "../client.ts";
import { unflaggedPages } from "../pages.ts";
import { accountBucket } from "../rate-headers.ts";
import { schemaOf } from "../schemas/schema-of.ts";
import { type ExportSource, readExport } from "./read-export.ts";
import { readWhole } from "./read-standard.ts";

const articleList = {
  stream: "articles",
  path: "help_center/articles",
  recordsAt: "articles",
  searchParams: { sort_by: "updated_at", sort_order: "asc" },
  changedBy: "updated_at",
};

const source: ExportSource = {
  stream: "articles",
  path: "help_center/incremental/articles",
  recordsAt: "articles",
  bucket: accountBucket,
  pagination: unflaggedPages,
  orderedBy: "updated_at",
  standard: (context) => readWhole(articleList, { context, since: context.bookmark }),
};

/** Articles of the Help Center by their changes. */
export const articles = zendesk.pagedStream({
  name: "articles",
  schema: schemaOf("articles"),
  keyProperties: ["id"],
  replicationKey: "updated_at",
  sorted: true,
  discover: (context) =>
    findAvailability(context, { path: "help_center/articles", searchParams: { "page[size]": 1 } }),
  pages: (context) => readExport(source, context),
});
