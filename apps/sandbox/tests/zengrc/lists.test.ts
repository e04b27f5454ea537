import { describe, expect, it } from "vitest";
import { isObject, type JsonObject } from "../../src/json.ts";
import { objectKinds } from "../../src/zengrc/object-kinds.ts";
import { hrefOf, rowsOf, withZengrc } from "./zengrc-client.ts";

const names = [...objectKinds.keys()];

describe("a list", () => {
  it.each([
    [0, [0]],
    [1, [1]],
    [5, [5]],
    [6, [5, 1]],
    [12, [5, 5, 2]],
  ])("of %i rows has pages of %j", async (records, sizes) => {
    await withZengrc({ records, pageRows: 5 }, async ({ walk }) => {
      const pages = await walk("audits");
      expect(pages.map((page) => rowsOf([page]).length)).toEqual(sizes);
      const ids = rowsOf(pages).map(({ id }) => id);
      expect(ids).toEqual(Array.from({ length: records }, (_, index) => 11 + index * 2));
    });
  });

  it("is under links.next.href, which is a path with an opaque cursor", async () => {
    await withZengrc({ pageRows: 8 }, async ({ get }) => {
      const { body, headers } = await get("assessments");
      expect(Object.keys(body)).toEqual(["data", "links"]);
      expect(hrefOf(body)).toMatch(/^\/api\/v2\/assessments\?page%5Bcursor%5D=[\w-]+$/u);
      expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
    });
  });

  it("may have whole addresses for links", async () => {
    await withZengrc({ pageRows: 8, links: "absolute" }, async ({ get, walk, sandbox }) => {
      const { body } = await get("risks");
      expect(hrefOf(body)?.startsWith(`${sandbox.url}/api/v2/risks?`)).toBe(true);
      expect(rowsOf(await walk("risks")).length).toBe(20);
    });
  });

  it.each([
    ["absent", {}],
    ["null", { next: null }],
    ["null-href", { next: { href: null } }],
    ["empty-href", { next: { href: "" } }],
  ] as const)("says on its last page by %s that there is no other", async (lastPage, links) => {
    await withZengrc({ pageRows: 12, lastPage }, async ({ walk }) => {
      const pages = await walk("controls");
      expect(pages.length).toBe(2);
      expect(pages[1]?.["links"]).toEqual(links);
    });
  });

  it("is in no order of its moments", async () => {
    await withZengrc({ records: 40 }, async ({ walk }) => {
      const moments = rowsOf(await walk("issues")).map(({ updated_at }) => String(updated_at));
      expect(moments.toSorted()).not.toEqual(moments);
      expect(moments.toSorted().toReversed()).not.toEqual(moments);
    });
  });

  it("can be as long as it likes", async () => {
    await withZengrc({ records: 5_000_000, pageRows: 3 }, async ({ get }) => {
      const cursor = Buffer.from("9999999").toString("base64url");
      const { body } = await get(`risks?page%5Bcursor%5D=${cursor}`);
      expect(rowsOf([body]).map(({ id }) => id)).toEqual([10_000_001, 10_000_003, 10_000_005]);
      expect(hrefOf(body)).toBeDefined();
    });
  });
});

describe("a query", () => {
  it.each([
    "limit=10",
    "page%5Bsize%5D=10",
    "updated_since=2026-01-01",
    "page%5Bcursor%5D=",
    "page%5Bcursor%5D=MTE=",
    "page%5Bcursor%5D=next",
    "page%5Bcursor%5D=MTE&page%5Bcursor%5D=MTE",
  ])("of %s is refused", async (query) => {
    await withZengrc({}, async ({ get }) => {
      const { status, body } = await get(`risks?${query}`);
      expect(status).toBe(400);
      expect(body["errors"]).toEqual([{ status: 400, message: expect.any(String) }]);
    });
  });

  it("of a cursor answers what follows", async () => {
    await withZengrc({ records: 3 }, async ({ get }) => {
      const { body } = await get("risks?page%5Bcursor%5D=MTE");
      expect(rowsOf([body]).map(({ id }) => id)).toEqual([13, 15]);
    });
  });
});

