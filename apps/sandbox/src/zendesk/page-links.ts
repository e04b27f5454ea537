/** Where a link to another page leads from: the stand-in's address and the path asked for. */
export interface PageSource {
  readonly origin: string;
  /** The path without `.json`. */
  readonly path: string;
  /** What links carry after the path. @default ".json" */
  readonly suffix?: string;
  readonly query: URLSearchParams;
}

/** A link to the same path with some parameters changed; null removes one. Parameters are sorted by name. */
export function pageLink(source: PageSource, changes: Readonly<Record<string, string | null>>): string {
  const query = new URLSearchParams(source.query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) query.delete(name);
    else query.set(name, value);
  }
  query.sort();
  const { suffix = ".json" } = source;
  return `${source.origin}${source.path}${suffix}${query.size === 0 ? "" : `?${query.toString()}`}`;
}
