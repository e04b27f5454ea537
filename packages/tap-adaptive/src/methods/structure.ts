import { inside, named } from "../wire/element-reader.ts";
import { element } from "../wire/xml.ts";
import {
  flag,
  idOf,
  json,
  key,
  list,
  listIn,
  placeOf,
  text,
  textKey,
  treeColumns,
  whole,
} from "./columns.ts";
import type { Method, MethodContext } from "./method.ts";

/** Says `true` where somebody wants the column, and leaves the attribute out where nobody does. */
function wanted({ selects }: MethodContext, stream: string, column: string): "true" | undefined {
  return selects(stream, column) ? "true" : undefined;
}

const accounts: Method = {
  stream: "accounts",
  method: "exportAccounts",
  keys: ["id"],
  elements: named("account"),
  columns: {
    id: key,
    code: text,
    name: text,
    display_name: text,
    short_name: text,
    description: text,
    account_type_code: text,
    time_stratum: text,
    display_as: text,
    decimal_precision: whole,
    exchange_rate_type: text,
    balance_type: text,
    data_entry_type: text,
    plan_by: text,
    actuals_by: text,
    time_rollup: text,
    time_weight_acct_id: text,
    level_dim_rollup: text,
    level_dim_weight_acct_id: text,
    rollup_text: text,
    data_privacy: text,
    sub_type: text,
    formula: text,
    owning_sheet_id: text,
    is_assumption: flag,
    suppress_zeroes: flag,
    is_default_root: flag,
    is_linked: flag,
    is_system: flag,
    is_intercompany: flag,
    is_importable: flag,
    start_expanded: flag,
    has_salary_detail: flag,
    is_breakback_eligible: flag,
    enable_actuals: flag,
    is_group: flag,
    has_formula: flag,
    attributes: list,
    parent_code: text,
    ...treeColumns,
  },
  derived: (found) => ({
    ...placeOf(found, "account"),
    parent_code: found.ancestors.findLast(({ name }) => name === "account")?.attributes["code"] ?? null,
    attributes: listIn(found, "attributes") ?? [],
  }),
  request: (context) => [element("include", { attributes: wanted(context, "accounts", "attributes") })],
};

const levels: Method = {
  stream: "levels",
  method: "exportLevels",
  keys: ["id"],
  elements: named("level"),
  columns: {
    id: key,
    code: text,
    name: text,
    display_name: text,
    short_name: text,
    description: text,
    currency: text,
    publish_currency: text,
    available_start: text,
    available_end: text,
    is_importable: flag,
    is_important: flag,
    workflow_status: text,
    is_elimination: flag,
    is_linked: flag,
    has_children: flag,
    group_ids: text,
    attributes: list,
    ...treeColumns,
  },
  derived: (found) => ({ ...placeOf(found, "level"), attributes: listIn(found, "attributes") ?? [] }),
  request: (context) => [element("include", { groups: wanted(context, "levels", "group_ids") })],
};

const dimensions: Method = {
  stream: "dimensions",
  method: "exportDimensions",
  keys: ["id"],
  elements: { ...named("dimension"), ignored: new Set(["dimensionValue"]) },
  columns: {
    id: key,
    name: text,
    code: text,
    display_name_type: text,
    short_name: text,
    description: text,
    auto_create: flag,
    list_dimension: flag,
    keep_sorted: flag,
    use_on_levels: flag,
    seq_no: whole,
  },
  request: () => [element("include", { dimensionValues: "false" })],
};

const dimensionValues: Method = {
  stream: "dimension_values",
  method: "exportDimensions",
  keys: ["dimension_id", "id"],
  elements: named("dimensionValue"),
  columns: {
    dimension_id: key,
    id: key,
    code: text,
    name: text,
    display_name: text,
    short_name: text,
    description: text,
    attributes: list,
    properties: list,
    ...treeColumns,
  },
  derived: (found) => ({
    ...placeOf(found, "dimensionValue"),
    dimension_id: idOf(found.ancestors.findLast(({ name }) => name === "dimension")),
    attributes: listIn(found, "attributes") ?? [],
    properties: listIn(found, "properties") ?? [],
  }),
  request: (context) => [
    element("include", {
      dimensionValues: "true",
      attributes: wanted(context, "dimension_values", "attributes"),
    }),
  ],
};

const attributes: Method = {
  stream: "attributes",
  method: "exportAttributes",
  keys: ["id"],
  elements: { ...named("attribute"), ignored: new Set(["attributeValue"]) },
  columns: {
    id: key,
    name: text,
    display_name_type: text,
    type: text,
    dimension_id: whole,
    auto_create: flag,
    keep_sorted: flag,
    seq_no: whole,
  },
};

const attributeValues: Method = {
  stream: "attribute_values",
  method: "exportAttributes",
  keys: ["attribute_id", "id"],
  elements: named("attributeValue"),
  columns: {
    attribute_id: key,
    id: key,
    code: text,
    name: text,
    display_name: text,
    description: text,
    ...treeColumns,
  },
  derived: (found) => ({
    ...placeOf(found, "attributeValue"),
    attribute_id: idOf(found.ancestors.findLast(({ name }) => name === "attribute")),
  }),
};

const dimensionFamilies: Method = {
  stream: "dimension_families",
  method: "exportDimensionFamilies",
  keys: ["id"],
  elements: inside("families"),
  columns: { id: key, name: text, accounts: text, dimensions: text },
};

const dimensionMapping: Method = {
  stream: "dimension_mapping",
  method: "exportDimensionMapping",
  keys: ["version_id", "dimension_id", "mapping_criterion_id", "criteria_dimension", "value"],
  elements: named("mappingCriterion"),
  columns: {
    version_id: textKey,
    version: text,
    dimension_id: textKey,
    dimension: text,
    mapping_criterion_id: textKey,
    criteria_dimension: textKey,
    type: text,
    value: textKey,
    map_to: text,
    criterion: json,
  },
  aliases: { id: "mapping_criterion_id" },
  isOptional: true,
  request: () => [element("version", { isDefault: "true" })],
  derived: ({ children, ancestors, before }) => {
    const { id: version = "", name } = before.get("version")?.attributes ?? {};
    const dimension = ancestors.findLast((each) => each.name === "dimension")?.attributes ?? {};
    const target = children.find((child) => child.name === "mapTo")?.attributes ?? {};
    return children
      .filter((child) => child.name === "dimension")
      .map((criterion) => ({
        version_id: version,
        version: name ?? null,
        dimension_id: dimension["id"] ?? dimension["name"] ?? "",
        dimension: dimension["name"] ?? null,
        map_to: target["dimensionValueId"] ?? target["dimensionValue"] ?? null,
        criteria_dimension: criterion.attributes["id"] ?? criterion.attributes["name"] ?? "",
        type: criterion.attributes["type"] ?? null,
        value:
          criterion.attributes["valueId"] ??
          criterion.attributes["value"] ??
          criterion.children.map((each) => each.attributes["name"] ?? "").join(", "),
        criterion: criterion.attributes,
      }));
  },
};

/** The methods that tell how an instance is built. */
export const structure: readonly Method[] = [
  accounts,
  levels,
  dimensions,
  dimensionValues,
  attributes,
  attributeValues,
  dimensionFamilies,
  dimensionMapping,
];
