import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/json.ts";
import { type Recording, readRecordings } from "../../src/zendesk/recordings.ts";
import {
  byCategory,
  byCreation,
  byGuidePosition,
  byId,
  byLatestCreation,
  encodeCursor,
  encodeValues,
  placeOf,
} from "../../src/zendesk/row-order.ts";
import { first, object, objects, withZendesk } from "../zendesk-client.ts";

const recorded = fileURLToPath(new URL("../../../../../shared/recordings/zendesk", import.meta.url));
const data = { kind: "generated", seed: 2, tickets: 40, users: 120, organizations: 10 } as const;

/** The recorded pages of a path, by cursor or by number. */
async function pagesOf(path: string, byCursor: boolean): Promise<Recording[]> {
  const pages = (await readRecordings(recorded)).filter((page) => page.path === `/api/v2/${path}.json`);
  return pages.filter(({ query }) => query.includes("page%5Bsize%5D") === byCursor);
}

function keysOf(value: JsonObject): string[] {
  return Object.keys(value).toSorted();
}

const lists = [
  ["activities", "activities"],
  ["recipient_addresses", "recipient_addresses"],
  ["views", "views"],
  ["triggers", "triggers"],
  ["ticket_audits", "audits"],
  ["help_center/categories", "categories"],
  ["community/topics", "topics"],
] as const;

describe.skipIf(!existsSync(recorded))("what was recorded", () => {
  it.each(lists)("of %s has the keys of the stand-in's pages and rows", async (path, key) => {
    const [pages, numbered] = [await pagesOf(path, true), await pagesOf(path, false)];
    const last = first(pages.filter(({ body }) => object(body, "meta")["has_more"] === false)).body;
    const middle = first(pages.filter(({ body }) => object(body, "meta")["has_more"] === true)).body;
    await withZendesk({ data: { ...data, tickets: 1, lists: { ticket_activities: 2 } } }, async ({ get }) => {
      const { body: own } = await get(`/api/v2/${path}?page[size]=100`);
      expect(Object.keys(own)).toEqual(Object.keys(last));
      expect(keysOf(object(own, "links"))).toEqual(keysOf(object(last, "links")));
      const { body: ownFirst } = await get(`/api/v2/${path}?page[size]=1`);
      expect(keysOf(object(ownFirst, "links"))).toEqual(keysOf(object(middle, "links")));
      const row = first(objects(last, key));
      expect(keysOf(first(objects(own, key)))).toEqual(expect.arrayContaining(keysOf(row)));
    });
    if (numbered.length === 0) return;
    await withZendesk({ data }, async ({ get }) => {
      const { body: own } = await get(`/api/v2/${path}`);
      const usual = keysOf(first(numbered).body).filter((name) => !name.startsWith("sort_"));
      expect(keysOf(own)).toEqual(usual);
    });
  });

  it.each([
    ["activities", "activities", byLatestCreation],
    ["recipient_addresses", "recipient_addresses", byId],
    ["ticket_audits", "audits", byCreation],
  ] as const)("of %s has the cursors that the stand-in makes", async (path, key, order) => {
    for (const { body } of await pagesOf(path, true)) {
      const rows = objects(body, key);
      const last = rows.at(-1);
      if (last === undefined) continue;
      const place = placeOf({ ...last, id: Number(last["id"]) }, order);
      expect(object(body, "meta")["after_cursor"]).toBe(encodeCursor(place, order));
    }
  });

  it.each([
    ["help_center/categories", "categories", byGuidePosition],
    ["community/topics", "topics", byLatestCreation],
  ] as const)("of %s has the cursors of the Help Center", async (path, key, order) => {
    for (const { body } of await pagesOf(path, true)) {
      const last = objects(body, key).at(-1);
      const place = placeOf({ ...last, id: Number(last?.["id"]) }, order);
      expect(object(body, "meta")["after_cursor"]).toBe(encodeValues(place, order));
    }
  });

  it("of triggers has cursors of the stand-in's form", async () => {
    const { body } = first(await pagesOf("triggers", true));
    const cursor = String(object(body, "meta")["after_cursor"]);
    expect(JSON.parse(Buffer.from(cursor, "base64").toString())).toMatchObject({ o: byCategory.name });
  });

  it("of the export of a search has the stand-in's keys", async () => {
    const pages = (await readRecordings(recorded)).filter(
      ({ path }) => path === "/api/v2/search/export.json",
    );
    const { body } = first(pages);
    await withZendesk({ data }, async ({ get }) => {
      const query =
        "page[size]=1&query=created_at%3E%3D2023-09-14T00%3A39%3A54Z%20type%3Auser&filter[type]=user";
      const { body: own } = await get(`/api/v2/search/export?${query}`);
      expect(Object.keys(own)).toEqual(Object.keys(body));
      expect(keysOf(object(own, "meta"))).toEqual(keysOf(object(body, "meta")));
      expect(keysOf(object(own, "links"))).toEqual(keysOf(object(body, "links")));
      const row = first(objects(own, "results"));
      expect(keysOf(row)).toEqual(expect.arrayContaining(keysOf(first(objects(body, "results")))));
    });
  });
});
