import { parseExact } from "@chorale/singer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PageRequest } from "../../src/pagination.ts";
import { cursorPages } from "../../src/paginators/cursor-pages.ts";
import { inTurn, walkPages } from "./walk-pages.ts";

const param = "cursor";
const at = (cursor: string): PageRequest => ({ searchParams: { cursor } });

describe("pages by cursor", () => {
  const flagged = { next: "after_cursor", param, until: "end_of_stream" };
  const more = { next: "pageInfo.cursor", param, more: "pageInfo.hasMore" };
  const bare = { next: "next", param };

  it.each([
    [
      "until: the flag ends it",
      flagged,
      [
        { after_cursor: "a", end_of_stream: false },
        { after_cursor: "b", end_of_stream: true },
      ],
      [],
      ["a"],
    ],
    ["until: one page", flagged, [{ after_cursor: "a", end_of_stream: true }], [], []],
    [
      "until: an empty page in the middle",
      flagged,
      [
        { after_cursor: "a", end_of_stream: false },
        { after_cursor: "b", end_of_stream: false },
        { after_cursor: "c", end_of_stream: true },
      ],
      [1, 0, 1],
      ["a", "b"],
    ],
    [
      "until: the same cursor at the end",
      flagged,
      [
        { after_cursor: "a", end_of_stream: false },
        { after_cursor: "a", end_of_stream: true },
      ],
      [],
      ["a"],
    ],
    ["until: no cursor at the end", flagged, [{ after_cursor: null, end_of_stream: true }], [0], []],
    ["until: no flag, and no cursor", flagged, [{ after_cursor: "a" }, { after_cursor: null }], [], ["a"]],
    ["until: a flag that is no flag", flagged, [{ after_cursor: "a", end_of_stream: "yes" }, {}], [], ["a"]],
    [
      "more: the flag ends it",
      more,
      [{ pageInfo: { cursor: "a", hasMore: true } }, { pageInfo: { cursor: "b", hasMore: false } }],
      [],
      ["a"],
    ],
    ["more: no envelope", more, [{ pageInfo: { cursor: "a", hasMore: true } }, {}], [1, 0], ["a"]],
    ["more: null in place of the envelope", more, [{ pageInfo: null }], [], []],
    ["cursor absent", bare, [{ next: "a" }, {}], [], ["a"]],
    ["cursor null", bare, [{ next: "a" }, { next: null }], [], ["a"]],
    ["cursor empty", bare, [{ next: "a" }, { next: "" }], [], ["a"]],
    ["cursor false", bare, [{ next: "a" }, { next: false }], [], ["a"]],
    ["an empty page with a cursor", bare, [{ next: "a" }, { next: "b" }], [1, 0], ["a"]],
    ["a number as cursor", bare, [{ next: 7 }, { next: 0 }, {}], [], ["7", "0"]],
    [
      "a long number as cursor",
      bare,
      [parseExact('{"next":12345678901234567890}'), {}],
      [],
      ["12345678901234567890"],
    ],
    ["no body", bare, [undefined], [0], []],
    ["a body that is a list", bare, [[]], [], []],
    ["inherited names are no cursors", { next: "constructor.name", param }, [{}], [], []],
  ])("%s", (_name, options, bodies, counts, cursors) => {
    const { requests, positions } = walkPages(cursorPages(options), inTurn(bodies, counts));
    expect(requests).toEqual([{}, ...cursors.map(at)]);
    expect(positions).toEqual(bodies.map(() => undefined));
  });

  it.each([
    ["the cursor of the page before", ["a", "a"]],
    ["an older cursor", ["a", "b", "c", "a"]],
  ])("refuse %s", (_name, cursors) => {
    const bodies = cursors.map((next) => ({ next }));
    expect(() => walkPages(cursorPages(bare), inTurn(bodies))).toThrow(
      "pagination: the API handed out the same cursor a second time, so it would never end.",
    );
  });

  it("refuse the cursor that an earlier run left", () => {
    const pagination = cursorPages({ ...bare, resume: true });
    expect(() => walkPages(pagination, inTurn([{ next: "kept" }]), { next: "kept" })).toThrow(
      "the same cursor",
    );
  });

  it.each([
    ["until", flagged, { end_of_stream: false, after_cursor: null }, '"end_of_stream"', '"after_cursor"'],
    ["more", more, { pageInfo: { hasMore: true } }, '"pageInfo.hasMore"', '"pageInfo.cursor"'],
  ])("refuse the promise of a page without a cursor: %s", (_name, options, body, flag, path) => {
    expect(() => walkPages(cursorPages(options), inTurn([body]))).toThrow(
      `pagination: the answer says by ${flag} that there is more, but has nothing at ${path}.`,
    );
  });

  it("refuse a cursor that is an object", () => {
    expect(() => walkPages(cursorPages(bare), inTurn([{ next: { href: "/x" } }]))).toThrow(
      'pagination: "next" in the answer is neither text nor number.',
    );
  });

  it("drop what the cursor replaces", () => {
    const pagination = cursorPages({ ...flagged, drops: ["start_time"] });
    const { requests } = walkPages(
      pagination,
      inTurn([{ after_cursor: "a", end_of_stream: false }, { end_of_stream: true }]),
    );
    expect(requests).toEqual([{}, { searchParams: { cursor: "a" }, dropParams: ["start_time"] }]);
  });
});

