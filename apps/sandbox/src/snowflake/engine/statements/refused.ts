import type { Cursor } from "../parsing/cursor.ts";
import { problems } from "../problems.ts";
import type { StatementForm } from "./command.ts";

/** Statements of Snowflake that the stand-in does not have: it says so, so that nobody looks for a typing error. */
export const refusedForms: readonly StatementForm[] = [
  ["UNDROP"],
  ["EXPLAIN"],
  ["CALL"],
  ["EXECUTE", "IMMEDIATE"],
  ["EXECUTE", "TASK"],
  ["GET"],
  ["DECLARE"],
].map((words) => ({
  words,
  parse: (_cursor: Cursor) => {
    throw problems.unsupported(words.join(" "));
  },
}));
