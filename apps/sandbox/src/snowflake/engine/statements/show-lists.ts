import type { ShowList } from "./show.ts";
import { moment, texts, typeText, yes } from "./show-cells.ts";
import { databasesOf, schemasOf, stagesOfShow, tablesOfShow } from "./show-places.ts";
import { locks, parameters, transactions } from "./show-session-lists.ts";

const databases: ShowList = {
  words: ["DATABASES"],
  columns: texts(
    "created_on",
    "name",
    "is_default",
    "is_current",
    "origin",
    "owner",
    "comment",
    "options",
    "retention_time",
    "kind",
  ),
  like: "name",
  rows: ({ session }) =>
    [...session.account.databases.values()].map(({ name, createdOn, owner, comment, isTransient }) => {
      const kind = isTransient ? "TRANSIENT" : "STANDARD";
      return [
        moment(createdOn),
        name,
        "N",
        yes(session.place.database === name),
        "",
        owner,
        comment,
        isTransient ? "TRANSIENT" : "",
        "1",
        kind,
      ];
    }),
};

const schemas: ShowList = {
  words: ["SCHEMAS"],
  columns: texts(
    "created_on",
    "name",
    "is_default",
    "is_current",
    "database_name",
    "owner",
    "comment",
    "options",
    "retention_time",
  ),
  like: "name",
  rows: (shown) =>
    databasesOf(shown).flatMap((database) =>
      [...database.schemas.values()].map(({ name, createdOn, owner, comment, isTransient }) => {
        const { place } = shown.session;
        const isCurrent = place.database === database.name && place.schema === name;
        return [
          moment(createdOn),
          name,
          "N",
          yes(isCurrent),
          database.name,
          owner,
          comment,
          isTransient ? "TRANSIENT" : "",
          "1",
        ];
      }),
    ),
};

const tables: ShowList = {
  words: ["TABLES"],
  columns: texts(
    "created_on",
    "name",
    "database_name",
    "schema_name",
    "kind",
    "comment",
    "cluster_by",
    "rows",
    "bytes",
    "owner",
    "retention_time",
  ),
  like: "name",
  rows: (shown) =>
    tablesOfShow(shown).map(({ name, thing: { createdOn, kind, comment, owner, retentionDays } }) => [
      moment(createdOn),
      name.name,
      name.database,
      name.schema,
      kind,
      comment,
      "",
      null,
      null,
      owner,
      String(retentionDays),
    ]),
};

const columns: ShowList = {
  words: ["COLUMNS"],
  columns: texts(
    "table_name",
    "schema_name",
    "column_name",
    "data_type",
    "null?",
    "default",
    "kind",
    "expression",
    "comment",
    "database_name",
    "autoincrement",
  ),
  like: "column_name",
  rows: (shown) =>
    tablesOfShow(shown).flatMap(({ name, thing }) =>
      thing.columns.map((column) => [
        name.name,
        name.schema,
        column.name,
        typeText(column),
        column.nullable ? "true" : "NOT_NULL",
        column.default?.text ?? "",
        "COLUMN",
        "",
        column.comment ?? "",
        name.database,
        "",
      ]),
    ),
};

const stages: ShowList = {
  words: ["STAGES"],
  columns: texts(
    "created_on",
    "name",
    "database_name",
    "schema_name",
    "url",
    "has_credentials",
    "has_encryption_key",
    "owner",
    "comment",
    "region",
    "type",
  ),
  like: "name",
  rows: (shown) =>
    stagesOfShow(shown).map(({ name, thing: { createdOn, url, owner, comment, isTemporary } }) => {
      const type = `${url === null ? "INTERNAL" : "EXTERNAL"}${isTemporary ? " TEMPORARY" : ""}`;
      return [
        moment(createdOn),
        name.name,
        name.database,
        name.schema,
        url ?? "",
        "N",
        "N",
        owner,
        comment,
        null,
        type,
      ];
    }),
};

const formats: ShowList = {
  words: ["FILE", "FORMATS"],
  columns: texts("created_on", "name", "database_name", "schema_name", "type", "owner", "comment"),
  like: "name",
  rows: (shown) =>
    schemasOf(shown).flatMap(({ database, schema }) =>
      [...schema.formats].map(([name, { options, createdOn, owner }]) => {
        const type = options.get("TYPE");
        return [
          moment(createdOn),
          name,
          database,
          schema.name,
          type?.kind === "word" ? type.value : "CSV",
          owner,
          "",
        ];
      }),
    ),
};

const warehouses: ShowList = {
  words: ["WAREHOUSES"],
  columns: texts(
    "name",
    "state",
    "type",
    "size",
    "is_default",
    "is_current",
    "auto_suspend",
    "auto_resume",
    "owner",
    "comment",
  ),
  like: "name",
  rows: ({ session }) =>
    [...session.account.warehouses].map((name) => {
      const isCurrent = yes(session.place.warehouse === name);
      return [name, "STARTED", "STANDARD", "X-Small", "N", isCurrent, "60", "true", "ACCOUNTADMIN", ""];
    }),
};

const roles: ShowList = {
  words: ["ROLES"],
  columns: texts(
    "created_on",
    "name",
    "is_default",
    "is_current",
    "is_inherited",
    "assigned_to_users",
    "granted_to_roles",
    "granted_roles",
    "owner",
    "comment",
  ),
  like: "name",
  rows: ({ session }) =>
    [...session.account.roles.keys()].map((name) => {
      const isCurrent = yes(session.place.role === name);
      return [moment(new Date(0)), name, "N", isCurrent, "N", "1", "0", "0", "", ""];
    }),
};

/** The lists that SHOW answers. */
export const showLists: readonly ShowList[] = [
  databases,
  schemas,
  tables,
  columns,
  stages,
  formats,
  warehouses,
  roles,
  locks,
  transactions,
  parameters,
];
