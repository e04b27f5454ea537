/** Answers what is wrong with a rule of `select` or `select_filter`; undefined when it can be one. */
export function ruleProblem(rule: string): string | undefined {
  if (rule.trim() === "") return "it is empty";
  if (rule !== rule.trim()) return "it begins or ends with a space";
  const pattern = rule.startsWith("!") ? rule.slice(1) : rule;
  if (pattern === "") return 'nothing stands behind the "!"';
  if (pattern.startsWith("!")) return 'it has two "!"';
  const parts = pattern.split(/(?<!\\)\./);
  if (parts[0] === "") return "it has no stream in front of its dot";
  if (parts.includes("")) return "it has a dot with nothing behind it";
  if (hasOpenBracket(pattern)) return 'its "[" is never closed, and so taken for itself';
  return undefined;
}

/** A bracket that stands first within brackets is a member of them. */
function hasOpenBracket(pattern: string): boolean {
  for (let open = pattern.indexOf("["); open !== -1; ) {
    const first = pattern[open + 1] === "!" ? open + 2 : open + 1;
    const close = pattern.indexOf("]", first + 1);
    if (close === -1) return true;
    open = pattern.indexOf("[", close);
  }
  return false;
}
