import { isObject } from "@chorale/singer";
import { type RawCatalog, streamIdOf, walkProperties } from "./raw-catalog.ts";

/** So many names are written out. */
const maxNames = 10;

/**
 * Says how a tap's streams and columns differ from those of the time before: a line each for what is new and
 * what is gone, with at most ten names. Empty when nothing changed.
 */
export function catalogChanges(before: RawCatalog, after: RawCatalog): readonly string[] {
  const old = propertiesByStream(before);
  const current = propertiesByStream(after);
  const newStreams = [...current.keys()].filter((id) => !old.has(id));
  const goneStreams = [...old.keys()].filter((id) => !current.has(id));
  const both = [...current.keys()].filter((id) => old.has(id));
  const added = (from: typeof old, to: typeof old) =>
    both.flatMap((id) =>
      [...(to.get(id) ?? [])].filter((name) => !from.get(id)?.has(name)).map((name) => `${id}.${name}`),
    );
  return [
    line("new streams", newStreams),
    line("streams that are gone", goneStreams),
    line("new columns", added(old, current)),
    line("columns that are gone", added(current, old)),
  ].filter((text) => text !== "");
}

function line(what: string, names: readonly string[]): string {
  if (names.length === 0) return "";
  const more = names.length > maxNames ? ` and ${names.length - maxNames} more` : "";
  return `${what}: ${names.slice(0, maxNames).join(", ")}${more}`;
}

function propertiesByStream(catalog: RawCatalog): ReadonlyMap<string, ReadonlySet<string>> {
  const known = new Map<string, ReadonlySet<string>>();
  for (const stream of catalog.streams) {
    const id = streamIdOf(stream);
    if (id === undefined || !isObject(stream)) continue;
    const names = new Set<string>();
    walkProperties(stream["schema"], (breadcrumb) => {
      names.add(breadcrumb.filter((_name, index) => index % 2 === 1).join("."));
      return true;
    });
    known.set(id, names);
  }
  return known;
}
