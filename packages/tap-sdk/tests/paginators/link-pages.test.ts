import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PageRequest } from "../../src/pagination.ts";
import { linkPages } from "../../src/paginators/link-pages.ts";
import { inTurn, walkPages } from "./walk-pages.ts";

describe("pages by link", () => {
  const links = { next: "links.next", more: "meta.has_more" };
  const bare = { next: "links.next.href" };
  const page = (next: unknown, has_more?: unknown) => ({ links: { next }, meta: { has_more } });

  it.each([
    ["more: the flag ends it, link or not", links, [page("/a", true), page("/b", false)], [], ["/a"]],
    ["more: no links on the last page", links, [page("/a", true), { meta: { has_more: false } }], [], ["/a"]],
    [
      "more: an empty page in the middle",
      links,
      [page("/a", true), page("/b", true), page("/c", false)],
      [1, 0, 1],
      ["/a", "/b"],
    ],
    ["more: no flag, and the page has records", links, [page("/a"), page(null)], [], ["/a"]],
    ["more: no flag, and the page is empty", links, [page("/a"), page("/b")], [1, 0], ["/a"]],
    ["more: no envelope", links, [{}], [], []],
    ["link absent", bare, [page({ href: "/a" }), page({})], [], ["/a"]],
    ["link null", bare, [page({ href: "/a" }), page(null)], [], ["/a"]],
    ["link empty", bare, [page({ href: "/a" }), page({ href: "" })], [], ["/a"]],
    [
      "an empty page with a link",
      bare,
      [page({ href: "/a" }), page({ href: "/b" }), {}],
      [1, 0, 1],
      ["/a", "/b"],
    ],
    ["no body", bare, [undefined], [0], []],
  ])("%s", (_name, options, bodies, counts, urls) => {
    const { requests, positions } = walkPages(linkPages(options), inTurn(bodies, counts));
    expect(requests).toEqual([{}, ...urls.map((url) => ({ url }))]);
    expect(positions).toEqual(bodies.map(() => undefined));
  });

  it.each([
    ["the link of the page before", ["/a", "/a"]],
    ["an older link", ["/a", "/b", "/a"]],
  ])("refuse %s", (_name, urls) => {
    expect(() => walkPages(linkPages(links), inTurn(urls.map((url) => page(url, true))))).toThrow(
      "pagination: the API handed out the same link a second time, so it would never end.",
    );
  });

  it("refuse the promise of a page without a link", () => {
    expect(() => walkPages(linkPages(links), inTurn([page(null, true)]))).toThrow(
      'pagination: the answer says by "meta.has_more" that there is more, but has nothing at "links.next".',
    );
  });

  it("read any chain exactly once", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.webUrl(), { maxLength: 20 }), fc.boolean(), (urls, hasFlag) => {
        const pages = [undefined, ...urls];
        const read: number[] = [];
        const answer = (request: PageRequest) => {
          const index = pages.indexOf(request.url);
          read.push(index);
          // The last page of an API with the flag has a link all the same.
          const next = urls[index] ?? (hasFlag ? "https://acme.test/behind-the-end" : null);
          return { body: hasFlag ? page(next, index < urls.length) : page(next), records: [{ id: index }] };
        };
        walkPages(linkPages(links), answer);
        expect(read).toEqual(pages.map((_, index) => index));
      }),
    );
  });
});
