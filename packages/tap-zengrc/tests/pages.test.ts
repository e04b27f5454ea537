import { pages } from "@chorale/sandbox";
import { ApiError, exitCodeOf } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { withAccount } from "./support/account.ts";
import { runTap, runWell } from "./support/run-tap.ts";
import { withScript } from "./support/scripted-server.ts";

const select = ["risks.*"];
const page = (ids: readonly number[], next?: unknown) => ({
  data: ids.map((id) => ({ id })),
  links: next === undefined ? {} : { next },
});

describe("the next page", () => {
  it.each(["absent", "null", "null-href", "empty-href"] as const)(
    "is not there when its link is %s",
    async (lastPage) => {
      await withAccount({ lastPage }, async ({ url, requests }) => {
        const run = await runWell({ url, select });
        expect(run.ids("risks")).toEqual([11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31, 33]);
        expect(requests.length).toBe(3);
      });
    },
  );

  it.each(["path", "absolute"] as const)("is where its link leads, given as %s", async (links) => {
    await withAccount({ links }, async ({ url, requests }) => {
      expect((await runWell({ url, select })).ids("risks").length).toBe(12);
      expect(requests.map(({ query }) => query)).toEqual([
        {},
        { "page[cursor]": "MTk" },
        { "page[cursor]": "Mjk" },
      ]);
    });
  });

  it("is asked for with the link as it is, and nothing besides", async () => {
    const href = "/api/v2/risks?after=a%2Bb%20c&x=1&x=2";
    await withScript(pages(page([1], { href }), page([2])), async (server) => {
      const run = await runWell({ url: server.url, select });
      expect(run.ids("risks")).toEqual([1, 2]);
      expect(server.requests[1]?.query).toEqual({ after: "a+b c", x: "2" });
    });
  });

  it("comes after an empty one", async () => {
    await withScript(
      pages(page([1], { href: "/api/v2/risks?c=1" }), page([], { href: "/api/v2/risks?c=2" }), page([3])),
      async (server) => {
        expect((await runWell({ url: server.url, select })).ids("risks")).toEqual([1, 3]);
      },
    );
  });

  it.each([
    { name: "the page itself", hrefs: ["a", "a"], requests: 2 },
    { name: "an earlier page", hrefs: ["a", "b", "a"], requests: 3 },
    { name: "the first page", hrefs: ["", ""], requests: 2 },
  ])("is not asked for again when a link leads to $name", async ({ hrefs, requests }) => {
    const script = ({ index }: { index: number }) => ({
      body: page([index], { href: `/api/v2/risks?c=${hrefs[index % hrefs.length]}` }),
    });
    await withScript(script, async (server) => {
      const run = await runTap({ url: server.url, select });
      expect(ApiError.isInstance(run.error)).toBe(true);
      expect(String(run.error)).toContain("the API handed out the same link a second time");
      expect(server.requests.length).toBe(requests);
    });
  });

  it("of another origin is refused before the credentials leave", async () => {
    await withScript(
      () => ({ body: page([9]) }),
      async (stranger) => {
        await withScript(pages(page([1], { href: `${stranger.url}/api/v2/risks?c=1` })), async (server) => {
          const run = await runTap({ url: server.url, select });
          expect(String(run.error)).toContain("refused: pagination link of another origin");
          expect(exitCodeOf(run.error)).toBe(70);
          expect(stranger.requests).toEqual([]);
        });
      },
    );
  });

  it.each([
    { name: "no list", body: { data: "none", links: {} } },
    { name: "nothing under data", body: { records: [], links: {} } },
  ])("with $name is not taken for an empty one", async ({ body }) => {
    await withScript(
      () => ({ body }),
      async (server) => {
        const run = await runTap({ url: server.url, select });
        expect(exitCodeOf(run.error)).toBe(65);
        expect(String(run.error)).toMatch(/^SchemaError: risks: [^\n]*$/);
      },
    );
  });
});