describe("rows", () => {
  it.each(names)("of %s are the same for the same seed, and others for another", async (name) => {
    const listOf = async (seed: number): Promise<readonly JsonObject[]> => {
      let rows: readonly JsonObject[] = [];
      await withZengrc({ seed }, async ({ walk }) => {
        rows = rowsOf(await walk(name));
      });
      return rows;
    };
    const first = await listOf(1);
    expect(await listOf(1)).toEqual(first);
    expect(await listOf(2)).not.toEqual(first);
    const momentsOf = (rows: readonly JsonObject[]) => rows.map(({ updated_at }) => updated_at);
    expect(momentsOf(await listOf(2))).not.toEqual(momentsOf(first));
  });

  it("have attributes under their numbers, with values of several types", async () => {
    await withZengrc({ records: 60, pageRows: 100 }, async ({ walk }) => {
      const types = new Set<string>();
      for (const { custom_attributes: attributes } of rowsOf(await walk("audits"))) {
        for (const [key, attribute] of Object.entries(isObject(attributes) ? attributes : {})) {
          expect(attribute).toMatchObject({ id: Number(key), title: expect.any(String) });
          const value = isObject(attribute) ? attribute["value"] : undefined;
          types.add(value === null ? "null" : typeof value);
        }
      }
      expect([...types].toSorted()).toEqual(["boolean", "null", "number", "string"]);
    });
  });

  it("refer to rows that are there", async () => {
    await withZengrc({ pageRows: 50 }, async ({ walk, get }) => {
      const [audit] = rowsOf(await walk("audits")).filter(({ program }) => isObject(program));
      const program = isObject(audit?.["program"]) ? audit["program"] : {};
      const { body } = await get(`programs/${String(program["id"])}`);
      expect(program).toEqual({ id: body["id"], title: body["title"], type: "Program" });
    });
  });

  it.each([
    ["utc", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/u],
    ["offset", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.250\+02:00$/u],
    ["zoneless", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/u],
  ] as const)("have moments with the form %s", async (moments, pattern) => {
    await withZengrc({ moments }, async ({ get }) => {
      const [row] = rowsOf([(await get("people")).body]);
      expect(row?.["updated_at"]).toMatch(pattern);
    });
  });

  it("can be asked for one by one", async () => {
    await withZengrc({}, async ({ get }) => {
      const [row] = rowsOf([(await get("vendors")).body]);
      expect((await get("vendors/11")).body).toEqual(row);
      for (const path of ["vendors/12", "vendors/9", "vendors/51", "vendors/a", "vendors/", "vendors/11/x"]) {
        expect((await get(path)).status).toBe(404);
      }
    });
  });
});

describe("the store", () => {
  it("shows changes at once, stamped by the clock", async () => {
    await withZengrc({ records: 2 }, async ({ sandbox, get }) => {
      const table = sandbox.store.table("risks");
      table.update(11, { title: "changed", score: 3 });
      table.update(13, { title: "quiet", updated_at: "2020-01-01T00:00:00Z" });
      const added = table.add({ title: "new" });
      expect(added).toMatchObject({ id: 15, title: "new", created_at: "2026-01-15T12:00:00Z" });
      const rows = rowsOf([(await get("risks")).body]);
      expect(rows).toMatchObject([
        { id: 11, title: "changed", score: 3, updated_at: "2026-01-15T12:00:00Z" },
        { id: 13, title: "quiet", updated_at: "2020-01-01T00:00:00Z" },
        { id: 15, title: "new", updated_at: "2026-01-15T12:00:00Z" },
      ]);
      expect([...table.rows()]).toEqual(rows);
    });
  });

  it("removes rows without a trace", async () => {
    await withZengrc({ records: 3, pageRows: 1 }, async ({ sandbox, walk, get }) => {
      sandbox.store.table("risks").delete(13);
      expect(rowsOf(await walk("risks")).map(({ id }) => id)).toEqual([11, 15]);
      expect((await get("risks/13")).status).toBe(404);
      expect(() => sandbox.store.table("risks").delete(13)).toThrow("risks: there is no row 13.");
      expect(sandbox.store.table("risks").add().id).toBe(17);
    });
  });

  it("knows no other objects", async () => {
    await withZengrc({}, async ({ sandbox }) => {
      expect(() => sandbox.store.table("tickets")).toThrow("tickets: there is no such object.");
    });
  });
});
