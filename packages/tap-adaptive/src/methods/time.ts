import { named } from "../wire/element-reader.ts";
import { flag, key, placeOf, text, treeColumns, whole } from "./columns.ts";
import type { Method } from "./method.ts";

const timePeriods: Method = {
  stream: "time_periods",
  method: "exportTime",
  keys: ["id"],
  elements: named("period"),
  columns: {
    id: key,
    code: text,
    label: text,
    short_name: text,
    stratum_id: whole,
    timeslot: whole,
    encoded_time_period: text,
    start: text,
    end: text,
    legacy_report_time_id: text,
    legacy_sheet_time_id: text,
    ...treeColumns,
  },
  derived: (found) => placeOf(found, "period"),
};

const timeStrata: Method = {
  stream: "time_strata",
  method: "exportTime",
  keys: ["id"],
  elements: named("stratum"),
  columns: {
    id: key,
    code: text,
    label: text,
    short_name: text,
    in_use: flag,
    is_default: flag,
    ...treeColumns,
  },
  derived: (found) => placeOf(found, "stratum"),
};

/** The methods that tell of time. */
export const time: readonly Method[] = [timePeriods, timeStrata];
