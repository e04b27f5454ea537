import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { childLayout } from "../../src/zendesk/generated/child-layout.ts";
import { digits, ulid, uuid } from "../../src/zendesk/generated/id-forms.ts";

const sizes = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 8 });

describe("children", () => {
  it("belong to the parent whose range they are in, each to one", () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 0, max: 60 }), (perParent, parents) => {
        const layout = childLayout(perParent, parents);
        const places = Array.from({ length: layout.total }, (_, rank) => layout.placeOf(rank));
        const expected = Array.from({ length: parents }, (_, parentRank) => parentRank).flatMap(
          (parentRank) => {
            const { first, count } = layout.rangeOf(parentRank);
            expect(count).toBe(perParent[parentRank % perParent.length]);
            return Array.from({ length: count }, (_child, index) => ({
              rank: first + index,
              parentRank,
              index,
            }));
          },
        );
        expect(places.map((place, rank) => ({ rank, ...place }))).toEqual(expected);
      }),
    );
  });

  it.each([-1, 3, 1.5, Number.NaN])("of a parent at %s are none", (parentRank) => {
    expect(childLayout([2, 1], 3).rangeOf(parentRank).count).toBe(0);
  });
});

describe.each([
  ["uuid", uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/u],
  ["ulid", ulid, /^[0-9A-HJKMNP-TV-Z]{26}$/u],
  ["digits", digits, /^\d+$/u],
] as const)("an id as %s", (_, form, pattern) => {
  it("is read as the number that it was made of", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 47 }), (id) => {
        expect(form.show(id)).toMatch(pattern);
        expect(form.read(form.show(id))).toBe(id);
      }),
    );
  });

  it.each(["", "x", "../..", "7 ", "-7"])("is not %j", (text) => {
    expect(form.read(text)).toBeUndefined();
  });
});
