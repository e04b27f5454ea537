import { stripVTControlCharacters } from "node:util";

/**
 * Makes a text from outside harmless for a terminal: escape sequences are taken out, line breaks and tabs become
 * spaces, and what is left of control characters, or turns the direction of writing, becomes U+FFFD.
 *
 * @example
 * ```ts
 * safeText("\u001b[31musers\u001b[0m\n"); // "users "
 * ```
 */
export function safeText(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  return stripVTControlCharacters(text.toWellFormed())
    .replaceAll(/[\t\n\r\u2028\u2029]/g, " ")
    .replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, "\uFFFD");
}

/** No name of a stream is shown with more characters: one may consist of marks that take no room. */
const maxNameCharacters = 200;

/** Makes a name harmless for a terminal and for a table. */
export function safeName(name: string): string {
  const safe = safeText(name.length > maxNameCharacters ? `${name.slice(0, maxNameCharacters)}…` : name);
  return safe === "" ? "(no name)" : safe;
}
