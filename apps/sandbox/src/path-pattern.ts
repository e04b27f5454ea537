/**
 * Tells whether a path fits a pattern in which `*` stands for any characters but `/`, and `**` for any at all.
 *
 * A trailing `.json` of the path is ignored unless the pattern spells it.
 */
export function matchesPath(pattern: string, path: string): boolean {
  const source = pattern
    .split(/(\*\*?)/u)
    .map((part) => {
      if (part === "**") return ".*";
      return part === "*" ? "[^/]*" : part.replace(/[.+?^${}()|[\]\\]/gu, "\\$&");
    })
    .join("");
  const expression = new RegExp(`^${source}$`, "u");
  return expression.test(path) || expression.test(path.replace(/\.json$/u, ""));
}
