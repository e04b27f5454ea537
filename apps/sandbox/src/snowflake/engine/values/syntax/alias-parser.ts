import { isReserved } from "../../parsing/reserved-words.ts";
import type { SyntaxCursor } from "./syntax-cursor.ts";

/** Words that follow an item or a table, though they may be names. */
const followers = new Set([
  "LIMIT",
  "OFFSET",
  "FETCH",
  "EXCEPT",
  "UNION",
  "INTERSECT",
  "MINUS",
  "ASC",
  "DESC",
]);

/** Reads the name after an item or a table, with AS or without. */
export function parseAlias(cursor: SyntaxCursor): string | undefined {
  if (cursor.takes("AS")) return cursor.name();
  const token = cursor.peek();
  if (token?.kind === "quoted") return cursor.name();
  const isWord = token?.kind === "word" && !followers.has(token.value) && !isReserved(token.value);
  return isWord ? cursor.name() : undefined;
}
