import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { endOf, runBin } from "./support/processes.ts";
import { startTarget } from "./support/pump.ts";
import { canonical, differencesOf, type Kind, type Row } from "./support/values.ts";
import { targets, type Warehouse } from "./support/warehouses.ts";
import { tapConfig, testFolder, zendesk } from "./support/workspace.ts";

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

/** Loads the recordings by the real tap and the real targets of the same messages. */
async function loaded(): Promise<readonly Warehouse[]> {
  const sandbox = await zendesk({ data: { kind: "replay", folder } });
  const files = testFolder();
  const select = streams.flatMap(({ stream }) => ["--select", `${stream}.*`]);
  const config = files.json("tap.json", tapConfig(sandbox, { start_date: "1970-01-01T00:00:00Z" }));
  const tap = await runBin("tap-zendesk", ["--config", config, ...select]);
  expect(tap.code, tap.stderr).toBe(0);
  const warehouses: Warehouse[] = [];
  for (const target of targets) {
    const warehouse = await target.open(files);
    files.json("target.json", { ...warehouse.config, default_target_schema: "zendesk" });
    const child = startTarget(files, warehouse);
    child.stdin.on("error", () => undefined);
    child.stdin.end(tap.stdout);
    const { code, stderr } = await endOf(child);
    expect(code, stderr).toBe(0);
    warehouses.push(warehouse);
  }
  return warehouses;
}

describe.skipIf(!isThere)("[needs recordings] real answers of Zendesk", () => {
  it("become rows with the recorded values, the same in every warehouse", { timeout: 90_000 }, async () => {
    const warehouses = await loaded();
    for (const { stream, records, key } of streams) {
      const newest = new Map(records.map((record) => [String(record[key]), record]));
      expect(newest.size, stream).toBeGreaterThan(0);
      const tables = await Promise.all(warehouses.map(({ contents }) => contents(`zendesk.${stream}`)));
      const [first, ...others] = tables;
      for (const table of others) expect(first && differencesOf(table, first), stream).toEqual([]);
      const { kinds = {}, rows = [] } = first ?? {};
      const stored = rows.map((row): Row => Object.fromEntries(JSON.parse(row)));
      expect(stored.map((row) => row[key]).sort(), stream).toEqual([...newest.keys()].sort());
      for (const row of stored)
        expect(differences(row, { kinds, record: newest.get(row[key] ?? "") ?? {} }), stream).toEqual([]);
    }
  });
});

/** Each recorded key whose column holds something else; `fields` repeats `custom_fields` and has no column. */
function differences(
  row: Row,
  { kinds, record }: { kinds: Readonly<Record<string, Kind>>; record: Json },
): string[] {
  return Object.entries(record)
    .filter(([name]) => name !== "fields" || !("custom_fields" in record))
    .flatMap(([name, value]) => {
      const kind = kinds[name];
      if (kind === undefined) return value === null ? [] : [`${name} has no column`];
      const written = kind === "json" && value !== null ? JSON.stringify(value) : value;
      const expected = canonical(written, kind);
      return row[name] === expected ? [] : [`${name}: ${row[name]} is not ${expected}`];
    });
}
