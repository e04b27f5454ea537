import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PageRequest } from "../../src/pagination.ts";
import { pageNumberPages } from "../../src/paginators/page-number-pages.ts";
import { inTurn, walkPages } from "./walk-pages.ts";

describe("pages by number", () => {
  it.each([
    ["until a page is empty", { param: "page" }, [{}, {}, {}], [3, 1, 0], [1, 2, 3]],
    ["until a page is not full", { param: "page", pageSize: 3 }, [{}, {}], [3, 2], [1, 2]],
    ["one empty page", { param: "page", pageSize: 3 }, [{}], [0], [1]],
    ["from 0", { param: "page", start: 0, pageSize: 3 }, [{}, {}], [3, 0], [0, 1]],
    [
      "until the number of pages is reached",
      { param: "page", totalPages: "meta.pages" },
      [{ meta: { pages: 2 } }, { meta: { pages: 2 } }],
      [],
      [1, 2],
    ],
    [
      "the number of pages, from 0",
      { param: "page", start: 0, totalPages: "pages" },
      [{ pages: 2 }, { pages: 2 }],
      [],
      [0, 1],
    ],
    ["no pages", { param: "page", totalPages: "pages" }, [{ pages: 0 }], [0], [1]],
    [
      "an empty page in the middle of a known number",
      { param: "page", totalPages: "pages", pageSize: 5 },
      [{ pages: 3 }, { pages: 3 }, { pages: 3 }],
      [1, 0, 1],
      [1, 2, 3],
    ],
    [
      "empty pages in a row of a known number",
      { param: "page", totalPages: "pages" },
      [{ pages: 4 }, { pages: 4 }, { pages: 4 }, { pages: 4 }],
      [1, 0, 0, 1],
      [1, 2, 3, 4],
    ],
    ["a number of pages that is missing", { param: "page", totalPages: "pages" }, [{}, {}], [1, 0], [1, 2]],
    [
      "until the flag is true",
      { param: "page", until: "last", pageSize: 9 },
      [{ last: false }, { last: true }],
      [],
      [1, 2],
    ],
    [
      "until the flag is false",
      { param: "page", more: "more" },
      [{ more: true }, { more: true }, { more: false }],
      [1, 0, 1],
      [1, 2, 3],
    ],
  ])("%s", (_name, options, bodies, counts, numbers) => {
    const { requests } = walkPages(pageNumberPages(options), inTurn(bodies, counts));
    expect(requests).toEqual(numbers.map((page) => ({ searchParams: { page } })));
  });

  it("send their size", () => {
    const { requests } = walkPages(
      pageNumberPages({ param: "p", sizeParam: "per_page", pageSize: 2 }),
      inTurn([{}, {}], [2, 1]),
    );
    expect(requests).toEqual([
      { searchParams: { p: 1, per_page: 2 } },
      { searchParams: { p: 2, per_page: 2 } },
    ]);
  });

  it.each([
    ["repeats its last page", {}, [{ id: 1 }, { id: 2 }]],
    ["promises more and has nothing", { more: true }, []],
  ])("refuse an API that %s for ever", (_name, body, records) => {
    const pagination = pageNumberPages({ param: "page", more: "more" });
    expect(() => walkPages(pagination, () => ({ body, records }))).toThrow(
      "pagination: page 2 has the records of the one before, so it would never end.",
    );
  });

  it("accept pages that begin with the record that the page before ended with", () => {
    const pages = [[{ id: 1 }, { id: 2 }], [{ id: 2 }, { id: 3 }], [{ id: 3 }]];
    const pagination = pageNumberPages({ param: "page", pageSize: 2 });
    expect(
      walkPages(pagination, (_request, index) => ({ body: {}, records: pages[index] ?? [] })).requests,
    ).toHaveLength(3);
  });

  it("read any list exactly once", () => {
    const sizes = fc.record({
      total: fc.nat({ max: 100 }),
      pageSize: fc.integer({ min: 1, max: 20 }),
      start: fc.nat({ max: 3 }),
    });
    const ways = fc.constantFrom("size", "empty", "total", "more");
    fc.assert(
      fc.property(sizes, ways, ({ total, pageSize, start }, way) => {
        const all = Array.from({ length: total }, (_, id) => ({ id }));
        const read: unknown[] = [];
        const answer = (request: PageRequest) => {
          const from = (Number(request.searchParams?.["page"]) - start) * pageSize;
          const records = all.slice(from, from + pageSize);
          read.push(...records);
          return { body: { pages: Math.ceil(total / pageSize), more: from + pageSize < total }, records };
        };
        const options = {
          size: { pageSize },
          empty: {},
          total: { totalPages: "pages" },
          more: { more: "more" },
        }[way];
        walkPages(pageNumberPages({ param: "page", start, ...options }), answer);
        expect(read).toEqual(all);
      }),
    );
  });
});
