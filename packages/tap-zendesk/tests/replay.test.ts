import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createSchemaCompiler, type JsonSchema } from "@chorale/singer";
import { describe, expect, it } from "vitest";
import { tapZendesk } from "../src/index.ts";
import { queriesOf, withAccount } from "./support/account.ts";
import { runTap, runWell } from "./support/run-tap.ts";

const folder = fileURLToPath(new URL("../../../../shared/recordings/zendesk", import.meta.url));

describe.skipIf(!existsSync(folder))("recorded answers of the real API", () => {
  const recorded = [
    "tickets",
    "users",
    "groups",
    "group_memberships",
    "tags",
    "macros",
    "triggers",
    "automations",
    "views",
    "recipient_addresses",
    "ticket_activities",
    "categories",
    "topics",
  ];

  it.each(recorded)("give %s that fit the schema, each once", async (stream) => {
    const schema = tapZendesk.streams.find(({ name }) => name === stream)?.schema.json ?? {};
    const keys = tapZendesk.streams.find(({ name }) => name === stream)?.keyProperties ?? [];
    const validator = (await createSchemaCompiler())(schema);
    await withAccount({ data: { kind: "replay", folder } }, async (account) => {
      const config = { start_date: "1970-01-01T00:00:00Z" };
      const run = await runWell({ url: account.url, streams: [stream], config });
      const records = run.records(stream);
      expect(records.length).toBeGreaterThan(0);
      const violations = records.flatMap((record) => (validator(record) ? [] : [validator.violations]));
      expect(violations).toEqual([]);
      const found = records.map((record) => JSON.stringify(keys.map((key) => record[key])));
      expect(new Set(found).size).toBe(found.length);
    });
  });

  it.each([
    { stream: "tickets", file: "tickets_list.json", count: 91 },
    { stream: "organizations", file: "organizations.json", count: 7 },
  ])("give $stream of the list that fit the schema, where the export is not read", async (each) => {
    const { stream, file, count } = each;
    const [body] = await bodiesOf(file, `/api/v2/${stream}.json`);
    // The list was recorded in another order.
    const query = "page%5Bsize%5D=100&sort=updated_at";
    const recordings = [recordingOf(`/api/v2/${stream}.json`, { query, body })];
    const validator = (await createSchemaCompiler())(schemaOf(stream));
    await withAccount({ data: { kind: "replay", folder, recordings } }, async (account) => {
      // The archive and the bin were not recorded, so that the run of tickets ends after the list.
      const config = { start_date: "1970-01-01T00:00:00Z", export_mode: "standard" };
      const run = await runTap({ url: account.url, streams: [stream], config });
      expect(run.records(stream).length).toBe(count);
      const violations = run.records(stream).flatMap((row) => (validator(row) ? [] : [validator.violations]));
      expect(violations).toEqual([]);
      expect(queriesOf(account, stream).length).toBe(1);
    });
  });

  it("give audits, and the comments in them, that fit their schemas", async () => {
    const { audits, recordings } = await recordedAudits();
    await withAccount({ data: { kind: "replay", folder, recordings } }, async (account) => {
      const config = { start_date: "1970-01-01T00:00:00Z", ticket_comments_source: "audits" };
      const streams = ["ticket_audits", "ticket_comments"];
      const run = await runWell({ url: account.url, streams, config });
      for (const stream of streams) {
        const validator = (await createSchemaCompiler())(schemaOf(stream));
        const violations = run
          .records(stream)
          .flatMap((row) => (validator(row) ? [] : [validator.violations]));
        expect(violations).toEqual([]);
      }
      expect(new Set(run.ids("ticket_audits"))).toEqual(audits);
      expect(run.ids("ticket_comments").length).toBeGreaterThan(0);
    });
  });
});

function schemaOf(stream: string): JsonSchema {
  return tapZendesk.streams.find(({ name }) => name === stream)?.schema.json ?? {};
}

type Recorded = Readonly<Record<string, unknown>>;

function listIn(body: unknown, key: string): readonly Recorded[] {
  const list: unknown = Reflect.get(Object(body), key);
  return Array.isArray(list) ? list : [];
}

async function bodiesOf(file: string, path: string): Promise<readonly unknown[]> {
  const recorded: readonly Recorded[] = JSON.parse(await readFile(join(folder, file), "utf8"));
  return recorded.filter((each) => each["path"] === path).map(({ body }) => body);
}

/** The audits that were recorded of the whole account, as answers for each ticket of the recorded export. */
async function recordedAudits() {
  const [all] = await bodiesOf("ticket_audits.json", "/api/v2/ticket_audits.json");
  const [page] = await bodiesOf("incremental_tickets.json", "/api/v2/incremental/tickets/cursor.json");
  const living = listIn(page, "tickets").filter(({ status }) => status !== "deleted");
  const byTicket = Map.groupBy(listIn(all, "audits"), (audit) => audit["ticket_id"]);
  const recordings = living.map(({ id }) =>
    recordingOf(`/api/v2/tickets/${String(id)}/audits.json`, {
      query: "page%5Bsize%5D=100",
      body: { audits: byTicket.get(id) ?? [], meta: { has_more: false, after_cursor: null } },
    }),
  );
  const audits = new Set(living.flatMap(({ id }) => (byTicket.get(id) ?? []).map((audit) => audit["id"])));
  expect(audits.size).toBeGreaterThan(0);
  return { audits, recordings };
}

function recordingOf(path: string, { query, body }: { query: string; body: unknown }) {
  return {
    method: "GET",
    path,
    query,
    recorded_at: "2024-01-01T00:00:00Z",
    status: 200,
    headers: {},
    body: JSON.parse(JSON.stringify(body)),
  };
}
