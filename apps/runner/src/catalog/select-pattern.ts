/** A rule of `select` or `select_filter`, taken apart. */
export interface SelectPattern {
  /** As it was written. */
  readonly text: string;
  readonly excludes: boolean;
  /** A pattern for `tap_stream_id`. */
  readonly stream: string;
  /** A pattern for properties, with dots between the levels; empty for a rule of a whole stream. */
  readonly property: string;
}

/**
 * Takes a rule such as `!users.address.city` apart: at the first dot that has no backslash before it.
 * In the stream's name `\.` is a dot that belongs to the name; behind it a backslash is a character like any
 * other, as Meltano has it.
 *
 * @example
 * ```ts
 * selectPattern("!a.b.c"); // { text: "!a.b.c", excludes: true, stream: "a", property: "b.c" }
 * ```
 */
export function selectPattern(text: string): SelectPattern {
  const excludes = text.startsWith("!");
  const rule = excludes ? text.slice(1) : text;
  const dot = rule.search(/(?<!\\)\./);
  const stream = (dot === -1 ? rule : rule.slice(0, dot)).replaceAll("\\.", ".");
  return { text, excludes, stream, property: dot === -1 ? "" : rule.slice(dot + 1) };
}

/** Writes names, or patterns of names, as the breadcrumb that metadata has: `properties.a.properties.b`. */
export function breadcrumbText(names: readonly string[]): string {
  return names.map((name) => `properties.${name}`).join(".");
}
