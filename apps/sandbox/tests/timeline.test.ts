import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashOf, seededRandom } from "../src/seeded-random.ts";
import {
  byCount,
  byCreation,
  byId,
  byName,
  comparePlaces,
  decodeCursor,
  encodeCursor,
} from "../src/zendesk/row-order.ts";
import { timeline } from "../src/zendesk/timeline.ts";

const layout = fc.record({
  seed: fc.integer({ min: 0, max: 1000 }),
  name: fc.constant("tickets"),
  count: fc.integer({ min: 0, max: 700 }),
  firstId: fc.integer({ min: 1, max: 2 ** 45 }),
  idStep: fc.integer({ min: 1, max: 300 }),
  endsAt: fc.constant(1_768_478_400),
  spanSeconds: fc.integer({ min: 0, max: 40_000_000 }),
});

describe("a timeline", () => {
  it("gives every row one id, one rank and one position", () => {
    fc.assert(
      fc.property(layout, (options) => {
        const rows = timeline(options);
        const ids = Array.from({ length: options.count }, (_, position) => rows.idAt(position));
        expect(new Set(ids).size).toBe(options.count);
        for (const [position, id] of ids.entries()) {
          expect(rows.positionOf(id)).toBe(position);
          expect(rows.positionOfRank(rows.rankFrom(id))).toBe(position);
          expect(id >= options.firstId && id <= rows.lastId).toBe(true);
          if (options.idStep > 1) expect(rows.positionOf(id + 1)).toBeUndefined();
        }
        expect(rows.positionOf(rows.lastId + options.idStep)).toBeUndefined();
        expect(rows.positionOf(options.firstId - options.idStep)).toBeUndefined();
      }),
    );
  });

  it("never goes back in time, ends on time, and rises by id within a second", () => {
    fc.assert(
      fc.property(layout, (options) => {
        const rows = timeline(options);
        for (let position = 1; position < options.count; position += 1) {
          const [earlier, later] = [rows.stampAt(position - 1), rows.stampAt(position)];
          expect(earlier <= later).toBe(true);
          if (earlier === later) expect(rows.idAt(position - 1) < rows.idAt(position)).toBe(true);
        }
        if (options.count > 0) expect(rows.stampAt(options.count - 1)).toBe(options.endsAt);
      }),
    );
  });
});

describe("cursors of lists", () => {
  const integer = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
  it.each([
    ["id", byId, fc.tuple(integer)],
    ["name,id", byName, fc.tuple(fc.string({ unit: "grapheme" }), integer)],
    ["created_at,id", byCreation, fc.tuple(integer, integer)],
    ["-score,id", byCount, fc.tuple(integer, integer)],
  ])("in order %s are read as they were written", (name, order, places) => {
    fc.assert(
      fc.property(places, (place) => {
        const cursor = encodeCursor(place, order);
        expect(decodeCursor(cursor, order)).toEqual(place);
        expect(decodeCursor(cursor.slice(0, -4), order)).toBeUndefined();
        expect(JSON.parse(atob(cursor))).toMatchObject({ o: name });
      }),
    );
  });

  it("are spelled as the vendor spells them", () => {
    const spelled = "eyJvIjoiaWQiLCJ2IjoiYVpwV2NuT1RCUUFBIn0=";
    expect(encodeCursor([6_130_855_204_506], byId)).toBe(spelled);
    expect(decodeCursor(spelled, byId)).toEqual([6_130_855_204_506]);
  });

  it("never make reading throw", () => {
    fc.assert(
      fc.property(fc.string(), fc.base64String(), (text, bytes) => {
        expect(decodeCursor(text, byName)).toBeUndefined();
        const forged = btoa(`{"o":"name,id","v":"${bytes}"}`);
        expect(() => decodeCursor(forged, byName)).not.toThrow();
      }),
    );
  });

  it("compare descending keys the other way round", () => {
    expect(Math.sign(comparePlaces([5, 1], [4, 1], byCount))).toBe(-1);
    expect(Math.sign(comparePlaces([5, 1], [5, 2], byCount))).toBe(-1);
    expect(comparePlaces([5, 1], [5, 1], byCount)).toBe(0);
  });
});

describe("seeded randomness", () => {
  it("repeats, differs by name, and stays in range", () => {
    const draw = (seed: number, name: string): number[] => {
      const random = seededRandom(seed, name);
      return Array.from({ length: 1000 }, () => random.below(10));
    };
    expect(draw(1, "a")).toEqual(draw(1, "a"));
    expect(draw(1, "a")).not.toEqual(draw(1, "b"));
    expect(draw(1, "a")).not.toEqual(draw(2, "a"));
    for (let digit = 0; digit < 10; digit += 1) {
      const share = draw(3, "c").filter((drawn) => drawn === digit).length;
      expect(share).toBeGreaterThan(60);
      expect(share).toBeLessThan(140);
    }
    expect(hashOf(1, "ab", "c")).not.toBe(hashOf(1, "a", "bc"));
  });

  it("picks null as readily as anything", () => {
    const random = seededRandom(1, "pick");
    const picked = new Set(Array.from({ length: 50 }, () => random.pick([null, "a"])));
    expect(picked).toEqual(new Set([null, "a"]));
  });
});
