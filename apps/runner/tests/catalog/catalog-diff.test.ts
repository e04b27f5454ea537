import { describe, expect, it } from "vitest";
import { catalogChanges } from "../../src/catalog/catalog-diff.ts";
import type { RawCatalog } from "../../src/catalog/raw-catalog.ts";

function catalog(streams: Record<string, unknown>): RawCatalog {
  return {
    streams: Object.entries(streams).map(([stream, properties]) => ({ stream, schema: { properties } })),
  };
}

describe("catalogChanges", () => {
  it.each([
    { name: "nothing", before: { a: { x: {} } }, after: { a: { x: { type: "string" } } }, expected: [] },
    {
      name: "streams",
      before: { a: { x: {} }, b: {} },
      after: { a: { x: {} }, c: { y: {} } },
      expected: ["new streams: c", "streams that are gone: b"],
    },
    {
      name: "columns, also nested",
      before: { a: { x: { properties: { old: {} } }, gone: {} } },
      after: { a: { x: { properties: { new: {} } }, y: {} } },
      expected: ["new columns: a.x.new, a.y", "columns that are gone: a.x.old, a.gone"],
    },
    {
      name: "a flood, ten by name",
      before: { a: {} },
      after: { a: Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`c${index}`, {}])) },
      expected: ["new columns: a.c0, a.c1, a.c2, a.c3, a.c4, a.c5, a.c6, a.c7, a.c8, a.c9 and 15 more"],
    },
  ])("says of $name", ({ before, after, expected }) => {
    expect(catalogChanges(catalog(before), catalog(after))).toEqual(expected);
  });
});
