import { isObject } from "@chorale/singer";
import type { AnyRecord } from "@chorale/tap-sdk";
import { zendesk } from "../client.ts";
import { type FieldSource, findCustomFields, withPivotedFields } from "../custom-fields.ts";
import { isOutOfOrder, objectsIn, outOfOrder, withHidden } from "../hidden.ts";
import { cursorExportPages } from "../pages.ts";
import { schemaOf } from "../schemas/schema-of.ts";
import { type Context, type ExportSource, readExport } from "./read-export.ts";
import { readLists, type StandardSource } from "./read-standard.ts";

const fields: FieldSource = { stream: "users", definitions: "user_fields", property: "user_fields" };

const identities = "identities";

const common = {
  stream: "users",
  include: ({ selects }: Context) => (selects("user_identities") ? identities : undefined),
  shape: (user: AnyRecord, context: Context) =>
    user["active"] === false && !context.config.include_deleted
      ? undefined
      : withHidden(withPivotedFields(user, fields, context), identities, user[identities]),
  join: (users: readonly AnyRecord[], body: unknown) => {
    const list = objectsIn(isObject(body) ? body[identities] : undefined);
    if (list.length === 0) return users;
    const byUser = Map.groupBy(list, (identity) => identity["user_id"]);
    return users.map((user) => ({ ...user, [identities]: byUser.get(user["id"]) }));
  },
};

const listed: StandardSource = {
  ...common,
  path: "users",
  recordsAt: "users",
  searchParams: { sort: "updated_at" },
  changedBy: "updated_at",
};

/** The list of deleted users shows fewer properties than the others. */
const deleted: StandardSource = {
  stream: "users",
  path: "deleted_users",
  recordsAt: "deleted_users",
  searchParams: {},
  changedBy: "updated_at",
  shape: (user, context) => outOfOrder(common.shape({ ...user, active: false }, context)),
};

const source: ExportSource = {
  ...common,
  path: "incremental/users/cursor",
  recordsAt: "users",
  bucket: "incremental-exports-cursor",
  pagination: cursorExportPages,
  orderedBy: "updated_at",
  standard: (context) => readLists({ ordered: listed, deleted }, context),
};

/** Users in the order of `updated_at`. A deleted user comes with `active: false` and without an address. */
export const users = zendesk.pagedStream({
  name: "users",
  schema: schemaOf("users"),
  keyProperties: ["id"],
  replicationKey: "updated_at",
  bookmarkValue: (user) => {
    const { updated_at: updated } = user;
    return typeof updated === "string" && !isOutOfOrder(user) ? updated : undefined;
  },
  sorted: true,
  discover: (context) => findCustomFields(fields, context),
  pages: (context) => readExport(source, context),
});

/** The addresses and numbers of each user, which come with the user. */
export const userIdentities = zendesk.customStream({
  name: "user_identities",
  schema: schemaOf("user_identities"),
  keyProperties: ["id"],
  parent: users,
  async *records({ parent }) {
    yield* objectsIn(parent[identities]);
  },
});
