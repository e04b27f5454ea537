import type { AnyRecord } from "@chorale/tap-sdk";
import { zendesk } from "../client.ts";
import { type FieldSource, findCustomFields, withPivotedFields } from "../custom-fields.ts";
import { timeExportPages } from "../pages.ts";
import { schemaOf } from "../schemas/schema-of.ts";
import { type Context, type ExportSource, readExport } from "./read-export.ts";
import { readLists } from "./read-standard.ts";

const fields: FieldSource = {
  stream: "organizations",
  definitions: "organization_fields",
  property: "organization_fields",
};

const common = {
  stream: "organizations",
  recordsAt: "organizations",
  shape: (organization: AnyRecord, context: Context) =>
    (organization["deleted_at"] ?? null) !== null && !context.config.include_deleted
      ? undefined
      : withPivotedFields(organization, fields, context),
};

const source: ExportSource = {
  ...common,
  path: "incremental/organizations",
  bucket: "incremental-exports",
  pagination: timeExportPages,
  orderedBy: "updated_at",
  standard: (context) =>
    readLists(
      {
        ordered: {
          ...common,
          path: "organizations",
          searchParams: { sort: "updated_at" },
          changedBy: "updated_at",
        },
      },
      context,
    ),
};

/** Organizations by second of change; deleted ones carry `deleted_at`. There is no cursor export. */
export const organizations = zendesk.pagedStream({
  name: "organizations",
  schema: schemaOf("organizations"),
  keyProperties: ["id"],
  replicationKey: "updated_at",
  sorted: true,
  discover: (context) => findCustomFields(fields, context),
  pages: (context) => readExport(source, context),
});
