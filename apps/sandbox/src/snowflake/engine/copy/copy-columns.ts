import type { StageFile } from "../../contract.ts";
import type { Column, Table } from "../catalogue/model.ts";
import { problems } from "../problems.ts";
import { defaultValue, insertColumns } from "../statements/insert.ts";
import { assignmentCast } from "../values/assignment.ts";
import { quoted, textLiteral } from "../values/names.ts";
import type { Relation, Scope } from "../values/relations.ts";
import { type Token, tokenize } from "../values/tokens.ts";
import { type TranslatedExpression, translateExpression } from "../values/translate.ts";
import {
  integerType,
  isSemiStructured,
  ltzType,
  physicalType,
  textType,
  typeName,
  variantType,
} from "../values/types.ts";
import type { ColumnMatch } from "./copy-options.ts";
import type { FileFormatOptions } from "./format-options.ts";
import type { WrittenCopy, WrittenTransform } from "./parse-copy.ts";
import { type FieldPath, PathFields } from "./path-fields.ts";
import { fieldColumn, stagedTable } from "./staged-table.ts";

/** How a COPY's rows become a table's. */
export interface CopyColumns {
  /** How many fields of a row are read. */
  readonly fieldCount: number;
  /** How many fields a row must have; null if any number will do. */
  readonly expectedFields: number | null;
  /** What the fields of a JSON document are. */
  readonly paths: readonly FieldPath[];
  /** The query of the table's rows over the staged ones, the table's columns by their ids. */
  query(files: readonly StageFile[], startedAt: Date): string;
}

/** Plans how staged rows become a table's. */
export function planColumns(options: {
  written: WrittenCopy;
  table: Table;
  format: FileFormatOptions;
  scope: Scope;
}): CopyColumns {
  const { written, table, format, scope } = options;
  const targets = insertColumns(table, written.columns);
  const { items, fields, paths } = readItems(written, targets, format);
  if (items.length !== targets.length) {
    throw problems.columnCount({ expected: targets.length, got: items.length });
  }
  const isPlainCsv = format.type === "CSV" && written.transform === null;
  return {
    fieldCount: fields.length,
    expectedFields: isPlainCsv && format.errorOnColumnCountMismatch ? targets.length : null,
    paths,
    query: (files, startedAt) => {
      const relation = stagedRelation({ written, format, fields, files, startedAt });
      const place = { scope: { ...scope, relations: [relation] }, truncates: written.options.truncates };
      const columns = table.columns.map((column) => {
        const item = items[targets.indexOf(column)];
        const value = item === undefined ? defaultValue(column) : loadedValue(column, item, place);
        return `${value} AS ${quoted(column.id)}`;
      });
      return `SELECT ${columns.join(", ")} FROM ${stagedTable}`;
    },
  };
}

interface ReadItems {
  readonly items: readonly (readonly Token[])[];
  /** The names of the staged fields. */
  readonly fields: readonly string[];
  readonly paths: readonly FieldPath[];
}

function readItems(
  { transform, options }: WrittenCopy,
  targets: readonly Column[],
  { type }: FileFormatOptions,
): ReadItems {
  if (type === "CSV") return csvItems(transform, targets, options.match);
  const taken = new PathFields();
  const items =
    transform === null
      ? matchedItems(taken, targets, options.match)
      : transform.items.map((item) => taken.take(item, transform.alias));
  return { items, fields: taken.names(), paths: taken.paths };
}

function csvItems(
  transform: WrittenTransform | null,
  targets: readonly Column[],
  match: ColumnMatch,
): ReadItems {
  if (match !== "NONE") throw problems.unsupported("MATCH_BY_COLUMN_NAME of CSV files");
  const items = transform?.items ?? targets.map((_, index) => tokenize(`$${index + 1}`));
  const count = Math.max(1, ...items.flat().map(position));
  return { items, fields: Array.from({ length: count }, (_, index) => `$${index + 1}`), paths: [] };
}

