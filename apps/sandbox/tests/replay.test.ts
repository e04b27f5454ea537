import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../src/json.ts";
import { exportCursor } from "../src/zendesk/cursor-export.ts";
import { type Recording, readRecordings } from "../src/zendesk/recordings.ts";
import {
  byCreation,
  byId,
  byName,
  byNiceId,
  byPosition,
  byTitle,
  encodeCursor,
  placeOf,
} from "../src/zendesk/row-order.ts";
import { startZendesk } from "../src/zendesk/sandbox.ts";
import { type Client, number, object, objects, text, withZendesk } from "./zendesk-client.ts";

const recorded = fileURLToPath(new URL("../../../../shared/recordings/zendesk", import.meta.url));

/** A body as it would be without the stand-in's own address. */
function atVendor({ sandbox }: Client, body: JsonObject): unknown {
  const hosts = /https:\/\/acme\.zendesk(-staging)?\.com/gu;
  return JSON.parse(JSON.stringify(body).replaceAll(hosts, "host:").replaceAll(sandbox.url, "host:"));
}

async function withReplay(recordings: readonly Recording[], test: (client: Client) => Promise<void>) {
  const folder = await mkdtemp(join(tmpdir(), "chorale-sandbox-"));
  try {
    await writeFile(join(folder, "recordings.json"), JSON.stringify(recordings));
    await withZendesk({ data: { kind: "replay", folder } }, test);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function recording(
  path: string,
  query: string,
  body: JsonObject,
  recordedAt = "2024-01-01T00:00:00",
): Recording {
  return { method: "GET", path, query, recorded_at: recordedAt, status: 200, headers: {}, body };
}

function userRow(id: number, second: number): JsonObject {
  return { id, updated_at: new Date(second * 1000).toISOString() };
}

describe("a replay", () => {
  const things = [
    recording("/api/v2/things.json", "page%5Bsize%5D=1", { things: [{ id: 1 }], which: "one" }),
    recording("/api/v2/things.json", "page%5Bsize%5D=100", { things: [{ id: 1 }, { id: 2 }], which: "old" }),
    recording(
      "/api/v2/things.json",
      "page%5Bsize%5D=100",
      { things: [{ id: 1 }, { id: 2 }], which: "new" },
      "2024-01-02T00:00:00",
    ),
    recording("/api/v2/things.json", "page%5Bafter%5D=abc%3D&page%5Bsize%5D=1", {
      things: [],
      which: "after",
    }),
    recording("/api/v2/things.json", "", { things: [{ id: 3 }], which: "offset" }),
    { ...recording("/api/v2/things/9.json", "", { error: "Gone" }), status: 410 },
  ];

  it.each([
    ["things?page[size]=1", "one"],
    ["things.json?page%5Bsize%5D=1", "one"],
    ["things?page[size]=100", "new"],
    ["things?page[size]=50", "new"],
    ["things?page[size]=50&include=users", "new"],
    ["things?page[size]=50&exclude_deleted=false", "new"],
    ["things?page[size]=1&page[after]=abc=", "after"],
    ["things?page[after]=abc%3D&page[size]=50", "after"],
    ["things", "offset"],
    ["things?per_page=7", "offset"],
  ])("answers /%s with the recording %j", async (target, which) => {
    await withReplay(things, async ({ get }) => {
      expect((await get(`/api/v2/${target}`)).body["which"]).toBe(which);
    });
  });

  it.each([
    "things?page[size]=1&page[after]=other",
    "things?page=2",
    "things?start_time=0",
    "things?page[size]=5&sort=id",
    "things?page[size]=5&query=x",
    "thing",
    "things/1",
    "account/settings",
    "tickets/1/audits",
  ])("answers /%s, which was not recorded, with 404", async (target) => {
    await withReplay(things, async ({ get }) => {
      const { status, body } = await get(`/api/v2/${target}`);
      expect([status, body]).toEqual([404, { error: "RecordNotFound", description: "Not found" }]);
    });
  });

  it("keeps recorded statuses, credentials, limits, refusals and faults", async () => {
    await withReplay(things, async ({ sandbox, get }) => {
      expect((await get("/api/v2/things/9")).status).toBe(410);
      expect((await get("/api/v2/things", {})).status).toBe(401);
      expect((await get("/api/v2/things")).headers.get("x-rate-limit")).toBe("1000000000");
      sandbox.faults.add({ path: "/api/v2/things", nth: 1, fault: { kind: "status", status: 503 } });
      expect((await get("/api/v2/things")).status).toBe(503);
      expect((await get("/api/v2/things")).status).toBe(200);
    });
  });

  it("rewrites links of pages, not addresses in rows", async () => {
    const host = "https://acme.zendesk.com";
    const links = { prev: `${host}/p`, next: `${host}/n` };
    const body = {
      rows: [{ id: 1, url: `${host}/r`, next: `${host}/x` }],
      next_page: `${host}/n`,
      links,
      note: `${host}/`,
    };
    await withReplay([recording("/api/v2/rows", "", body)], async ({ sandbox, get }) => {
      expect((await get("/api/v2/rows.json")).body).toEqual({
        ...body,
        next_page: `${sandbox.url}/n`,
        links: { prev: `${sandbox.url}/p`, next: `${sandbox.url}/n` },
      });
    });
  });

  it("continues an export from a recorded cursor, and from no other", async () => {
    const path = "/api/v2/incremental/users/cursor.json";
    const rows = [userRow(5, 100), userRow(7, 100), userRow(2, 101)];
    const [one, two, end] = [
      exportCursor({ stamp: 100, id: 5 }),
      exportCursor({ stamp: 100, id: 7 }),
      exportCursor({ stamp: 101, id: 2 }),
    ];
    const page = (users: JsonObject[], cursor: string): JsonObject => ({
      users,
      after_url: `https://acme.zendesk.com${path}?cursor=${encodeURIComponent(cursor)}`,
      before_url: null,
      after_cursor: cursor,
      before_cursor: null,
      end_of_stream: false,
    });
    const recordings = [
      recording(path, "start_time=0", page(rows, end)),
      recording(path, "per_page=1&start_time=0", page(rows.slice(0, 1), one)),
    ];
    await withReplay(recordings, async ({ sandbox, get }) => {
      const rest = await get(`${path}?cursor=${encodeURIComponent(one)}&per_page=1`);
      expect(rest.body).toEqual({
        ...page(rows.slice(1), end),
        after_url: `${sandbox.url}${path}?cursor=${encodeURIComponent(end)}`,
        end_of_stream: true,
      });
      const empty = await get(`${path}?cursor=${encodeURIComponent(end)}`);
      expect(empty.body).toEqual({
        users: [],
        after_url: null,
        before_url: null,
        after_cursor: null,
        before_cursor: null,
        end_of_stream: true,
      });
      expect((await get(`${path}?cursor=${encodeURIComponent(two)}`)).status).toBe(404);
      expect((await get(`${path}?cursor=${encodeURIComponent(end)}&start_time=0`)).status).toBe(404);
    });
  });

  it("takes recordings beside the folder's, and has no store", async () => {
    const folder = await mkdtemp(join(tmpdir(), "chorale-sandbox-"));
    await writeFile(join(folder, "a.json"), "[]");
    const recordings = [recording("/api/v2/account/settings", "", { settings: {} })];
    await withZendesk({ data: { kind: "replay", folder, recordings } }, async ({ sandbox, get }) => {
      expect((await get("/api/v2/account/settings.json")).body).toEqual({ settings: {} });
      expect(() => sandbox.store).toThrow("A replay has no store");
    });
    await rm(folder, { recursive: true });
  });

  it.each([
    ["nothing", undefined, "holds no recordings"],
    ["no array", "{}", "is no array of recordings"],
    ["other objects", '[{"path":"/x"}]', "is no array of recordings"],
    ["no JSON", "[", "JSON"],
  ])("refuses a folder of %s", async (_, content, message) => {
    const folder = await mkdtemp(join(tmpdir(), "chorale-sandbox-"));
    if (content !== undefined) await writeFile(join(folder, "a.json"), content);
    await expect(startZendesk({ data: { kind: "replay", folder } })).rejects.toThrow(message);
    await rm(folder, { recursive: true });
  });
});

describe.skipIf(!existsSync(recorded))("a replay of the recorded answers", () => {
  it("answers every request that was recorded with its body", async () => {
    const recordings = await readRecordings(recorded);
    await withZendesk({ data: { kind: "replay", folder: recorded } }, async (client) => {
      for (const { path, query, recorded_at: at, body, status } of recordings) {
        const newest = recordings.filter((other) => other.path === path && other.query === query);
        if (newest.some((other) => other.recorded_at > at)) continue;
        const answer = await client.get(`${path}?${query}`);
        expect([path, query, answer.status]).toEqual([path, query, status]);
        expect(atVendor(client, answer.body)).toEqual(atVendor(client, body));
        const plain = await client.get(`${path.replace(/\.json$/u, "")}?${query}`);
        expect(plain.body).toEqual(answer.body);
      }
      expect(recordings.length).toBeGreaterThan(70);
    });
  });

  it("leads no link away from the stand-in", async () => {
    const recordings = await readRecordings(recorded);
    await withZendesk({ data: { kind: "replay", folder: recorded } }, async ({ sandbox, get }) => {
      for (const { path, query } of recordings) {
        const { body } = await get(`${path}?${query}`);
        const links = [...Object.values(object(body, "links")), body["after_url"], body["next_page"]];
        for (const link of links)
          if (typeof link === "string") expect(link.startsWith(`${sandbox.url}/`)).toBe(true);
      }
    });
  });

  it("ends the users' export after its recorded page, and the tickets' at its end", async () => {
    await withZendesk({ data: { kind: "replay", folder: recorded } }, async ({ get }) => {
      const users = await get(
        "/api/v2/incremental/users/cursor?start_time=0&include=identities&per_page=500",
      );
      expect(objects(users.body, "users")).toHaveLength(1000);
      const end = await get(text(users.body, "after_url"));
      expect(end.body).toMatchObject({ users: [], end_of_stream: true });
      const tickets = await get("/api/v2/incremental/tickets/cursor?start_time=0");
      expect(objects(tickets.body, "tickets")).toHaveLength(87);
      expect((await get(text(tickets.body, "after_url"))).body).toMatchObject({
        tickets: [],
        end_of_stream: true,
      });
      const one = await get("/api/v2/incremental/tickets/cursor?start_time=0&per_page=1");
      const rest = await get(text(one.body, "after_url"));
      expect([...objects(one.body, "tickets"), ...objects(rest.body, "tickets")]).toEqual(
        objects(tickets.body, "tickets"),
      );
    });
  });

  it.each([
    ["tickets", "tickets", byNiceId],
    ["users", "users", byId],
    ["organizations", "organizations", byId],
    ["groups", "groups", byName],
    ["group_memberships", "group_memberships", byId],
    ["macros", "macros", byTitle],
    ["automations", "automations", byPosition],
    ["views", "views", byCreation],
    ["ticket_audits", "audits", byCreation],
  ])("shows that the stand-in spells cursors of /%s as the vendor does", async (path, key, order) => {
    await withZendesk({ data: { kind: "replay", folder: recorded } }, async ({ get }) => {
      const { body } = await get(`/api/v2/${path}?page[size]=100`);
      const meta = object(body, "meta");
      const [head, tail] = [objects(body, key)[0] ?? {}, objects(body, key).at(-1) ?? {}].map((row) =>
        encodeCursor(placeOf({ ...row, id: number(row, "id") }, order), order),
      );
      expect([meta["before_cursor"], meta["after_cursor"]]).toEqual([head, tail]);
    });
  });
});
