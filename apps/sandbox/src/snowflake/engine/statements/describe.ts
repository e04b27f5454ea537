import type { Column, Stage } from "../catalogue/model.ts";
import type { Cursor } from "../parsing/cursor.ts";
import { textType, typeName } from "../values/types.ts";
import { rowsAnswer } from "./answers.ts";
import { type Command, metadata, statementTypes } from "./command.ts";

const tableColumns = [
  "name",
  "type",
  "kind",
  "null?",
  "default",
  "primary key",
  "unique key",
  "check",
  "expression",
  "comment",
  "policy name",
] as const;

/** Reads DESCRIBE TABLE. */
export function parseDescribeTable(cursor: Cursor): Command {
  const parts = cursor.dottedName();
  return metadata(async ({ session }) => {
    const { table } = session.names.table(parts, "Table");
    return rowsAnswer(
      statementTypes.session,
      tableColumns.map((name) => [name, textType]),
      table.columns.map((column) => columnRow(column, table.primaryKey)),
    );
  });
}

function columnRow(column: Column, primaryKey: readonly string[]): readonly (string | null)[] {
  const { name, type, nullable, comment } = column;
  return [
    name,
    typeName(type),
    "COLUMN",
    nullable ? "Y" : "N",
    column.default?.text ?? null,
    primaryKey.includes(name) ? "Y" : "N",
    "N",
    null,
    null,
    comment,
    null,
  ];
}

/** Reads DESCRIBE STAGE. */
export function parseDescribeStage(cursor: Cursor): Command {
  const parts = cursor.dottedName();
  return metadata(async ({ session }) => {
    const columns = ["parent_property", "property", "property_type", "property_value", "property_default"];
    return rowsAnswer(
      statementTypes.session,
      columns.map((name) => [name, textType]),
      stageRows(session.names.stage(parts)),
    );
  });
}

function stageRows({ encryption, url }: Stage): readonly (readonly string[])[] {
  return [
    ["STAGE_FILE_FORMAT", "TYPE", "String", "CSV", "CSV"],
    ["STAGE_COPY_OPTIONS", "ON_ERROR", "String", "ABORT_STATEMENT", "ABORT_STATEMENT"],
    ["STAGE_LOCATION", "URL", "String", url ?? "", ""],
    ["STAGE_ENCRYPTION", "TYPE", "String", encryption, "SNOWFLAKE_FULL"],
  ];
}