/** Answers the items of a COPY that has no SELECT: members by the columns' names, or the whole document. */
function matchedItems(
  taken: PathFields,
  targets: readonly Column[],
  match: ColumnMatch,
): readonly (readonly Token[])[] {
  if (match === "CASE_SENSITIVE") return targets.map(({ name }) => taken.field([name]));
  if (match === "CASE_INSENSITIVE") return targets.map(({ name }) => taken.field([{ anyCase: name }]));
  const [only, ...others] = targets;
  if (only === undefined || others.length > 0 || !isSemiStructured(only.type)) {
    throw problems.other(
      "002019",
      "0A000",
      "JSON file format can produce one and only one column of variant, object, or array type. Load data into separate columns using the MATCH_BY_COLUMN_NAME copy option or copy with transformation.",
    );
  }
  return [taken.take(tokenize("$1"), null)];
}

function position({ kind, text }: Token): number {
  return kind === "variable" && /^\$\d+$/u.test(text) ? Math.min(Number(text.slice(1)), 10_000) : 0;
}

function stagedRelation(staged: {
  written: WrittenCopy;
  format: FileFormatOptions;
  fields: readonly string[];
  files: readonly StageFile[];
  startedAt: Date;
}): Relation {
  const type = staged.format.type === "JSON" ? variantType : textType;
  const fields = staged.fields.map((name, index) => ({
    name,
    type,
    sql: `${stagedTable}.${fieldColumn(index)}`,
  }));
  const ofFile = (values: readonly string[], physical: string): string =>
    `CAST(([${values.join(", ")}])[${stagedTable}._file] AS ${physical})`;
  const moment = (date: Date): string => `${BigInt(date.getTime()) * 1_000_000n}`;
  const alias = staged.written.transform?.alias ?? null;
  const { files, startedAt } = staged;
  return {
    parts: alias === null ? [] : [alias],
    columns: [
      ...fields,
      {
        name: "METADATA$FILENAME",
        type: textType,
        sql: ofFile(
          files.map(({ path }) => textLiteral(path)),
          "VARCHAR",
        ),
      },
      {
        name: "METADATA$FILE_ROW_NUMBER",
        type: integerType,
        sql: `CAST(${stagedTable}._row AS ${physicalType(integerType)})`,
      },
      {
        name: "METADATA$FILE_CONTENT_KEY",
        type: textType,
        sql: ofFile(
          files.map(({ md5 }) => textLiteral(md5)),
          "VARCHAR",
        ),
      },
      {
        name: "METADATA$FILE_LAST_MODIFIED",
        type: { kind: "timestamp_ntz", scale: 9 },
        sql: ofFile(
          files.map(({ modifiedAt }) => moment(modifiedAt)),
          "HUGEINT",
        ),
      },
      { name: "METADATA$START_SCAN_TIME", type: ltzType, sql: `CAST(${moment(startedAt)} AS HUGEINT)` },
    ],
  };
}

/** Translates an item and casts it to its column: a load casts where INSERT would refuse the type. */
function loadedValue(
  column: Column,
  item: readonly Token[],
  { scope, truncates }: { scope: Scope; truncates: boolean },
): string {
  const { type: to, name } = column;
  const plain = translateExpression(item, scope);
  let value: TranslatedExpression = plain;
  if (plain.type.kind !== to.kind) {
    value = translateExpression(castTokens(item, to.kind === "varchar" ? "VARCHAR" : typeName(to)), scope);
  }
  if (truncates && to.kind === "varchar") {
    value = translateExpression(
      [...tokenize("LEFT("), ...castTokens(item, "VARCHAR"), ...tokenize(`, ${to.length})`)],
      scope,
    );
  }
  const { parameters } = scope;
  return assignmentCast(value.sql, { from: value.type, to, column: name, parameters });
}

function castTokens(item: readonly Token[], type: string): readonly Token[] {
  return [...tokenize("CAST("), ...item, ...tokenize(`AS ${type})`)];
}
