import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/json.ts";
import { type Client, first, object, objects, withZendesk } from "../zendesk-client.ts";

const data = { kind: "generated", seed: 6, tickets: 20, users: 20, organizations: 20 } as const;

const keyed = [
  ["user_fields", "users/cursor", "users"],
  ["organization_fields", "organizations", "organizations"],
] as const;

async function exported({ get }: Client, path: string, key: string): Promise<JsonObject[]> {
  return objects((await get(`/api/v2/incremental/${path}?start_time=0`)).body, key);
}

describe.each(keyed)("%s", (name, path, key) => {
  it("define the keys of every row", async () => {
    await withZendesk({ data }, async (client) => {
      const keys = client.sandbox.shown(name).map((field) => field["key"]);
      const rows = await exported(client, path, key);
      for (const row of rows) expect(new Set(Object.keys(object(row, name)))).toEqual(new Set(keys));
      const types = client.sandbox.shown(name).map((field) => field["type"]);
      expect(new Set(types).size).toBe(8);
      const kinds = new Set(
        rows.flatMap((row) => Object.values(object(row, name)).map((value) => typeof value)),
      );
      expect(kinds).toEqual(new Set(["string", "number", "boolean", "object"]));
    });
  });

  it("that are added are on every row, empty but where a row says otherwise", async () => {
    await withZendesk({ data }, async (client) => {
      const { store } = client.sandbox;
      store.lists[name].add({ key: "late", type: "text", position: 99 });
      store.lists[name].add({ key: "ticked", type: "checkbox", position: 99 });
      const row = first(store[key].all());
      const stamp = String(row["updated_at"]);
      store[key].update(row.id, { [name]: { ...object(row, name), late: "words" }, updated_at: stamp });
      for (const shown of await exported(client, path, key)) {
        const late = shown["id"] === row.id ? "words" : null;
        expect(object(shown, name)).toMatchObject({ late, ticked: false });
      }
    });
  });

  it("that are removed are on no row", async () => {
    await withZendesk({ data }, async (client) => {
      const { store } = client.sandbox;
      const field = first(store.lists[name].all());
      store.lists[name].delete(field.id);
      store.lists[name].add({ key: "instead", type: "text", position: 99 });
      const gone = String(field["key"]);
      expect((await exported(client, path, key)).some((row) => gone in object(row, name))).toBe(false);
      const { body } = await client.get(`/api/v2/${key}?page[size]=100`);
      expect(objects(body, key).some((row) => gone in object(row, name))).toBe(false);
    });
  });
});

describe("ticket_fields", () => {
  it("define the custom fields of every ticket, those that are added and removed too", async () => {
    await withZendesk({ data }, async (client) => {
      const { lists, tickets } = client.sandbox.store;
      const removed = first(lists.ticket_fields.all().filter((field) => field["removable"] === true));
      const added = lists.ticket_fields.add({ type: "text", removable: true });
      lists.ticket_fields.delete(removed.id);
      const ticket = first(tickets.all());
      const stamp = Number(ticket["generated_timestamp"]);
      const values = [{ id: added.id, value: "words" }];
      tickets.update(ticket.id, { custom_fields: values, generated_timestamp: stamp });
      const custom = lists.ticket_fields.all().filter((field) => field["removable"] === true);
      const expected = custom.map(({ id }) => id);
      for (const row of await exported(client, "tickets/cursor", "tickets")) {
        expect(objects(row, "custom_fields").map(({ id }) => id)).toEqual(expected);
        expect(row["fields"]).toEqual(row["custom_fields"]);
        const late = objects(row, "custom_fields").find(({ id }) => id === added.id);
        expect(late?.["value"]).toBe(row["id"] === ticket.id ? "words" : null);
      }
    });
  });
});
