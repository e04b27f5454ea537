import { safeText } from "./safe-text.ts";
import { pad, widthOf } from "./text-width.ts";

/** A number, with or without a unit: `1,234`, `4.5 MB`, `2 min 5 s`. */
const quantity = /^\d[\d,.]*(?: [^\d\s]{1,3}(?: \d+ [^\d\s]{1,3})?)?$/u;

/**
 * Writes rows as an aligned table that is Markdown, too: the first row is the head. Columns of nothing but
 * quantities and empty cells stand on the right. Empty for no rows.
 *
 * @example
 * ```ts
 * textTable([["stream", "records"], ["users", "12"]]);
 * // | stream | records |
 * // | ------ | ------: |
 * // | users  |      12 |
 * ```
 */
export function textTable(rows: readonly (readonly string[])[]): string {
  const [head, ...body] = rows.map((row) => row.map((cell) => safeText(cell).replaceAll("|", "\\|")));
  if (head === undefined) return "";
  const columns = head.map((title, index) => {
    const cells = body.map((row) => row[index] ?? "");
    const right =
      cells.some((cell) => cell !== "") && cells.every((cell) => cell === "" || quantity.test(cell));
    return { width: Math.max(3, widthOf(title), ...cells.map(widthOf)), right };
  });
  const line = (row: readonly string[]) =>
    `| ${columns.map((column, index) => pad(row[index] ?? "", column)).join(" | ")} |`;
  const rule = columns.map(({ width, right }) => `${"-".repeat(width - 1)}${right ? ":" : "-"}`);
  return [line(head), `| ${rule.join(" | ")} |`, ...body.map(line), ""].join("\n");
}
