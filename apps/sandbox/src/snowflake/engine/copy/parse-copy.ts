import { takeStage, type WrittenStage } from "../catalogue/stage-names.ts";
import type { Cursor, NameParts } from "../parsing/cursor.ts";
import { problems } from "../problems.ts";
import type { Token } from "../values/tokens.ts";
import { type CopyOptions, parseCopyOptions } from "./copy-options.ts";
import { refuseUnsupported } from "./transform-functions.ts";

/** The SELECT of a COPY: expressions over a file's rows, and nothing else. */
export interface WrittenTransform {
  readonly items: readonly (readonly Token[])[];
  readonly alias: string | null;
}

/** A COPY INTO a table as it was written. */
export interface WrittenCopy {
  readonly into: NameParts;
  readonly columns: readonly string[] | null;
  readonly stage: WrittenStage;
  readonly transform: WrittenTransform | null;
  readonly options: CopyOptions;
}

/** Reads COPY INTO, whose words are taken. COPY into a stage is refused. */
export function readCopy(cursor: Cursor): WrittenCopy {
  if (cursor.peek()?.kind === "stage" || cursor.peek()?.kind === "string") {
    throw problems.unsupported("COPY INTO a location");
  }
  const into = cursor.dottedName();
  const columns = cursor.seesOperator("(") ? cursor.list(() => cursor.name()) : null;
  cursor.expect("FROM");
  const { stage, transform } = readSource(cursor);
  return { into, columns, stage, transform, options: parseCopyOptions(cursor) };
}

function readSource(cursor: Cursor): Pick<WrittenCopy, "stage" | "transform"> {
  if (!cursor.takesOperator("(")) return { stage: takeStage(cursor), transform: null };
  cursor.expect("SELECT");
  if (cursor.sees("DISTINCT")) throw notSimple();
  const items: (readonly Token[])[] = [];
  do items.push(withoutAlias(cursor.takeItem("FROM")));
  while (cursor.takesOperator(","));
  cursor.expect("FROM");
  const stage = takeStage(cursor);
  const alias = readAlias(cursor);
  if (!cursor.takesOperator(")")) throw notSimple();
  for (const item of items) refuseUnsupported(item);
  return { stage, transform: { items, alias } };
}

function readAlias(cursor: Cursor): string | null {
  if (cursor.takes("AS")) return cursor.name();
  const token = cursor.peek();
  const isClause =
    token?.kind === "word" &&
    ["JOIN", "WHERE", "LIMIT", "INNER", "LEFT", "CROSS", "QUALIFY", "ORDER", "GROUP"].includes(token.value);
  if (isClause) throw notSimple();
  return token?.kind === "word" || token?.kind === "quoted" ? cursor.name() : null;
}

function withoutAlias(item: readonly Token[]): readonly Token[] {
  const as = item.at(-2);
  return as?.kind === "word" && as.value === "AS" ? item.slice(0, -2) : item;
}

function notSimple(): Error {
  return problems.other(
    "002199",
    "0A000",
    "COPY statement only supports simple SELECT from stage statements for import.",
  );
}
