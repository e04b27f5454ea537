import { describe, expect, it } from "vitest";
import { listNames, recordsKeyOf } from "../../src/thought-industries/generated/list-rows.ts";
import { pageInfoOf, rowsOf, walk, withPortal } from "./portal-client.ts";

describe("lists", () => {
  it.each(listNames)("of %s are walked by cursor, each row once", async (name) => {
    await withPortal({ data: { seed: 4, [name]: 23 }, rowsPerPage: 10 }, async (client) => {
      const rows = await walk(client, name, recordsKeyOf(name));
      expect(new Set(rows.map(({ id }) => id)).size).toBe(23);
      expect(client.sandbox.requests).toHaveLength(3);
    });
  });

  it("call the rows of content contentItems", async () => {
    await withPortal({}, async ({ get }) => {
      expect(Object.keys((await get("content")).body)).toEqual(["contentItems", "pageInfo"]);
    });
  });

  it("have a cursor on the last page, which leads to what is added later", async () => {
    await withPortal({ data: { seed: 4, users: 12 }, rowsPerPage: 10 }, async ({ get, sandbox }) => {
      const first = pageInfoOf(await get("users"));
      const last = pageInfoOf(await get(`users?cursor=${first.cursor}`));
      expect([first.hasMore, last.hasMore]).toEqual([true, false]);
      expect(rowsOf(await get(`users?cursor=${last.cursor}`), "users")).toEqual([]);
      sandbox.store.lists.users.add({ id: "new" });
      expect(rowsOf(await get(`users?cursor=${last.cursor}`), "users")).toEqual([{ id: "new" }]);
    });
  });

  it("show changes, and leave deleted rows out", async () => {
    await withPortal({ data: { seed: 4, clients: 5 } }, async ({ get, sandbox }) => {
      const [one, two, ...rest] = rowsOf(await get("clients"), "clients");
      sandbox.store.lists.clients.update(String(one?.["id"]), { name: "Renamed" });
      sandbox.store.lists.clients.delete(String(two?.["id"]));
      expect(rowsOf(await get("clients"), "clients")).toEqual([{ ...one, name: "Renamed" }, ...rest]);
      expect(() => sandbox.store.lists.clients.delete("nobody")).toThrow("There is no row nobody");
    });
  });

  it.each(["cursor=garbage", "cursor=", "cursor=MQ"])("refuse ?%s with 400", async (query) => {
    await withPortal({}, async ({ get }) => {
      expect((await get(`users?${query}`)).status).toBe(400);
    });
  });
});
