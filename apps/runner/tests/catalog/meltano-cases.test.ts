import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { applyCatalogRules } from "../../src/catalog/catalog-rules.ts";
import type { RawCatalog } from "../../src/catalog/raw-catalog.ts";
import { listProperties } from "../../src/catalog/selection-kinds.ts";

interface Case {
  catalog: RawCatalog;
  extras: {
    schema: Record<string, unknown>;
    select: string[];
    metadata: Record<string, unknown>;
    select_filter: string[];
  };
  answer: RawCatalog;
  listed: [stream: string, property: string, selection: string][] | null;
}

const path = new URL("fixtures/meltano-cases.json", import.meta.url);
const { about, cases }: { about: string; cases: Case[] } = JSON.parse(readFileSync(path, "utf8"));

function ruled({ catalog, extras: { select_filter: selectFilter, ...extras } }: Case): RawCatalog {
  return applyCatalogRules(catalog, { ...extras, selectFilter }).catalog;
}

describe(`what Meltano makes of a catalog (${about})`, () => {
  it.each(cases.map((each, index) => ({ each, name: `${index}: ${JSON.stringify(each.extras)}` })))(
    "is what the runner makes of it, to the order of the keys: $name",
    ({ each }) => {
      expect(JSON.stringify(ruled(each), null, 1)).toBe(JSON.stringify(each.answer, null, 1));
    },
  );

  it("is listed alike", () => {
    let compared = 0;
    for (const each of cases) {
      if (each.listed === null) continue;
      compared += 1;
      const listed = listProperties(ruled(each)).map(({ stream, property, selection }) => [
        stream,
        property,
        selection,
      ]);
      const texts = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).sort();
      expect(texts(listed)).toEqual(texts(each.listed));
    }
    expect(compared).toBeGreaterThan(100);
  });
});
