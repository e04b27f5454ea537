import type { Cursor } from "../parsing/cursor.ts";
import type { SessionState } from "../sessions/session-state.ts";
import type { SqlType } from "../values/types.ts";
import { rowsAnswer } from "./answers.ts";
import { type Command, metadata, statementTypes } from "./command.ts";
import { showLists } from "./show-lists.ts";

/** What a SHOW is asked. */
export interface Shown {
  readonly session: SessionState;
  /** What IN names: a kind and a name's parts; null where IN is missing. */
  readonly place: ShowPlace | null;
}

/** Where a SHOW looks. */
export interface ShowPlace {
  readonly kind: "ACCOUNT" | "DATABASE" | "SCHEMA" | "TABLE";
  readonly parts: readonly string[];
}

/** A list that SHOW answers. */
export interface ShowList {
  readonly words: readonly string[];
  /** Snowflake's columns; LIKE looks at the one that is named by `like`. */
  readonly columns: readonly (readonly [name: string, type: SqlType])[];
  readonly like: string;
  rows(shown: Shown): readonly (readonly (string | null)[])[];
}

/** Reads SHOW, whose word is taken. */
export function parseShow(cursor: Cursor): Command {
  cursor.takes("TERSE");
  const list = showLists.find(({ words }) => cursor.takes(...words));
  if (list === undefined) throw cursor.unexpected();
  const pattern = cursor.takes("LIKE") ? likePattern(cursor.text()) : null;
  const place = parsePlace(cursor);
  const startsWith = cursor.takes("STARTS", "WITH") ? cursor.text() : "";
  const limit = cursor.takes("LIMIT") ? cursor.wholeNumber() : Number.POSITIVE_INFINITY;
  const nameAt = list.columns.findIndex(([name]) => name === list.like);
  return metadata(async ({ session }) => {
    const rows = list.rows({ session, place }).filter((row) => {
      const name = row[nameAt] ?? "";
      return (pattern === null || pattern.test(name)) && name.startsWith(startsWith);
    });
    return rowsAnswer(statementTypes.session, list.columns, rows.slice(0, limit));
  });
}

function parsePlace(cursor: Cursor): ShowPlace | null {
  if (cursor.takesOneOf("IN", "FOR") === undefined) return null;
  if (cursor.takesOneOf("ACCOUNT", "SESSION") !== undefined) return { kind: "ACCOUNT", parts: [] };
  if (cursor.takes("DATABASE"))
    return { kind: "DATABASE", parts: cursor.isAtEnd ? [] : cursor.dottedName(1) };
  if (cursor.takes("SCHEMA")) return { kind: "SCHEMA", parts: cursor.isAtEnd ? [] : cursor.dottedName(2) };
  if (cursor.takes("TABLE")) return { kind: "TABLE", parts: cursor.dottedName() };
  return { kind: "SCHEMA", parts: cursor.dottedName(2) };
}

/** Makes the pattern of SHOW … LIKE, which does not look at case. */
function likePattern(text: string): RegExp {
  const source = text.replaceAll(/\\(.)|[.*+?^${}()|[\]\\]|%|_/gsu, (found, escaped?: string) => {
    if (escaped !== undefined) return escaped.replaceAll(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`);
    if (found === "%") return ".*";
    return found === "_" ? "." : `\\${found}`;
  });
  return new RegExp(`^${source}$`, "isu");
}
