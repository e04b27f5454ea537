import { didYouMean } from "./near-names.ts";
import type { Expectation } from "./tree-values.ts";
import type { MapNode } from "./yaml-tree.ts";

/** Warns of keys that nothing reads when they look like one that is read; others are left alone. */
export function warnOfNearKeys(
  map: MapNode,
  { known, where, problems }: Expectation & { known: Iterable<string> },
): void {
  const names = new Set(known);
  for (const [key, { keyPlace }] of map.entries) {
    if (names.has(key)) continue;
    const suggestion = didYouMean(key, names);
    if (suggestion !== undefined)
      problems.warn(`${where}: nothing reads the key ${key}.`, { place: keyPlace, suggestion });
  }
}
