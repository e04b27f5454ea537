import type { Cursor } from "../parsing/cursor.ts";
import { problems } from "../problems.ts";

/** What follows the columns of CREATE TABLE. */
export interface TableOptions {
  readonly comment: string;
  readonly retentionDays: number;
}

/** Reads the options of CREATE TABLE. Those about clustering, change tracking and evolution have no effect here. */
export function parseTableOptions(cursor: Cursor): TableOptions {
  let options: TableOptions = { comment: "", retentionDays: 1 };
  for (let more = parseOption(cursor); more !== undefined; more = parseOption(cursor)) {
    options = { ...options, ...more };
  }
  return options;
}

function parseOption(cursor: Cursor): Partial<TableOptions> | undefined {
  if (cursor.takes("COMMENT")) {
    cursor.takesOperator("=");
    return { comment: cursor.text() };
  }
  if (cursor.takes("DATA_RETENTION_TIME_IN_DAYS")) {
    cursor.expectOperator("=");
    return { retentionDays: retentionDays(cursor.wholeNumber()) };
  }
  if (cursor.takes("CLUSTER", "BY")) {
    cursor.parenthesised();
    return {};
  }
  return parseSwitch(cursor);
}

/** Refuses days that Snowflake's Time Travel does not go back. */
export function retentionDays(days: number): number {
  if (days > 90) throw problems.invalidValue(String(days), "DATA_RETENTION_TIME_IN_DAYS");
  return days;
}

function parseSwitch(cursor: Cursor): Partial<TableOptions> | undefined {
  const name = cursor.takesOneOf("ENABLE_SCHEMA_EVOLUTION", "CHANGE_TRACKING");
  if (name === undefined) return undefined;
  cursor.expectOperator("=");
  if (cursor.takesOneOf("TRUE", "FALSE") === undefined) throw cursor.unexpected();
  return {};
}
