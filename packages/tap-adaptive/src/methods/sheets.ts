import { element } from "../wire/xml.ts";
import { flag, json, jsonIn, key, text, whole } from "./columns.ts";
import { type Method, type MethodCall, type MethodContext, readMethod } from "./method.ts";
import { modeledSheetElements, sheets } from "./organization.ts";

/** What calls need to know of a sheet. */
export interface Sheet {
  readonly id: number;
  readonly name: string;
  readonly kind: string;
}

/** Asks which sheets there are. */
export async function sheetsOf(
  context: MethodContext,
  { stream, kinds }: { stream: string; kinds: readonly string[] },
): Promise<readonly Sheet[]> {
  const found: Sheet[] = [];
  for await (const { id, name, sheet_type: kind } of readMethod(context, { method: sheets, stream })) {
    const isKnown = typeof id === "number" && typeof name === "string" && typeof kind === "string";
    if (isKnown && kinds.includes(kind)) found.push({ id, name, kind });
  }
  return found;
}

function callFor({ name }: Sheet, ...elements: MethodCall["elements"]): MethodCall {
  return { about: `sheet ${JSON.stringify(name)}`, elements };
}

const sheetDefinition: Method = {
  stream: "sheet_definition",
  method: "exportSheetDefinition",
  keys: ["id"],
  elements: sheets.elements,
  columns: {
    id: key,
    sheet_type: text,
    name: text,
    prefix: text,
    description: text,
    available_in_actuals: flag,
    allow_splits: flag,
    split_column_title: text,
    strata_id: text,
    columns: json,
  },
  derived: (found) => ({ sheet_type: found.name, columns: jsonIn(found, "columns") ?? [] }),
  calls: async (context) => {
    const found = await sheetsOf(context, {
      stream: "sheet_definition",
      kinds: ["modeled-sheet", "cube-sheet"],
    });
    return found.map((sheet) => callFor(sheet, element(sheet.kind, { id: sheet.id })));
  },
};

const modeledSheet: Method = {
  stream: "modeled_sheet",
  method: "exportModeledSheet",
  keys: ["id"],
  elements: modeledSheetElements,
  columns: {
    id: key,
    code: text,
    prefix: text,
    description: text,
    state: text,
    revision: text,
    is_global: flag,
    strata_code: text,
    strata_id: text,
    selected_plan_ids: text,
    frozen_column_count: whole,
    has_salary_detail: flag,
    allow_actuals: flag,
    allow_allocation: flag,
    allow_edits_in_rollup_mode: flag,
    breakback_pattern: text,
    columns: json,
    calculated_accounts: json,
    assumptions: json,
  },
  derived: (found) => ({
    columns: jsonIn(found, "Columns") ?? [],
    calculated_accounts: jsonIn(found, "CalculatedAccounts") ?? [],
    assumptions: jsonIn(found, "Assumptions") ?? [],
  }),
  calls: async (context) => {
    const found = await sheetsOf(context, { stream: "modeled_sheet", kinds: ["modeled-sheet"] });
    return found.map((sheet) => callFor(sheet, element("exportModel", { sheetToExport: sheet.name })));
  },
};

/** The methods that tell of sheets. */
export const sheetMethods: readonly Method[] = [sheets, sheetDefinition, modeledSheet];
