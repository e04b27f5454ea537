import type { RawCatalog } from "../catalog/raw-catalog.ts";
import { type ListedProperty, listProperties } from "../catalog/selection-kinds.ts";
import { safeText } from "./safe-text.ts";

/** A tap's selection, as `select` shows it. */
export interface SelectionList {
  readonly catalog: RawCatalog;
  /** The rules of `select`. */
  readonly patterns: readonly string[];
  /** Whether what is not read is listed, too. */
  readonly all: boolean;
}

const kinds = ["selected", "excluded", "automatic", "unsupported"] as const;
const kindWidth = Math.max(...kinds.map((kind) => kind.length));

/** Writes a selection for people, as Meltano does. */
export function selectionText(list: SelectionList): string {
  const lines = [
    "Legend:",
    ...kinds.map((kind) => `\t${kind}`),
    "",
    "Enabled patterns:",
    ...list.patterns.map((pattern) => `\t${safeText(pattern)}`),
    "",
    "Selected properties:",
    ...shownOf(list).map(({ stream, property, selection }) => {
      return `\t[${selection.padEnd(kindWidth)}] ${safeText(`${stream}.${property}`)}`;
    }),
  ];
  return `${lines.join("\n")}\n`;
}

/** Writes a selection for programs, as Meltano does. */
export function selectionJson(list: SelectionList): string {
  return `${JSON.stringify({ enabled_patterns: list.patterns, streams: shownOf(list) }, null, 2)}\n`;
}

function shownOf({ catalog, all }: SelectionList): readonly ListedProperty[] {
  const listed = listProperties(catalog);
  return all
    ? listed
    : listed.filter(({ selection }) => selection === "selected" || selection === "automatic");
}
