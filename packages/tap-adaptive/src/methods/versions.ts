import { named } from "../wire/element-reader.ts";
import { flag, key, placeOf, text, treeColumns } from "./columns.ts";
import type { Method } from "./method.ts";

/** The tree of versions, which tells `data` what to export. */
export const versions: Method = {
  stream: "versions",
  method: "exportVersions",
  keys: ["id"],
  elements: named("version"),
  columns: {
    id: key,
    name: text,
    short_name: text,
    type: text,
    description: text,
    is_virtual: flag,
    is_default_version: flag,
    is_locked: flag,
    has_audit_trail: flag,
    is_predictive: flag,
    is_importable: flag,
    enabled_for_workflow: flag,
    start_ver: text,
    end_ver: text,
    start_scroll: text,
    completed_values_thru: text,
    left_scroll: text,
    start_plan: text,
    end_plan: text,
    lock_leading: text,
    currency: text,
    ...treeColumns,
  },
  derived: (found) => placeOf(found, "version"),
};
