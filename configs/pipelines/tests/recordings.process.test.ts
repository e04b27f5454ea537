import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { endOf, start } from "./support/processes.ts";
import { query, tapConfig, testFolder, zendesk } from "./support/workspace.ts";

type Json = Record<string, unknown>;
interface Recorded {
  path: string;
  query: string;
  body: Record<string, Json[] | undefined>;
}

const folder = fileURLToPath(new URL("../../../../shared/recordings/zendesk", import.meta.url));
const isThere = existsSync(folder);
const recordings: Recorded[] = isThere
  ? readdirSync(folder).flatMap((name): Recorded[] => JSON.parse(readFileSync(`${folder}/${name}`, "utf8")))
  : [];

/** The records that the API gave at one address, each once, the newest recording last. */
function recorded(path: string, search: string, key: string): Json[] {
  return recordings
    .filter((entry) => entry.path === `/api/v2/${path}.json` && entry.query === search)
    .flatMap(({ body }) => body[key] ?? []);
}

const page = "page%5Bsize%5D=100";
const streams = [
  {
    stream: "tickets",
    records: recorded("incremental/tickets/cursor", "start_time=0", "tickets"),
    key: "id",
  },
  { stream: "users", records: recorded("incremental/users/cursor", "start_time=0", "users"), key: "id" },
  { stream: "groups", records: recorded("groups", page, "groups"), key: "id" },
  {
    stream: "group_memberships",
    records: recorded("group_memberships", page, "group_memberships"),
    key: "id",
  },
  { stream: "tags", records: recorded("tags", page, "tags"), key: "name" },
  { stream: "macros", records: recorded("macros", page, "macros"), key: "id" },
];

/** A value as a query of JSON texts shows it: columns hold moments without their zone, objects as JSON. */
function asStored(value: unknown): unknown {
  if (typeof value !== "string") return value ?? null;
  const moment = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)Z$/.exec(value);
  return moment === null ? value : `${moment[1]} ${moment[2]}`;
}

function sameValue(stored: unknown, value: unknown): unknown {
  if (value === null || typeof value !== "object") return stored;
  return typeof stored === "string" ? JSON.parse(stored) : stored;
}

describe.skipIf(!isThere)("[needs recordings] real answers of Zendesk", () => {
  it("become rows with the recorded values, through the real tap and the real target", async () => {
    const sandbox = await zendesk({ data: { kind: "replay", folder } });
    const files = testFolder();
    const select = streams.flatMap(({ stream }) => ["--select", `${stream}.*`]);
    const config = files.json("tap.json", tapConfig(sandbox, { start_date: "1970-01-01T00:00:00Z" }));
    const tap = start("tap-zendesk", ["--config", config, ...select]);
    const target = start("target-duckdb", [
      "--config",
      files.json("target.json", { path: files.path("w.duckdb") }),
    ]);
    tap.stdout.pipe(target.stdin);
    const [tapEnd, targetEnd] = await Promise.all([endOf(tap), endOf(target)]);
    expect({ tap: tapEnd.code, target: targetEnd.code }, tapEnd.stderr + targetEnd.stderr).toEqual({
      tap: 0,
      target: 0,
    });
    for (const { stream, records, key } of streams) {
      const newest = new Map(records.map((record) => [String(record[key]), record]));
      expect(newest.size, stream).toBeGreaterThan(0);
      const rows = await query(files.path("w.duckdb"), `SELECT * FROM ${stream}`);
      expect(rows.map((row) => String(row[key])).sort(), stream).toEqual([...newest.keys()].sort());
      for (const row of rows)
        expect(differences(row, newest.get(String(row[key])) ?? {}), stream).toEqual([]);
    }
  });
});

/** Each recorded key whose column holds something else; `fields` repeats `custom_fields` and has no column. */
function differences(row: Json, record: Json): string[] {
  return Object.entries(record)
    .filter(([name]) => name !== "fields" || !("custom_fields" in record))
    .filter(([name, value]) => {
      const stored = sameValue(row[name], value);
      const expected = typeof value === "number" ? String(value) : JSON.stringify(asStored(value));
      return (typeof value === "number" ? String(stored) : JSON.stringify(stored ?? null)) !== expected;
    })
    .map(([name, value]) => `${name}: ${JSON.stringify(row[name])} is not ${JSON.stringify(value)}`);
}
