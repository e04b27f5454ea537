import { internalError } from "./problem.ts";

/**
 * Answers the name under which DuckDB keeps an object: one name for each exact name, and no two of them alike
 * without regard to case.
 *
 * A lower-case letter becomes `^` and its capital; what is neither a capital, a digit, `_` nor `$` becomes its
 * code unit in braces.
 */
export function physicalName(name: string): string {
  return name.replace(/[^A-Z0-9_$]/g, (character) =>
    /[a-z]/.test(character)
      ? `^${character.toUpperCase()}`
      : `^{${character.charCodeAt(0).toString(16).toUpperCase()}}`,
  );
}

/** Answers the exact name that a name in DuckDB stands for. Throws for a name that stands for none. */
export function logicalName(physical: string): string {
  return physical.replace(/\^(?:([A-Z])|\{([0-9A-F]+)\}|)/g, (text, letter?: string, code?: string) => {
    if (letter !== undefined) return letter.toLowerCase();
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    throw internalError(`the name ${physical} is not encoded: ${text}`);
  });
}

/** Quotes a physical name for DuckDB. */
export function quoted(physical: string): string {
  return `"${physical.replaceAll('"', '""')}"`;
}

/** Writes a text as a literal of DuckDB. */
export function textLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