describe("a cursor that is kept in the bookmark", () => {
  const pagination = cursorPages({
    next: "meta.after_cursor",
    param,
    until: "end_of_stream",
    drops: ["start_time"],
    resume: true,
  });
  const page = (cursor: string | null, isLast: boolean) => ({
    meta: { after_cursor: cursor },
    end_of_stream: isLast,
  });

  it.each([
    ["page by page", [page("a", false), page("b", true)], {}, ["a", "b"]],
    ["the one before, when nothing matched", [page("a", false), page(null, true)], {}, ["a", "a"]],
    ["the one of the run before, when nothing matched", [page(null, true)], { after_cursor: "old" }, ["old"]],
    ["none, when nothing ever matched", [page(null, true)], {}, [undefined]],
  ])("%s", (_name, bodies, bookmark, cursors) => {
    const { positions } = walkPages(pagination, inTurn(bodies), bookmark);
    expect(positions).toEqual(
      cursors.map((cursor) => (cursor === undefined ? undefined : { after_cursor: cursor })),
    );
  });

  it("is where the next run goes on", () => {
    const { requests } = walkPages(pagination, inTurn([page("b", true)]), {
      after_cursor: "a",
      updated_at: "2026",
    });
    expect(requests).toEqual([{ searchParams: { cursor: "a" }, dropParams: ["start_time"] }]);
  });

  it.each([[{}], [{ after_cursor: null }], [{ after_cursor: "" }]])(
    "begins anew without one: %j",
    (bookmark) => {
      expect(walkPages(pagination, inTurn([page("b", true)]), bookmark).requests).toEqual([{}]);
    },
  );

  it("is not looked at unless it is asked for", () => {
    expect(cursorPages({ next: "next", param }).first).toBeUndefined();
  });
});

describe("any chain of pages", () => {
  const chain = fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 30 });
  const kinds = fc.constantFrom("until", "more", "absent" as const);

  it("is read exactly once, from the beginning or from any page that a run ended after", () => {
    fc.assert(
      fc.property(chain, kinds, fc.nat(), (cursors, kind, stop) => {
        const pagination = cursorPages({
          next: "next",
          param,
          resume: true,
          ...(kind === "until" ? { until: "end" } : {}),
          ...(kind === "more" ? { more: "more" } : {}),
        });
        const pages = [undefined, ...cursors];
        const read: number[] = [];
        const answer = (request: PageRequest) => {
          const index = pages.indexOf(request.searchParams?.["cursor"]?.toString());
          read.push(index);
          const next = cursors[index];
          const isLast = next === undefined;
          return { body: { next, end: isLast, more: !isLast }, records: [{ id: index }] };
        };
        const { positions } = walkPages(pagination, answer);
        expect(read).toEqual(pages.map((_, index) => index));

        const stoppedAfter = stop % pages.length;
        read.length = 0;
        walkPages(pagination, answer, positions[stoppedAfter] ?? {});
        const from = Math.min(stoppedAfter + 1, pages.length - 1);
        expect(read).toEqual(
          pages.map((_, index) => index).slice(positions[stoppedAfter] === undefined ? 0 : from),
        );
      }),
    );
  });

  it("walks apart from any other walk", () => {
    const pagination = cursorPages({ next: "next", param });
    const first = walkPages(pagination, inTurn([{ next: "a" }, {}]));
    expect(walkPages(pagination, inTurn([{ next: "a" }, {}]))).toEqual(first);
  });
});
